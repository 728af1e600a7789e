/** The world outside that effects go to: each arrives at least once, under its id and as it was asked for. */
import type { EffectId } from '@stemma/core'
import type { Delivered, Delivery } from '@stemma/server'
import type { Finding } from '../auditor/finding.js'
import type { JournalWatch } from './journal-watch.js'
import type { SeededRandom } from './random.js'
import { difference } from './same.js'
import type { SimulatedTime } from './simulated-time.js'

const LATENCY_MILLISECONDS = 50

export class EffectsOutside {
  /** How likely it is that one is not taken. */
  failing = 0.2
  private readonly arrived = new Set<EffectId>()

  constructor(
    private readonly time: SimulatedTime,
    private readonly random: SeededRandom,
    private readonly journal: JournalWatch,
    private readonly note: (found: readonly Finding[]) => void,
  ) {}

  get size(): number {
    return this.arrived.size
  }

  deliver({ id, payload }: Delivery): Promise<Delivered> {
    const detail = difference(this.journal.effects.get(id) ?? 'nothing that is durable', payload)
    if (detail !== null)
      this.note([{ law: 'an effect leaves when it is durable, as it is', detail: `eff_${id}: ${detail}` }])
    const isTaken = !this.random.chance(this.failing)
    if (isTaken) this.arrived.add(id)
    const answer = { isDelivered: isTaken, detail: isTaken ? 'taken' : 'not taken' }
    return new Promise((resolve) => {
      this.time.after(this.random.below(LATENCY_MILLISECONDS), () => resolve(answer))
    })
  }

  /** Which of the effects that the journal has never arrived. */
  missing(): readonly EffectId[] {
    return [...this.journal.effects.keys()].filter((id) => !this.arrived.has(id))
  }
}
