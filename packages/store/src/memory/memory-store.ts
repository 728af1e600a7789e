/** A book in memory: the same promises until the process ends. Batches go through the codec as on any disk. */
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, Image, KeyedResult } from '@stemma/core/image'
import { mergeRows, Tail } from '../history/tail.js'
import {
  type Appended,
  type ChainReport,
  type Lag,
  type Loaded,
  RECORD_BYTES_MAX,
  type Store,
} from '../port.js'
import { CHAIN_START, chainHash, partHashes } from '../record/chain.js'
import { decodeBatch, type EncodedBatch, encodeBatch, sizeOf } from '../record/codec.js'

export class MemoryStore implements Store {
  private readonly records: { readonly record: EncodedBatch; readonly hash: string }[] = []
  private readonly tail = new Tail()

  async load(image: Image): Promise<Loaded> {
    const results: KeyedResult[] = []
    for (const { record } of this.records) {
      const batch = decodeBatch(record)
      image.apply(batch.images, batch.head)
      results.push(...batch.results)
    }
    return { batch: this.records.length, hash: this.hash(), results }
  }

  async append(batch: Batch): Promise<Appended> {
    const record = encodeBatch(batch)
    if (sizeOf(record) > RECORD_BYTES_MAX)
      throw new Error(`expected a record of at most ${RECORD_BYTES_MAX} bytes, was ${sizeOf(record)}`)
    const number = this.records.length + 1
    const hash = chainHash(this.hash(), number, partHashes(record))
    this.records.push({ record, hash })
    this.tail.keep(number, decodeBatch(record), 0)
    return { batch: number, hash }
  }

  async find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return mergeRows(table, query, this.tail.rowsOf(table), [])
  }

  async resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.tail.resultOf(sequence)
  }

  lag(): Lag {
    return { batches: 0, milliseconds: 0 }
  }

  async settled(): Promise<void> {}

  async verifyChain(): Promise<ChainReport> {
    const damage: string[] = []
    let previous = CHAIN_START
    this.records.forEach(({ record, hash }, index) => {
      if (chainHash(previous, index + 1, partHashes(record)) !== hash)
        damage.push(`record ${index + 1} does not have its hash`)
      previous = hash
    })
    return { batches: this.records.length, hash: previous, damage }
  }

  async close(): Promise<void> {}

  private hash(): string {
    return this.records.at(-1)?.hash ?? CHAIN_START
  }
}
