/**
 * The store port: where batches become durable and history is read. It speaks of batches and history, not of SQL.
 * One process at a time writes a book: by a lock where a store is held exclusively, else by taking over.
 */
import type {
  Batch,
  ColumnKind,
  ColumnMeaning,
  HistoryQuery,
  HistoryRow,
  HistoryTable,
  Image,
  KeyedResult,
  Plain,
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

/** Who writes a book that several have open. */
export interface WriterSeen {
  /** Grows by one at each taking over; 0 where nobody ever wrote. */
  readonly epoch: number
  /** Where the writer is reached; null where nobody writes: it never began, or it ended and said so. */
  readonly address: string | null
  /** Changes with every append and every renewal: who sees it unchanged for long enough may take over. */
  readonly mark: string
}

/** Somebody else has taken over: nothing of this append or renewal happened, and whoever holds the image must stop. */
export class Deposed extends Error {
  override readonly name = 'Deposed'
  constructor(readonly epoch: number) {
    super(`expected to be the writer of epoch ${epoch}, but another process has taken over`)
  }
}

/**
 * A store that is open. What may keep it from opening (another writer, a newer version, damage, another book) is thrown
 * as a StoreRefusal.
 */
export interface Store {
  /**
   * exclusive: it holds the book against all others until it is closed or its process ends, and writes. shared: several
   * may have the book open; who has taken over writes, and the others read on.
   */
  readonly sharing: 'exclusive' | 'shared'
  /**
   * Fills a fresh image: the tables where they are sound, then the tail of the journal, each record checked against
   * the chain. Once, before the first append. Throws StoreRefusal and leaves the data as it was; the image is then of
   * no use.
   */
  load(image: Image): Promise<Loaded>
  /**
   * Makes a batch durable. Resolves only when it is. Calls keep their order and need not wait for one another. A
   * record of more than RECORD_BYTES_MAX is rejected with RecordTooLarge before anything is written, and later appends
   * go on. Any other rejection (Deposed where another process writes) means that the batch is not durable or may not
   * be; from then on every append rejects with the same cause, and whoever holds the image must stop.
   */
  append(batch: Batch): Promise<Appended>
  /**
   * Reads on from where `load` or the last call ended, applies that to the image, and gives what it applied, in order;
   * empty where nothing is new. A call may give a part only. For those who do not write.
   */
  catchUp(image: Image): Promise<readonly Batch[]>
  /** Who writes, as the store knows it now. */
  writer(): Promise<WriterSeen>
  /**
   * Becomes the writer, by an empty record of the next epoch under the next batch number. Null where anything was
   * appended or renewed since `seen`, or something is there that this store has not read: catch up and look again.
   */
  takeOver(seen: WriterSeen, address: string): Promise<Appended | null>
  /** Proves that this store still writes, and shows the others that it lives. Rejects with Deposed. */
  renew(): Promise<void>
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
  /** Lets what is under way finish; who writes gives the book free, so that nobody need wait. May be called twice. */
  close(): Promise<void>
}

/** The shape of what a store keeps: the primary tables of an image, and the history tables. */
export interface StoreSchema {
  readonly tables: readonly TableShape[]
  readonly history: readonly HistoryTable[]
}

export interface TableShape {
  readonly name: string
  readonly columns: readonly {
    readonly name: string
    readonly kind: ColumnKind
    readonly meaning: ColumnMeaning
    /** What a row has that was written before the column was there; undefined: no such row is read. */
    readonly absent: Plain | undefined
  }[]
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
