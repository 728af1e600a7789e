/**
 * A book in memory: the same promises until the process ends. Batches go through the codec as on any disk, so a test
 * that passes here encodes what it keeps. Opening it again is loading it again.
 */
import {
  type Batch,
  DAY,
  type HistoryQuery,
  type HistoryRow,
  type HistoryTable,
  type Image,
  type KeyedResult,
  type UsedKey,
} from '@stemma/core/image'
import { Tail } from '../history/tail.js'
import {
  type Appended,
  type ChainReport,
  type Damage,
  Deposed,
  type Lag,
  type Loaded,
  RECORD_BYTES_MAX,
  RecordTooLarge,
  type Store,
  type WriterSeen,
} from '../port.js'
import { CHAIN_START, chainHash, partHashes } from '../record/chain.js'
import { decodeBatch, type EncodedBatch, encodeBatch, sizeOf } from '../record/codec.js'
import { takingOver } from '../record/taking-over.js'
import { type KeptRecord, MemoryJournal } from './memory-journal.js'

/** A book that this store alone writes has one epoch. */
const EXCLUSIVE_EPOCH = 1

export class MemoryStore implements Store {
  readonly sharing: Store['sharing']
  private readonly journal: MemoryJournal
  /** 0 before it has taken over. */
  private epoch: number
  /** How far this store has read or written. */
  private readThrough = 0
  private isClosed = false
  /** One for each history table that was asked for. */
  private readonly tails = new Map<HistoryTable, Tail>()

  /** With a journal that others have open too, it writes once it has taken over. */
  constructor(
    private readonly book = 0,
    shared?: MemoryJournal,
  ) {
    this.sharing = shared === undefined ? 'exclusive' : 'shared'
    this.epoch = shared === undefined ? EXCLUSIVE_EPOCH : 0
    this.journal = shared ?? new MemoryJournal()
  }

  async load(image: Image): Promise<Loaded> {
    const results: UsedKey[] = []
    for (const { record } of this.journal.records) {
      const batch = decodeBatch(record)
      image.apply(batch.images, batch.head)
      results.push(...batch.results)
    }
    this.readThrough = this.journal.records.length
    const oldest = image.head.time - DAY
    return {
      batch: this.readThrough,
      hash: this.journal.hash,
      results: results.filter(({ at }) => at >= oldest).map(withoutResult),
    }
  }

  async append(batch: Batch): Promise<Appended> {
    const record = encodeBatch(batch)
    if (sizeOf(record) > RECORD_BYTES_MAX) throw new RecordTooLarge(sizeOf(record))
    this.assertWrites()
    return this.write(record, this.epoch)
  }

  async catchUp(image: Image): Promise<readonly Batch[]> {
    const batches = this.journal.records.slice(this.readThrough).map(({ record }) => decodeBatch(record))
    for (const batch of batches) image.apply(batch.images, batch.head)
    this.readThrough += batches.length
    return batches
  }

  async writer(): Promise<WriterSeen> {
    const { epoch, renewals, address, records } = this.journal
    return { epoch, address, mark: `${epoch} ${renewals} ${records.length}` }
  }

  async takeOver(seen: WriterSeen, address: string): Promise<Appended | null> {
    const { journal } = this
    if (this.sharing === 'exclusive') return { batch: journal.records.length, hash: journal.hash }
    const now = await this.writer()
    if (now.mark !== seen.mark || journal.records.length !== this.readThrough) return null
    this.epoch = now.epoch + 1
    Object.assign(journal, { epoch: this.epoch, address })
    return this.write(encodeBatch(takingOver(journal.head)), this.epoch)
  }

  async renew(): Promise<void> {
    if (this.sharing === 'exclusive') return
    this.assertWrites()
    this.journal.renewals += 1
  }

  async find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.tailOf(table).merge(table.name, query, [])
  }

  async resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.journal.results.get(sequence) ?? null
  }

  lag(): Lag {
    return { batches: 0, bytes: 0, milliseconds: 0 }
  }

  failure(): Error | null {
    return null
  }

  async settled(): Promise<void> {}

  async verifyChain(): Promise<ChainReport> {
    const damage: Damage[] = []
    let previous = CHAIN_START
    this.journal.records.forEach(({ record, epoch, hash }, index) => {
      const batch = index + 1
      if (this.hashAfter(previous, batch, record, epoch) !== hash)
        damage.push({ file: 'memory', batch, message: `record ${batch} does not have its hash` })
      previous = hash
    })
    return { batches: this.journal.records.length, hash: previous, damage }
  }

  async close(): Promise<void> {
    if (this.sharing === 'exclusive' || this.isClosed) return
    this.isClosed = true
    if (this.epoch === this.journal.epoch) this.journal.address = null
  }

  /** The epoch is the fence: who was deposed finds another one. */
  private assertWrites(): void {
    if (this.sharing === 'exclusive') return
    if (this.epoch === 0 || this.isClosed)
      throw new Error('expected the store to have taken over and to be open')
    if (this.epoch !== this.journal.epoch) throw new Deposed(this.epoch)
  }

  private write(record: EncodedBatch, epoch: number): Appended {
    const { journal } = this
    const batch = journal.records.length + 1
    const hash = this.hashAfter(journal.hash, batch, record, epoch)
    journal.keep({ record, epoch, hash })
    this.readThrough = batch
    return { batch, hash }
  }

  /** Reads on first: what others wrote is in it too. */
  private tailOf(table: HistoryTable): Tail {
    const tail = this.tails.get(table) ?? new Tail([table])
    this.tails.set(table, tail)
    const { records } = this.journal
    for (let batch = tail.last + 1; batch <= records.length; batch += 1)
      tail.keep({ ...decodeBatch((records[batch - 1] as KeptRecord).record), batch })
    return tail
  }

  private hashAfter(previous: string, batch: number, record: EncodedBatch, epoch: number): string {
    return chainHash(previous, { ...record, book: this.book, batch, epoch }, partHashes(record))
  }
}

export const withoutResult = ({ sequence, at, owner, operation, key, bodyHash }: UsedKey): UsedKey => ({
  sequence,
  at,
  owner,
  operation,
  key,
  bodyHash,
})
