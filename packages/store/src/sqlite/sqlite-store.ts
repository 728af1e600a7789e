/**
 * A book on SQLite: the journal and the tables in files of their own, each with a thread of its own, so that a flush
 * never holds up the engine and the follower never holds up a flush.
 */
import { existsSync, mkdirSync } from 'node:fs'
import type { Batch, HistoryQuery, HistoryRow, HistoryTable, Image, KeyedResult } from '@stemma/core/image'
import Database from 'better-sqlite3'
import { mergeRows, Tail } from '../history/tail.js'
import {
  type Appended,
  type ChainReport,
  type Lag,
  type Loaded,
  RECORD_BYTES_MAX,
  type Store,
  StoreRefusal,
  type StoreSchema,
} from '../port.js'
import { encodeBatch, sizeOf } from '../record/codec.js'
import { fromText } from '../record/plain-text.js'
import { DATA_VERSION, type Files, filesOf, openJournal } from './files.js'
import type { FollowerStart, Reached } from './follower-worker.js'
import type { JournalStart } from './journal-worker.js'
import { loadImage } from './load.js'
import { WriterLock } from './lock.js'
import { readMeta, writeMeta } from './meta.js'
import { WorkerLink } from './worker-link.js'

export interface SqliteOptions {
  readonly dataDirectory: string
  readonly book: number
  readonly schema: StoreSchema
  /** Where the follower's thread finds the same schema. */
  readonly schemaModule: string
  readonly schemaExport: string
}

// The same place seen from src and from dist: threads run what was built.
const script = (name: string): URL => new URL(`../../dist/sqlite/${name}.js`, import.meta.url)

export class SqliteStore implements Store {
  private readonly tail = new Tail()
  private readonly reader: WorkerLink
  private journal: WorkerLink | null = null
  private follower: WorkerLink | null = null
  private appended = 0
  private reached = 0
  private following: Promise<void> | null = null
  private failure: Error | null = null
  private appending: Promise<unknown> = Promise.resolve()

  private constructor(
    private readonly options: SqliteOptions,
    private readonly files: Files,
    private readonly lock: WriterLock,
  ) {
    this.reader = new WorkerLink(script('reader-worker'), this.followerStart())
  }

  static open(options: SqliteOptions): SqliteStore {
    mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 })
    const files = filesOf(options.dataDirectory)
    const lock = WriterLock.take(files.lock)
    try {
      checkJournal(files, options.book)
      return new SqliteStore(options, files, lock)
    } catch (error) {
      lock.free()
      throw error
    }
  }

  async load(image: Image): Promise<Loaded> {
    const journal = new Database(this.files.journal, { readonly: true })
    const loaded = loadImage(this.files, this.options.schema, journal, image)
    journal.close()
    this.appended = loaded.batch
    this.journal = new WorkerLink(script('journal-worker'), {
      path: this.files.journal,
      book: this.options.book,
      epoch: 1,
      batch: loaded.batch,
      hash: loaded.hash,
    } satisfies JournalStart)
    this.follower = new WorkerLink(script('follower-worker'), this.followerStart(), ({ reached }: Reached) =>
      this.hasReached(reached),
    )
    this.follow()
    return loaded
  }

  append(batch: Batch): Promise<Appended> {
    const { journal } = this
    if (journal === null)
      return Promise.reject(new Error('expected the store to be loaded before it is appended to'))
    const record = encodeBatch(batch)
    if (sizeOf(record) > RECORD_BYTES_MAX)
      return Promise.reject(
        new Error(`expected a record of at most ${RECORD_BYTES_MAX} bytes, was ${sizeOf(record)}`),
      )
    const bytes = [record.head, record.events, record.images, record.results].map((part) => part.buffer)
    const appended = journal.call<Appended>('append', record, bytes).then((result) => {
      this.appended = result.batch
      this.tail.keep(result.batch, batch, performance.now())
      this.follow()
      return result
    })
    this.appending = appended.catch(() => {})
    return appended
  }

  async find(table: HistoryTable, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    const rows = this.tail.rowsOf(table)
    // Rows that the tail has in a later state are dropped from what SQL finds, so that many more are asked for.
    const found = await this.reader.call<HistoryRow[]>('find', {
      table: table.name,
      query: { ...query, limit: query.limit + rows.size },
    })
    return mergeRows(table, query, rows, found)
  }

  async resultOf(sequence: number): Promise<KeyedResult | null> {
    const kept = this.tail.resultOf(sequence)
    if (kept !== null) return kept
    const found = await this.reader.call<(Omit<KeyedResult, 'result'> & { readonly result: string }) | null>(
      'resultOf',
      sequence,
    )
    return found === null ? null : { ...found, result: fromText(found.result) }
  }

  lag(): Lag {
    const oldest = this.tail.oldestAt()
    return { batches: this.tail.size, milliseconds: oldest === null ? 0 : performance.now() - oldest }
  }

  async settled(): Promise<void> {
    await this.appending
    while (this.reached < this.appended) {
      this.follow()
      await this.following
      if (this.failure !== null) throw this.failure
    }
  }

  async verifyChain(): Promise<ChainReport> {
    await this.settled()
    return this.reader.call<ChainReport>('verify', null)
  }

  async close(): Promise<void> {
    await this.appending
    await this.following
    for (const link of [this.journal, this.follower, this.reader]) {
      await link?.call('close', null).catch(() => {})
      await link?.end()
    }
    this.lock.free()
  }

  /** Sends the follower after the journal; one run at a time, and another when more came meanwhile. */
  private follow(): void {
    if (this.following !== null || this.follower === null || this.failure !== null) return
    this.following = this.follower
      .call<number>('follow', null)
      .then((reached) => this.hasReached(reached))
      .catch((error: Error) => {
        this.failure = error
      })
      .finally(() => {
        this.following = null
        if (this.reached < this.appended) this.follow()
      })
  }

  private hasReached(reached: number): void {
    if (reached <= this.reached) return
    this.reached = reached
    this.tail.dropThrough(reached)
  }

  private followerStart(): FollowerStart {
    const { schemaModule, schemaExport } = this.options
    return { journal: this.files.journal, tables: this.files.tables, schemaModule, schemaExport }
  }
}

/** Makes the journal on the first start; on a later one says precisely why it cannot be used. */
function checkJournal(files: Files, book: number): void {
  if (!existsSync(files.journal)) {
    const fresh = openJournal(files.journal)
    writeMeta(fresh, { data_version: String(DATA_VERSION), book: String(book) }, 'meta')
    fresh.close()
    return
  }
  const journal = openDamagedOrNot(files.journal)
  try {
    const version = Number(readMeta(journal, 'data_version', 'meta'))
    if (version > DATA_VERSION)
      throw new StoreRefusal(
        'newer_version',
        `${files.journal} was written by data version ${version}; this version reads up to ${DATA_VERSION}`,
      )
    const kept = readMeta(journal, 'book', 'meta')
    if (kept !== String(book))
      throw new StoreRefusal('wrong_book', `${files.journal} is of book ${String(kept)}, expected ${book}`)
  } catch (error) {
    if (error instanceof StoreRefusal) throw error
    throw new StoreRefusal('damaged', `${files.journal} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    journal.close()
  }
}

function openDamagedOrNot(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true })
  } catch (error) {
    throw new StoreRefusal('damaged', `${path} cannot be opened: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
