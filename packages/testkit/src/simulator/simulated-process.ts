/**
 * A process of a simulated book: the real standby, and once that has taken over the real host with its group commit, its
 * streams and its effects, over a disk, a clock and timers that are simulated. It can be killed or frozen between any two
 * turns.
 */
import { type Batch, type EffectId, Engine, type Plain } from '@stemma/core'
import {
  type Delivered,
  type Delivery,
  EffectRunner,
  EngineHost,
  type HostOptions,
  Lease,
  Standby,
  type StandbyOptions,
} from '@stemma/server'
import { type MemoryJournal, MemoryStore, type Store } from '@stemma/store'
import { Frost } from './frost.js'
import { RecordingEngine } from './recording-engine.js'
import { type SimulatedDisk, SimulatedStore } from './simulated-disk.js'
import { SimulatedTimer } from './simulated-time.js'

/** What a process is made of. Proofs of the proof hand in parts that are broken. */
export interface Parts {
  makeEngine(): RecordingEngine
  makeHost(options: HostOptions): EngineHost
  makeStandby(options: StandbyOptions): Standby
  /** The journal as one process has it open. */
  openStore(journal: MemoryJournal): Store
  makeLease(...given: ConstructorParameters<typeof Lease>): Lease
  /** What the host of a process writes to. */
  wrapStore(store: Store): Store
}

export const SOUND_PARTS: Parts = {
  makeEngine: () => new RecordingEngine(),
  makeHost: (options) => new EngineHost(options),
  makeStandby: (options) => new Standby(options),
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
  /** It has taken over, and begins to write once this is through. */
  readonly onTakenOver: (process: SimulatedProcess) => Promise<void>
  /** The process has stopped by itself. */
  readonly onEnd: (process: SimulatedProcess, error: Error) => void
}

const NO_LOG: StandbyOptions['log'] = { info() {}, warn() {} }

export class SimulatedProcess {
  isAlive = true
  /** 0 while it stands by. */
  epoch = 0

  private constructor(
    readonly engine: RecordingEngine,
    readonly host: EngineHost,
    readonly frost: Frost,
    private readonly store: SimulatedStore,
    private readonly timer: SimulatedTimer,
  ) {}

  /** Loads the journal and stands by: it takes over by itself, once nobody writes. */
  static async start(options: ProcessOptions): Promise<SimulatedProcess> {
    const { parts, disk, journal, address } = options
    const engine = parts.makeEngine()
    const { image } = engine
    const frost = new Frost()
    const simulated = new SimulatedStore(parts.openStore(journal), disk, frost)
    const store = parts.wrapStore(simulated)
    engine.resume((await store.load(image)).results)
    const timer = new SimulatedTimer(disk.time, frost)
    const monotonic = (): number => disk.time.monotonic
    const end = (error: Error): void => {
      if (!process.isAlive) return
      process.kill()
      options.onEnd(process, error)
    }
    const lease = parts.makeLease(store, monotonic, (error) => host.fail(error))
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
    const process = new SimulatedProcess(engine, host, frost, simulated, timer)
    const standby = parts.makeStandby({
      store,
      image,
      host,
      lease,
      admission: { writer: null },
      monotonic,
      timer,
      log: NO_LOG,
      address,
      async onTakenOver({ epoch }) {
        process.epoch = epoch
        await options.onTakenOver(process)
        host.takeUp()
        lease.keepUp(timer)
        effects.resume()
      },
      onFatal: end,
    })
    // Why it could not begin is told as the end of the process.
    standby.begin().catch(() => {})
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
