/**
 * The store port: where batches become durable and history is read. It speaks of batches and history, not of SQL.
 * One process at a time writes a book; the adapter sees to that when it opens.
 */
import type {
  Batch,
  ColumnKind,
  HistoryQuery,
  HistoryRow,
  HistoryTable,
  Image,
  KeyedResult,
  UsedKey,
} from '@stemma/core/image'

/** Where something was found: in which file or table of a database, and there in which record or row. */
export interface Place {
  readonly file: string
  readonly batch?: number
  readonly table?: string
  readonly row?: number
}

/** Something that is not as it was written. */
export interface Damage extends Place {
  readonly message: string
}

export type StoreRefusalKind = 'another_writer' | 'newer_version' | 'damaged' | 'wrong_book' | 'unusable'

/** A reason not to start, said precisely. Nothing was changed. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  constructor(
    readonly kind: StoreRefusalKind,
    message: string,
    readonly place: Place,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** What a batch became. */
export interface Appended {
  /** Dense from 1: the fence that a second writer cannot pass. */
  readonly batch: number
  /** The head of the chain after it. */
  readonly hash: string
}

export interface Loaded {
  readonly batch: number
  readonly hash: string
  /** The idempotency keys of the last 24 hours of image time, oldest first. */
  readonly results: readonly UsedKey[]
}

/** How far the tables are behind the journal. */
export interface Lag {
  readonly batches: number
  /** Of the records that the tables have not reached. */
  readonly bytes: number
  readonly milliseconds: number
}

export interface ChainReport {
  readonly batches: number
  readonly hash: string
  /** What is damaged, each named by where it is; empty where all is well. */
  readonly damage: readonly Damage[]
}

/**
 * A store that is open: it holds the book against other writers until it is closed or its process ends. What may keep
 * it from opening (another writer, a newer version, damage, another book) is thrown as a StoreRefusal.
 */
export interface Store {
  /**
   * Fills a fresh image: the tables where they are sound, then the tail of the journal, each record checked against
   * the chain. Once, before the first append. Throws StoreRefusal and leaves the data as it was; the image is then of
   * no use.
   */
  load(image: Image): Promise<Loaded>
  /**
   * Makes a batch durable. Resolves only when it is. Calls keep their order and need not wait for one another. A
   * record of more than RECORD_BYTES_MAX is rejected with RecordTooLarge before anything is written, and later appends
   * go on. Any other rejection means that the batch is not durable or may not be; from then on every append rejects
   * with the same cause, and whoever holds the image must stop.
   */
  append(batch: Batch): Promise<Appended>
  /**
   * Rows of a history table in the table's order. Every batch whose append has resolved is in it, whether the tables
   * have reached it or not; a cursor made of a row's order columns goes on from there whatever was written since.
   */
  find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]>
  /** The keyed result of a sequence, or null where that sequence had none. */
  resultOf(sequence: number): Promise<KeyedResult | null>
  /** Costs nothing: for throttling the intake and for metrics. */
  lag(): Lag
  /** Why the tables do not follow the journal any more; null while they do. Whoever writes has to stop and say so. */
  failure(): Error | null
  /** Resolves when the tables have reached the journal; rejects when they cannot be written. */
  settled(): Promise<void>
  /**
   * Walks the whole journal and compares each record with the chain, the end of the chain with the head that is kept
   * apart, and the tables with their digest. Reads only; appends and reads go on meanwhile.
   */
  verifyChain(): Promise<ChainReport>
  /** Lets what is under way finish, and gives the book free for another writer. May be called twice. */
  close(): Promise<void>
}

/** The shape of what a store keeps: the primary tables of an image, and the history tables. */
export interface StoreSchema {
  readonly tables: readonly TableShape[]
  readonly history: readonly HistoryTable[]
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[]
}

/** The largest record: a batch that would be larger is closed before (see `recordBytesMax`). */
export const RECORD_BYTES_MAX = 8 * 2 ** 20

/** A batch that cannot be one record. Nothing was written. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge'
  constructor(readonly bytes: number) {
    super(`expected a record of at most ${RECORD_BYTES_MAX} bytes, was ${bytes}`)
  }
}
