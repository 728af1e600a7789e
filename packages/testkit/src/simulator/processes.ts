/** Who runs a simulated book: one process after another, sometimes with one that does not know yet that it was deposed. */
import { type Delivered, type Delivery, LEASE_MARGIN_MILLISECONDS, LEASE_MILLISECONDS } from '@stemma/server'
import type { MemoryJournal } from '@stemma/store'
import type { SeededRandom } from './random.js'
import type { SimulatedDisk } from './simulated-disk.js'
import { type Parts, SimulatedProcess } from './simulated-process.js'

const RESTART_MILLISECONDS = 300
const SILENCE_MILLISECONDS = LEASE_MILLISECONDS + LEASE_MARGIN_MILLISECONDS
/** How long one that was cut off is asked things after another has taken over. */
const STALE_MILLISECONDS = 2_000

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

  /**
   * The process is cut off from the disk and goes on, and is asked things for a while. Once it has shown nothing for long
   * enough another one takes over.
   */
  takeOver(): void {
    const { current } = this
    const { time, random } = this.options.disk
    if (current === null || this.isStarting) return
    this.counts.takeOvers += 1
    this.stale?.kill()
    this.stale = current
    this.current = null
    current.cutOff()
    const wait = SILENCE_MILLISECONDS + random.below(SILENCE_MILLISECONDS)
    time.after(wait, () => void this.start())
    time.after(wait + STALE_MILLISECONDS, () => current.kill())
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
