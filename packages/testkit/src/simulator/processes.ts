/** Who runs a simulated book: one process after another, sometimes with one that does not know yet that it was deposed. */
import type { Delivered, Delivery } from '@stemma/server'
import type { MemoryJournal } from '@stemma/store'
import type { SeededRandom } from './random.js'
import type { SimulatedDisk } from './simulated-disk.js'
import { type Parts, SimulatedProcess } from './simulated-process.js'

const RESTART_MILLISECONDS = 300
const STALE_MILLISECONDS = 400

export interface ProcessesOptions {
  readonly parts: Parts
  readonly disk: SimulatedDisk
  readonly journal: MemoryJournal
  readonly random: SeededRandom
  readonly deliver: (delivery: Delivery) => Promise<Delivered>
  readonly onStart: (process: SimulatedProcess) => Promise<void>
  /** A process ended by itself, for this reason. */
  readonly onEnd: (error: Error) => void
}

export class Processes {
  current: SimulatedProcess | null = null
  stale: SimulatedProcess | null = null
  readonly counts = { crashes: 0, takeOvers: 0, ends: 0 }
  private started = 0
  private isStarting = false

  constructor(private readonly options: ProcessesOptions) {}

  /** SIGKILL; another one comes up after a while. */
  kill(): void {
    if (this.current === null) return
    this.counts.crashes += 1
    this.current.kill()
    this.current = null
    this.startSoon()
  }

  /** Another one takes over while the one before is still at work, and is asked things for a while. */
  takeOver(): void {
    const { current } = this
    if (current === null || this.isStarting) return
    this.counts.takeOvers += 1
    this.stale?.kill()
    this.stale = current
    this.current = null
    this.options.disk.time.after(STALE_MILLISECONDS, () => current.kill())
    void this.start()
  }

  async start(): Promise<void> {
    if (this.isStarting || this.current !== null) return
    this.isStarting = true
    this.started += 1
    const { parts, disk, journal, deliver, onStart } = this.options
    const process = await SimulatedProcess.start({
      parts,
      disk,
      journal,
      deliver,
      address: `process-${this.started}`,
      onEnd: (error) => this.ended(process, error),
    })
    if (process !== null) {
      await onStart(process)
      this.current = process.isAlive ? process : null
    }
    this.isStarting = false
    if (this.current === null) this.startSoon()
  }

  private ended(process: SimulatedProcess | null, error: Error): void {
    this.counts.ends += 1
    this.options.onEnd(error)
    if (process !== this.current) return
    this.current = null
    this.startSoon()
  }

  private startSoon(): void {
    const { disk, random } = this.options
    disk.time.after(random.below(RESTART_MILLISECONDS), () => void this.start())
  }
}
