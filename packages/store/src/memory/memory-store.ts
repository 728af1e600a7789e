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
  type Lag,
  type Loaded,
  RECORD_BYTES_MAX,
  RecordTooLarge,
  type Store,
} from '../port.js'
import { CHAIN_START, chainHash, partHashes } from '../record/chain.js'
import { decodeBatch, type EncodedBatch, encodeBatch, sizeOf } from '../record/codec.js'

const EPOCH = 1

export class MemoryStore implements Store {
  private readonly records: { readonly record: EncodedBatch; readonly hash: string }[] = []
  private readonly results = new Map<number, KeyedResult>()
  /** One for each history table that was asked for. */
  private readonly tails = new Map<HistoryTable, Tail>()

  constructor(private readonly book = 0) {}

  async load(image: Image): Promise<Loaded> {
    const results: UsedKey[] = []
    for (const { record } of this.records) {
      const batch = decodeBatch(record)
      image.apply(batch.images, batch.head)
      results.push(...batch.results)
    }
    const oldest = image.head.time - DAY
    return {
      batch: this.records.length,
      hash: this.hash(),
      results: results.filter(({ at }) => at >= oldest).map(withoutResult),
    }
  }

  async append(batch: Batch): Promise<Appended> {
    const record = encodeBatch(batch)
    if (sizeOf(record) > RECORD_BYTES_MAX) throw new RecordTooLarge(sizeOf(record))
    const number = this.records.length + 1
    const hash = this.hashAt(this.hash(), number, record)
    this.records.push({ record, hash })
    const kept = decodeBatch(record)
    for (const result of kept.results) this.results.set(result.sequence, result)
    for (const tail of this.tails.values()) tail.keep({ ...kept, batch: number })
    return { batch: number, hash }
  }

  async find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.tailOf(table).merge(table.name, query, [])
  }

  async resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.results.get(sequence) ?? null
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
    this.records.forEach(({ record, hash }, index) => {
      const batch = index + 1
      if (this.hashAt(previous, batch, record) !== hash)
        damage.push({ file: 'memory', batch, message: `record ${batch} does not have its hash` })
      previous = hash
    })
    return { batches: this.records.length, hash: previous, damage }
  }

  async close(): Promise<void> {}

  private tailOf(table: HistoryTable): Tail {
    const known = this.tails.get(table)
    if (known !== undefined) return known
    const tail = new Tail([table])
    this.records.forEach(({ record }, index) => {
      tail.keep({ ...decodeBatch(record), batch: index + 1 })
    })
    this.tails.set(table, tail)
    return tail
  }

  private hash(): string {
    return this.records.at(-1)?.hash ?? CHAIN_START
  }

  private hashAt(previous: string, batch: number, record: EncodedBatch): string {
    return chainHash(previous, { ...record, book: this.book, batch, epoch: EPOCH }, partHashes(record))
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
