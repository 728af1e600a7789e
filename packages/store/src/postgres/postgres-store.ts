/**
 * A book in PostgreSQL, which several processes may have open. Whoever has taken over writes: its appends go out on one
 * connection of the engine's thread, and its tables follow in a thread of their own. The others read on.
 */
import type {
  Batch,
  Head,
  HistoryQuery,
  HistoryRow,
  HistoryTable,
  Image,
  KeyedResult,
} from '@stemma/core/image'
import {
  type Appended,
  type ChainReport,
  type Lag,
  type Loaded,
  RECORD_BYTES_MAX,
  RecordTooLarge,
  type Store,
  type StoreSchema,
  type WriterSeen,
} from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { readRecords } from '../record/checked.js'
import { encodeBatch, sizeOf } from '../record/codec.js'
import type { SchemaSource } from '../schema-source.js'
import { Following } from '../tables/following.js'
import { WorkerLink } from '../worker/worker-link.js'
import { Connection } from './connection.js'
import type { FollowerStart, Reached } from './follower-worker.js'
import { JournalWriter } from './journal-writer.js'
import { loadImage } from './load.js'
import { prepareJournal } from './migrations.js'
import { journalName, type PostgresPlace, schemaOf, unusable } from './place.js'
import type { FindCall, ReaderStart } from './reader-worker.js'
import { buffersOf, RecentRecords } from './recent-records.js'
import { someRecordsAfter } from './records.js'

export interface PostgresOptions extends SchemaSource, PostgresPlace {
  /** The same as `schemaModule` exports: threads find it there. */
  readonly schema: StoreSchema
}

/** A start says soon that there is no database. */
const LOAD_ATTEMPTS = 5
const LOAD_ANSWER_MILLISECONDS = 60_000
/** What is written is sent again until it is known whether it is there. */
const WRITE_ANSWER_MILLISECONDS = 10_000

// The same place seen from src and from dist: threads run what was built.
const script = (name: string): URL => new URL(`../../dist/postgres/${name}.js`, import.meta.url)

export class PostgresStore implements Store {
  readonly sharing = 'shared'
  private readonly place: PostgresPlace
  private readonly connection: Connection
  private readonly writerEnd: JournalWriter
  private readonly reader: WorkerLink
  private readonly following: Following
  /** For the follower, when it is next sent after what is durable. */
  private readonly recent = new RecentRecords()
  private follower: WorkerLink | null = null
  /** The last record that was read, and the book's head there; null before it was loaded. */
  private read: (ChainHead & { readonly head: Head }) | null = null
  private appending: Promise<unknown> = Promise.resolve()
  private closing: Promise<void> | null = null

  /** Connects when it is first asked for something. */
  constructor(private readonly options: PostgresOptions) {
    const { url, book } = options
    this.place = { url, book }
    this.connection = connectionTo(this.place, Number.POSITIVE_INFINITY, WRITE_ANSWER_MILLISECONDS)
    this.writerEnd = new JournalWriter(this.connection, this.place)
    this.reader = new WorkerLink(script('reader-worker'), {
      place: this.place,
      ...this.source,
    } satisfies ReaderStart)
    this.following = new Following(() => {
      const recent = this.recent.take()
      return (this.follower as WorkerLink).call<number>('follow', recent, buffersOf(recent))
    })
  }

  async load(image: Image): Promise<Loaded> {
    const { place } = this
    const connection = connectionTo(place, LOAD_ATTEMPTS, LOAD_ANSWER_MILLISECONDS)
    try {
      await connection.run((session) => prepareJournal(session, place))
      // An image is filled once: what breaks off here is not tried again on the same one.
      const loaded = await connection.run(
        (session) => session.reading(() => loadImage(session, place, this.options.schema, image)),
        1,
      )
      this.read = { batch: loaded.batch, hash: loaded.hash, head: image.head }
      return loaded
    } catch (error) {
      throw unusable(place, error)
    } finally {
      await connection.close()
    }
  }

  append(batch: Batch): Promise<Appended> {
    if (this.closing !== null) return Promise.reject(new Error('expected the store to be open'))
    const record = encodeBatch(batch)
    const bytes = sizeOf(record)
    if (bytes > RECORD_BYTES_MAX) return Promise.reject(new RecordTooLarge(bytes))
    const appended = this.writerEnd.append(record).then((written) => {
      this.recent.add([written])
      this.following.appended(written.batch, bytes)
      return { batch: written.batch, hash: written.hash }
    })
    this.appending = appended.catch(() => {})
    return appended
  }

  catchUp(image: Image): Promise<readonly Batch[]> {
    return this.connection.run(async (session) => {
      const from = this.loaded()
      const rows = await someRecordsAfter(session, this.place, from.batch)
      const records = [...readRecords(journalName(this.place), rows, from)]
      for (const { number, hash, batch } of records) {
        image.apply(batch.images, batch.head)
        this.read = { batch: number, hash, head: batch.head }
      }
      return records.map(({ batch }) => batch)
    })
  }

  writer(): Promise<WriterSeen> {
    return this.writerEnd.seen()
  }

  async takeOver(seen: WriterSeen, address: string): Promise<Appended | null> {
    const appended = await this.writerEnd.takeOver(seen, address, this.loaded())
    if (appended === null) return null
    this.follower ??= new WorkerLink(
      script('follower-worker'),
      { place: this.place, ...this.source } satisfies FollowerStart,
      ({ reached }: Reached) => this.following.hasReached(reached),
    )
    // How far the tables are is known when they have followed once.
    this.following.begin(appended.batch - 1, appended.batch)
    return appended
  }

  renew(): Promise<void> {
    return this.writerEnd.renew()
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

  /** In a thread and on a connection of its own: it reads everything, and no history read is to wait for that. */
  async verifyChain(): Promise<ChainReport> {
    const start = { place: this.place, ...this.source } satisfies ReaderStart
    const link = new WorkerLink(script('reader-worker'), start)
    try {
      return await link.call<ChainReport>('verify', null)
    } finally {
      await link.call('close', null).catch(() => {})
      await link.end()
    }
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown()
    return this.closing
  }

  private async shutDown(): Promise<void> {
    this.connection.giveUp()
    await this.appending
    // What the tables have not reached is in the journal: nobody waits for them where the database is away.
    this.following.stop()
    await this.writerEnd.release().catch(() => {})
    const links = [this.reader, this.follower].map(async (link) => {
      await link?.call('close', null).catch(() => {})
      await link?.end()
    })
    await Promise.all([...links, this.connection.close()])
  }

  private loaded(): ChainHead & { readonly head: Head } {
    if (this.read === null) throw new Error('expected the store to be loaded')
    return this.read
  }

  private get source(): SchemaSource {
    const { schemaModule, schemaExport } = this.options
    return { schemaModule, schemaExport }
  }
}

const connectionTo = (place: PostgresPlace, attempts: number, answerMilliseconds: number): Connection =>
  new Connection({ url: place.url, schema: schemaOf(place), attempts, answerMilliseconds })
