/**
 * What a store with SQL tables does alike wherever it keeps them: batches go to its journal in order, the tables follow,
 * a reader's thread answers from both, and closing is done once.
 */
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, KeyedResult } from '@stemma/core/image'
import { type Appended, type ChainReport, type Lag, RECORD_BYTES_MAX, RecordTooLarge } from '../port.js'
import { type EncodedBatch, encodeBatch, sizeOf } from '../record/codec.js'
import type { WorkerLink } from '../worker/worker-link.js'
import type { Following } from './following.js'

/** What a reader's thread is asked for. */
export interface FindCall {
  readonly table: string
  readonly query: HistoryQuery
}

export abstract class TabledStore {
  protected abstract readonly reader: WorkerLink
  protected abstract readonly following: Following
  private appending: Promise<unknown> = Promise.resolve()
  private closing: Promise<void> | null = null

  /** Makes the record durable, behind those that were handed over before. */
  protected abstract write(record: EncodedBatch): Promise<Appended>
  /** Once, when nothing more is appended. */
  protected abstract shutDown(): Promise<void>

  append(batch: Batch): Promise<Appended> {
    if (this.closing !== null) return Promise.reject(new Error('expected the store to be open'))
    const record = encodeBatch(batch)
    const bytes = sizeOf(record)
    if (bytes > RECORD_BYTES_MAX) return Promise.reject(new RecordTooLarge(bytes))
    const appended = this.write(record).then((written) => {
      this.following.appended(written.batch, bytes)
      return written
    })
    this.appending = appended.catch(() => {})
    return appended
  }

  find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.reader.call<readonly HistoryRow[]>('find', { table: table.name, query } satisfies FindCall)
  }

  resultOf(sequence: number): Promise<KeyedResult | null> {
    return this.reader.call<KeyedResult | null>('resultOf', sequence)
  }

  lag(): Lag {
    return this.following.lag()
  }

  failure(): Error | null {
    return this.following.failure()
  }

  async settled(): Promise<void> {
    await this.appending
    await this.following.settled()
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  /** Resolves when nothing is on its way to the journal, whatever became of it. */
  protected async appended(): Promise<void> {
    await this.appending
  }
}

/** Lets a thread end its work, and ends it. */
export async function endThread(link: WorkerLink | null): Promise<void> {
  await link?.call('close', null).catch(() => {})
  await link?.end()
}

/** In a thread of its own: it reads everything, and neither engine nor history reads are to wait for that. */
export async function verifyIn(link: WorkerLink): Promise<ChainReport> {
  try {
    return await link.call<ChainReport>('verify', null)
  } finally {
    await endThread(link)
  }
}
