/**
 * A book on SQLite: the journal and the tables in files of their own, each with a thread of its own, so that a flush
 * never holds up the engine and the follower never holds up a flush.
 */
import { mkdirSync } from 'node:fs'
import type { Batch, Image } from '@stemma/core/image'
import {
  type Appended,
  type ChainReport,
  type Damage,
  type Loaded,
  type Store,
  StoreRefusal,
  type StoreSchema,
  type WriterSeen,
} from '../port.js'
import { START } from '../record/checked.js'
import type { EncodedBatch } from '../record/codec.js'
import type { SchemaSource } from '../schema-source.js'
import { Following } from '../tables/following.js'
import { endThread, TabledStore, verifyIn } from '../tables/tabled-store.js'
import { WorkerLink } from '../worker/worker-link.js'
import { checkJournal, checkTables } from './check.js'
import { type Files, filesOf, openToRead, readingTables } from './files.js'
import type { FollowerStart, Reached } from './follower-worker.js'
import type { JournalStart } from './journal-worker.js'
import { loadImage } from './load.js'
import { WriterLock } from './lock.js'
import type { ReaderStart } from './reader-worker.js'
import { lastHead } from './records.js'

export interface SqliteOptions extends SchemaSource {
  readonly dataDirectory: string
  readonly book: number
  /** The same as `schemaModule` exports: threads find it there. */
  readonly schema: StoreSchema
}

/** Where the lock sees to it that there is one writer, nobody takes over. */
const EPOCH = 1

/** With more records than these behind, the tables catch up before the image is loaded from them. */
const REPLAYED_RECORDS_MAX = 1_000

// The same place seen from src and from dist: threads run what was built.
const script = (name: string): URL => new URL(`../../dist/sqlite/${name}.js`, import.meta.url)

export class SqliteStore extends TabledStore implements Store {
  readonly sharing = 'exclusive'
  protected readonly following: Following
  protected readonly reader: WorkerLink
  private readonly follower: WorkerLink
  private journal: WorkerLink | null = null
  private last: Appended = START

  private constructor(
    private readonly options: SqliteOptions,
    private readonly files: Files,
    private readonly lock: WriterLock,
  ) {
    super()
    const { schemaModule, schemaExport } = options
    this.reader = readerOf(files, options)
    this.follower = new WorkerLink(
      script('follower-worker'),
      { journal: files.journal, tables: files.tables, schemaModule, schemaExport } satisfies FollowerStart,
      ({ reached }: Reached) => this.following.hasReached(reached),
    )
    this.following = new Following(() => this.follower.call<number>('follow', null))
  }

  /** Takes the book. Throws StoreRefusal where another process has it, or its files are not what they should be. */
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

  /**
   * Looks through a book that nobody has open, and names all damage instead of refusing at the first. Throws
   * StoreRefusal where another process has the book.
   */
  static async verifyAt(options: SqliteOptions): Promise<ChainReport> {
    const files = filesOf(options.dataDirectory)
    const lock = WriterLock.take(files.lock)
    try {
      return await verifyIn(readerOf(files, options))
    } finally {
      lock.free()
    }
  }

  async load(image: Image): Promise<Loaded> {
    const { files, options } = this
    const { schema } = options
    const journal = openToRead(files.journal)
    try {
      // Another thread looks at every row or record while this one reads them.
      const damage = this.reader.call<readonly Damage[]>('damageAtStart', null)
      damage.catch(() => {})
      if (!checkTables(files, journal, schema)) refuseDamage(files, await damage)
      const reached = await this.prepareTables(lastHead(journal).batch, damage)
      const loaded = readingTables(files, (tables) =>
        loadImage({ files, schema, journal, tables }, image),
      ) as Loaded
      refuseDamage(files, await damage)
      this.begin(loaded, reached)
      return loaded
    } finally {
      journal.close()
    }
  }

  protected async write(record: EncodedBatch): Promise<Appended> {
    if (this.journal === null) throw new Error('expected the store to be loaded')
    this.last = await this.journal.call<Appended>('append', record, [record.head.buffer])
    return this.last
  }

  /** Nobody else writes. */
  async catchUp(): Promise<readonly Batch[]> {
    return []
  }

  async writer(): Promise<WriterSeen> {
    return { epoch: EPOCH, address: null, mark: '' }
  }

  /** The lock has made it the writer when it opened. */
  async takeOver(): Promise<Appended> {
    return this.last
  }

  async renew(): Promise<void> {}

  verifyChain(): Promise<ChainReport> {
    return verifyIn(readerOf(this.files, this.options))
  }

  protected async shutDown(): Promise<void> {
    await this.settled().catch(() => {})
    this.following.stop()
    // Readers first: the last connection to a file is its writer's, which then folds the log into it.
    for (const link of [this.reader, this.follower, this.journal]) await endThread(link)
    this.lock.free()
  }

  private begin({ batch, hash }: Loaded, reached: number): void {
    const { files, options } = this
    this.last = { batch, hash }
    this.journal = new WorkerLink(script('journal-worker'), {
      path: files.journal,
      headPath: files.head,
      book: options.book,
      epoch: EPOCH,
      batch,
      hash,
    } satisfies JournalStart)
    this.following.begin(reached, batch)
  }

  /**
   * Tables of this schema, and not so far behind that replaying the journal would take longer than following it. Gives
   * the record that they have reached.
   */
  private async prepareTables(last: number, damage: Promise<readonly Damage[]>): Promise<number> {
    const reached = await this.follower.call<number>('reached', null)
    if (last - reached <= REPLAYED_RECORDS_MAX) return reached
    refuseDamage(this.files, await damage)
    return this.follower.call<number>('follow', null)
  }
}

const readerOf = (files: Files, { schemaModule, schemaExport }: SchemaSource): WorkerLink =>
  new WorkerLink(script('reader-worker'), { files, schemaModule, schemaExport } satisfies ReaderStart)

/** The first that is damaged is named; the rest are in what `verifyAt` reports. */
function refuseDamage({ tables }: Files, [first]: readonly Damage[]): void {
  if (first === undefined) return
  const remedy = first.file === tables ? '; remove the file to have it made again from the journal' : ''
  throw new StoreRefusal('damaged', `${first.message}${remedy}`, first)
}
