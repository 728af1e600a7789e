/**
 * A process of a simulated book: the real host with its group commit, its streams and its effects, over a disk, a clock
 * and timers that are simulated. It can be killed between any two turns; nothing is heard of it from then on.
 */
import { type Batch, type EffectId, Engine, type Plain } from '@stemma/core'
import {
  type Delivered,
  type Delivery,
  EffectRunner,
  EngineHost,
  type HostOptions,
  Lease,
} from '@stemma/server'
import { type MemoryJournal, MemoryStore, type Store } from '@stemma/store'
import { RecordingEngine } from './recording-engine.js'
import { type SimulatedDisk, SimulatedStore } from './simulated-disk.js'
import { SimulatedTimer } from './simulated-time.js'

/** What a process is made of. Proofs of the proof hand in parts that are broken. */
export interface Parts {
  makeEngine(): RecordingEngine
  makeHost(options: HostOptions): EngineHost
  /** The journal as one process has it open. */
  openStore(journal: MemoryJournal): Store
  makeLease(...given: ConstructorParameters<typeof Lease>): Lease
  /** What the host of a process writes to. */
  wrapStore(store: Store): Store
}

export const SOUND_PARTS: Parts = {
  makeEngine: () => new RecordingEngine(),
  makeHost: (options) => new EngineHost(options),
  makeLease: (...given) => new Lease(...given),
  openStore: (journal) => new MemoryStore(0, journal),
  wrapStore: (store) => store,
}

export interface ProcessOptions {
  readonly parts: Parts
  readonly disk: SimulatedDisk
  readonly journal: MemoryJournal
  readonly address: string
  readonly deliver: (delivery: Delivery) => Promise<Delivered>
  /** The process has stopped by itself. */
  readonly onEnd: (error: Error) => void
}

export class SimulatedProcess {
  isAlive = true

  private constructor(
    readonly engine: RecordingEngine,
    readonly host: EngineHost,
    readonly epoch: number,
    private readonly store: SimulatedStore,
    private readonly timer: SimulatedTimer,
  ) {}

  /** Loads the journal and takes over; null where somebody else was faster, or the disk does not let it. */
  static async start(options: ProcessOptions): Promise<SimulatedProcess | null> {
    const { parts, disk, journal, address } = options
    const engine = parts.makeEngine()
    const simulated = new SimulatedStore(parts.openStore(journal), disk)
    const store = parts.wrapStore(simulated)
    engine.resume((await store.load(engine.image)).results)
    const seen = await store.writer()
    const sentAt = disk.time.monotonic
    const appended = await store.takeOver(seen, address).catch(() => null)
    if (appended === null) return null
    const timer = new SimulatedTimer(disk.time)
    const end = (error: Error): void => {
      if (!process.isAlive) return
      process.kill()
      options.onEnd(error)
    }
    const lease = parts.makeLease(
      store,
      () => disk.time.monotonic,
      (error) => host.fail(error),
    )
    const host: EngineHost = parts.makeHost({
      engine,
      store,
      clock: disk.time,
      timer,
      lease,
      onFatal: end,
      onDurable: (batch: Batch) => effects.take(batch),
    })
    const deliver = (delivery: Delivery): Promise<Delivered> =>
      process.isAlive ? options.deliver(delivery) : new Promise(() => {})
    const effects: EffectRunner = new EffectRunner(engine, host, { webhook: deliver }, end, timer)
    const process = new SimulatedProcess(engine, host, seen.epoch + 1, simulated, timer)
    lease.prove(sentAt)
    host.takeUp()
    lease.keepUp(timer)
    effects.resume()
    return process
  }

  /** The last sequence of which it may tell. */
  get arrived(): number {
    return this.store.arrived
  }

  /** It goes on, and nothing that it sends to the disk arrives any more. */
  cutOff(): void {
    this.store.cutOff()
  }

  /** Nothing that it has not told yet will be heard. */
  kill(): void {
    this.isAlive = false
    this.timer.stop()
    this.store.disconnect()
  }
}

/** An effect as a journaled row has it. */
export const effectsIn = ({ images }: Batch): readonly (readonly [EffectId, Plain])[] => {
  const { table } = EFFECTS
  const written = images.find((image) => image.table === table.tableName)
  if (written === undefined) return []
  const place = written.columns.indexOf(table.payload.name) + 1
  return written.rows.map((row) => [row[0] as EffectId, row[place] as Plain])
}

const EFFECTS = new Engine().rooms.effects
