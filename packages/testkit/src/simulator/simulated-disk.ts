/**
 * The disk that outlives simulated processes, and how a process reaches it. Records are kept by the real journal in
 * memory, with its codec, its chain and its fence; what is simulated is when an append arrives there, whether it does,
 * and what the process hears of it.
 */
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, Image, KeyedResult } from '@stemma/core'
import type { Appended, ChainReport, Lag, Loaded, Store, WriterSeen } from '@stemma/store'
import type { Frost } from './frost.js'
import type { SeededRandom } from './random.js'
import type { SimulatedTime } from './simulated-time.js'

/** How likely what is, each for one append. */
interface DiskFaults {
  /** It is said to have failed, and nothing was written. */
  failed: number
  /** It is said to have failed, and was written. */
  unknown: number
  /** It arrives seconds late: another writer may be there by then. */
  late: number
  /** A look at what others wrote fails. */
  unreadable: number
}

export const DISK_FAULTS: DiskFaults = {
  failed: 0.004,
  unknown: 0.004,
  late: 0.01,
  unreadable: 0.01,
}
const NO_FAULTS: DiskFaults = { failed: 0, unknown: 0, late: 0, unreadable: 0 }
const LATENCY_MILLISECONDS = 12
const LATE_MILLISECONDS = 5_000

/** Why a process ends without anything being wrong with it. */
class DiskFailure extends Error {}

export class SimulatedDisk {
  isFull = false
  readonly faults = { ...NO_FAULTS }

  constructor(
    readonly time: SimulatedTime,
    readonly random: SeededRandom,
    /** Something arrived in the journal. */
    readonly onArrival: () => Promise<void>,
  ) {}

  fateOfWrite(): 'failed' | 'unknown' | 'late' | 'fine' {
    const { failed, unknown, late } = this.faults
    return this.random.weighted({ failed, unknown, late, fine: 1 - failed - unknown - late })
  }

  isUnreadable(): boolean {
    return this.random.chance(this.faults.unreadable)
  }

  heal(): void {
    this.isFull = false
    Object.assign(this.faults, NO_FAULTS)
  }

  isOf(error: Error): boolean {
    return error instanceof DiskFailure
  }
}

export class SimulatedStore implements Store {
  readonly sharing: Store['sharing']
  /** The last sequence that this process knows to be durable, or that is without its knowing it yet. */
  arrived = 0
  private isConnected = true
  private isCutOff = false

  constructor(
    private readonly store: Store,
    private readonly disk: SimulatedDisk,
    private readonly frost: Frost,
  ) {
    this.sharing = store.sharing
  }

  /** The process is gone. What it sent last may still be on its way, and arrives or not; nobody hears of it. */
  disconnect(): void {
    this.isConnected = false
  }

  /** The process goes on, and nothing that it sends arrives any more. */
  cutOff(): void {
    this.isCutOff = true
  }

  append(batch: Batch): Promise<Appended> {
    const { disk } = this
    const { random, time } = disk
    const fate = disk.fateOfWrite()
    const isLost = !this.isConnected
    return new Promise((resolve, reject) => {
      const answer = (act: () => void): void => this.answer(act)
      const arrive = async (): Promise<void> => {
        if (this.isCutOff) return
        if (disk.isFull) return answer(() => reject(new DiskFailure('the disk is full')))
        // A process that is gone leaves an append behind that may have been sent whole, or not.
        if (isLost || (!this.isConnected && random.chance(0.5))) return
        if (fate === 'failed') return answer(() => reject(new DiskFailure('the disk failed')))
        try {
          const appended = await this.store.append(batch)
          this.arrived = batch.head.sequence
          await disk.onArrival()
          if (fate === 'unknown') answer(() => reject(new DiskFailure('the connection was cut')))
          else answer(() => resolve(appended))
        } catch (error) {
          answer(() => reject(error))
        }
      }
      const latency = random.below(fate === 'late' ? LATE_MILLISECONDS : LATENCY_MILLISECONDS)
      time.after(latency, () => void arrive())
    })
  }

  /** As an append; where its answer is lost, the standby looks again what there is. */
  takeOver(seen: WriterSeen, address: string): Promise<Appended | null> {
    const { disk } = this
    const fate = disk.fateOfWrite()
    return this.sent(async () => {
      if (disk.isFull) throw new DiskFailure('the disk is full')
      if (fate === 'failed') throw new DiskFailure('the disk failed')
      const appended = await this.store.takeOver(seen, address)
      if (appended !== null) await disk.onArrival()
      if (fate === 'unknown') throw new DiskFailure('the connection was cut')
      return appended
    })
  }

  renew(): Promise<void> {
    return this.sent(() => this.store.renew())
  }

  writer(): Promise<WriterSeen> {
    return this.sent(async () => {
      if (this.disk.isUnreadable()) throw new DiskFailure('the connection was cut')
      return this.store.writer()
    })
  }

  /** What others wrote is read into the image within one turn: where it fails, nothing was read. */
  async catchUp(image: Image): Promise<readonly Batch[]> {
    if (this.disk.isUnreadable()) throw new DiskFailure('the connection was cut')
    const batches = await this.store.catchUp(image)
    this.arrived = image.head.sequence
    return batches
  }

  async load(image: Image): Promise<Loaded> {
    const loaded = await this.store.load(image)
    this.arrived = image.head.sequence
    return loaded
  }

  find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.store.find(table, query)
  }
  resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.store.resultOf(sequence)
  }
  lag(): Lag {
    return this.store.lag()
  }
  failure(): Error | null {
    return this.store.failure()
  }
  settled(): Promise<void> {
    return this.store.settled()
  }
  verifyChain(): Promise<ChainReport> {
    return this.store.verifyChain()
  }
  close(): Promise<void> {
    return this.store.close()
  }

  /** Sends it, and tells what came of it, each after a while; what is not connected or cut off sends nothing. */
  private sent<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    const { random, time } = this.disk
    return new Promise((resolve, reject) => {
      const arrive = (): void => {
        if (this.isCutOff || !this.isConnected) return
        act().then(
          (answer) => this.answer(() => resolve(answer)),
          (error) => this.answer(() => reject(error)),
        )
      }
      time.after(random.below(LATENCY_MILLISECONDS), arrive)
    })
  }

  private answer(act: () => void): void {
    const { random, time } = this.disk
    time.after(random.below(LATENCY_MILLISECONDS), () => this.frost.run(() => this.isConnected && act()))
  }
}
