/**
 * A book in PostgreSQL, which several processes may have open. Whoever has taken over writes: its appends go out on one
 * connection of the engine's thread, and its tables follow in a thread of their own. The others read on.
 */
import type { Batch, Head, Image } from '@stemma/core/image'
import type { Appended, ChainReport, Loaded, Store, StoreSchema, WriterSeen } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { readRecords } from '../record/checked.js'
import type { EncodedBatch } from '../record/codec.js'
import type { SchemaSource } from '../schema-source.js'
import { Following } from '../tables/following.js'
import { endThread, TabledStore, verifyIn } from '../tables/tabled-store.js'
import { WorkerLink } from '../worker/worker-link.js'
import { Connection } from './connection.js'
import type { FollowerStart, Reached } from './follower-worker.js'
import { JournalWriter } from './journal-writer.js'
import { loadImage } from './load.js'
import { prepareJournal } from './migrations.js'
import { journalName, type PostgresPlace, schemaOf, unusable } from './place.js'
import type { ReaderStart } from './reader-worker.js'
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

export class PostgresStore extends TabledStore implements Store {
  readonly sharing = 'shared'
  private readonly place: PostgresPlace
  private readonly connection: Connection
  private readonly writerEnd: JournalWriter
  protected readonly reader: WorkerLink
  protected readonly following: Following
  /** For the follower, when it is next sent after what is durable. */
  private readonly recent = new RecentRecords()
  private follower: WorkerLink | null = null
  /** The last record that was read, and the book's head there; null before it was loaded. */
  private read: (ChainHead & { readonly head: Head }) | null = null

  /** Connects when it is first asked for something. */
  constructor(private readonly options: PostgresOptions) {
    super()
    const { url, book } = options
    this.place = { url, book }
    this.connection = connectionTo(this.place, Number.POSITIVE_INFINITY, WRITE_ANSWER_MILLISECONDS)
    this.writerEnd = new JournalWriter(this.connection, this.place)
    this.reader = this.makeReader()
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

  protected async write(record: EncodedBatch): Promise<Appended> {
    const written = await this.writerEnd.append(record)
    this.recent.add([written])
    return { batch: written.batch, hash: written.hash }
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

  verifyChain(): Promise<ChainReport> {
    return verifyIn(this.makeReader())
  }

  protected async shutDown(): Promise<void> {
    this.connection.giveUp()
    await this.appended()
    // What the tables have not reached is in the journal: nobody waits for them where the database is away.
    this.following.stop()
    const released = this.writerEnd.release().catch(() => {})
    const closed = released.then(() => this.connection.close())
    await Promise.all([closed, endThread(this.reader), endThread(this.follower)])
  }

  private makeReader(): WorkerLink {
    return new WorkerLink(script('reader-worker'), {
      place: this.place,
      ...this.source,
    } satisfies ReaderStart)
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
