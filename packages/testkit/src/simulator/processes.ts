/**
 * Who runs a simulated book: a few processes, of which one writes while the others stand by. Any of them is killed,
 * frozen or cut off at any moment, and who takes over is settled between those that are left.
 */
import { type Delivered, type Delivery, SILENCE_MILLISECONDS } from '@stemma/server'
import type { MemoryJournal } from '@stemma/store'
import type { SeededRandom } from './random.js'
import type { SimulatedDisk } from './simulated-disk.js'
import { type Parts, SimulatedProcess } from './simulated-process.js'

const PROCESSES_MAX = 3
const RESTART_MILLISECONDS = 300
/** How long one that was cut off, or was frozen and goes on, is asked things after another has taken over. */
const STALE_MILLISECONDS = 2_000

export interface ProcessesOptions {
  readonly parts: Parts
  readonly disk: SimulatedDisk
  readonly journal: MemoryJournal
  readonly random: SeededRandom
  readonly deliver: (delivery: Delivery) => Promise<Delivered>
  /** A process is about to write. */
  readonly onWriter: (process: SimulatedProcess) => Promise<void>
  /** A process that was frozen is about to go on. */
  readonly onThaw: (process: SimulatedProcess) => void
  /** A process ended by itself, or could not start, for this reason. */
  readonly onEnd: (error: Error) => void
}

export class Processes {
  /** Who writes, as far as users know. */
  current: SimulatedProcess | null = null
  /** One that was deposed and may not know it yet. */
  stale: SimulatedProcess | null = null
  readonly counts = { crashes: 0, takeOvers: 0, ends: 0 }
  private readonly running = new Set<SimulatedProcess>()
  private readonly wanted: number
  private started = 0

  constructor(private readonly options: ProcessesOptions) {
    this.wanted = options.random.between(1, PROCESSES_MAX)
  }

  /** One that stands by, where there is any. */
  get standby(): SimulatedProcess | null {
    const standing = [...this.running].filter(({ epoch }) => epoch === 0)
    return standing.length === 0 ? null : this.options.random.pick(standing)
  }

  async start(): Promise<void> {
    for (let missing = this.wanted - this.running.size; missing > 0; missing -= 1) await this.startOne()
  }

  /** SIGKILL; another one comes up after a while. */
  kill(): void {
    this.end(this.current)
  }

  killStandby(): void {
    this.end(this.standby)
  }

  /** The writer is cut off from the disk and goes on, and is asked things for a while. */
  cutOff(): void {
    this.current?.cutOff()
    this.depose()
  }

  /** SIGSTOP, and later SIGCONT: it stands still for a while, in which another one may have taken over. */
  freeze(): void {
    const { current } = this
    const { time, random } = this.options.disk
    if (current === null) return
    current.frost.freeze()
    time.after(random.below(3 * SILENCE_MILLISECONDS), () => {
      if (current.isAlive) this.options.onThaw(current)
      current.frost.thaw()
    })
  }

  private end(process: SimulatedProcess | null): void {
    if (process === null) return
    this.counts.crashes += 1
    process.kill()
    this.gone(process)
  }

  /** Whoever wrote until now is not asked for any more, except by those who have not heard of it. */
  private depose(): void {
    const { current } = this
    if (current === null) return
    this.stale?.kill()
    this.stale = current
    this.current = null
    this.gone(current)
    const { time, random } = this.options.disk
    time.after(SILENCE_MILLISECONDS + random.below(SILENCE_MILLISECONDS) + STALE_MILLISECONDS, () =>
      current.kill(),
    )
  }

  private async startOne(): Promise<void> {
    const { parts, disk, journal, deliver } = this.options
    this.started += 1
    const process = await SimulatedProcess.start({
      parts,
      disk,
      journal,
      deliver,
      address: `process-${this.started}`,
      onTakenOver: (taken) => this.takenOver(taken),
      onEnd: (ended, error) => {
        this.counts.ends += 1
        this.options.onEnd(error)
        this.gone(ended)
      },
    })
    if (process.isAlive) this.running.add(process)
  }

  private async takenOver(process: SimulatedProcess): Promise<void> {
    if (this.current !== null) this.depose()
    if (process.epoch > 1) this.counts.takeOvers += 1
    await this.options.onWriter(process)
    if (process.isAlive) this.current = process
  }

  private gone(process: SimulatedProcess): void {
    this.running.delete(process)
    if (process === this.current) this.current = null
    const { disk, random } = this.options
    disk.time.after(random.below(RESTART_MILLISECONDS), () => void this.start().catch(this.options.onEnd))
  }
}
