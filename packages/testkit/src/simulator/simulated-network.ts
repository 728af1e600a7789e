/** The network between users and processes: what is sent arrives late, twice, in another order, or not at all. */
import type { SeededRandom } from './random.js'
import type { SimulatedTime } from './simulated-time.js'

const LATENCY_MILLISECONDS = 30

export class SimulatedNetwork {
  private lost = 0
  private doubled = 0

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
  ) {}

  /** How likely it is from now on that a message is lost, or arrives twice. */
  fail(lost: number, doubled: number): void {
    this.lost = lost
    this.doubled = doubled
  }

  carry(arrive: () => void): void {
    const { random } = this
    if (random.chance(this.lost)) return
    const copies = random.chance(this.doubled) ? 2 : 1
    for (let copy = 0; copy < copies; copy += 1) this.time.after(random.below(LATENCY_MILLISECONDS), arrive)
  }
}
