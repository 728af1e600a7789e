/**
 * The store port: where batches become durable and history is read. It speaks of batches and history, not of SQL.
 * One process at a time writes a book; the adapter sees to that when it opens.
 */
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, Image, KeyedResult } from '@stemma/core/image'

/** A reason not to start, said precisely. Nothing was changed. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  constructor(
    readonly kind: 'another_writer' | 'newer_version' | 'damaged' | 'wrong_book',
    message: string,
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
  /** Keyed results of at least the last 24 hours, oldest first. */
  readonly results: readonly KeyedResult[]
}

/** How far the tables are behind the journal. */
export interface Lag {
  readonly batches: number
  readonly milliseconds: number
}

export interface ChainReport {
  readonly batches: number
  readonly hash: string
  /** What is damaged, each named by where it is; empty where all is well. */
  readonly damage: readonly string[]
}

export interface Store {
  /** Fills a fresh image: the tables where they are sound, then the tail of the journal. Throws StoreRefusal. */
  load(image: Image): Promise<Loaded>
  /**
   * Makes a batch durable. Resolves only when it is; rejects when it is not or may not be, and from then on every
   * append rejects: whoever holds the image must stop.
   */
  append(batch: Batch): Promise<Appended>
  /** Rows of a history table, the tables' and those that they have not reached yet, in the table's order. */
  find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]>
  /** The keyed result of a sequence, or null. */
  resultOf(sequence: number): Promise<KeyedResult | null>
  lag(): Lag
  /** Resolves when the tables have reached the journal. */
  settled(): Promise<void>
  /** Walks the whole journal and compares each record with the chain, and the tables with their digest. */
  verifyChain(): Promise<ChainReport>
  /** Lets what is under way finish, and gives the book free for another writer. */
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
    readonly kind: 'number' | 'flag' | 'text' | 'amount' | 'json'
  }[]
}

/** The largest record: a batch that would be larger is closed before. */
export const RECORD_BYTES_MAX = 8 * 2 ** 20
