/** The journal of a book in PostgreSQL, read while others write it. */
import type { WrappedKey } from '../keys/key-shelf.js'
import { PostgresKeyShelf } from '../keys/postgres-key-shelf.js'
import { StoreRefusal } from '../port.js'
import { Connection } from '../postgres/connection.js'
import { keptHead } from '../postgres/load.js'
import { prepareJournal } from '../postgres/migrations.js'
import { journalName, type PostgresPlace, schemaOf, unusable, writerName } from '../postgres/place.js'
import { hashAt, lastHead, missingFrom, someRecordsAfter } from '../postgres/records.js'
import type { Session } from '../postgres/session.js'
import { partAt, partsBy, provenSnapshot } from '../postgres/snapshots.js'
import type { ChainHead } from '../record/chain.js'
import type { RecordRow } from '../record/checked.js'
import type { SnapshotHead, SnapshotPart } from '../record/snapshot.js'
import { checkedParts, checkedRecords, type JournalSource } from './journal-source.js'

const ATTEMPTS = 5
const ANSWER_MILLISECONDS = 60_000

export class PostgresSource implements JournalSource {
  readonly name: string
  readonly book: number

  private constructor(
    private readonly place: PostgresPlace,
    private readonly connection: Connection,
    readonly first: string,
    readonly head: ChainHead,
    readonly snapshot: SnapshotHead | null,
  ) {
    this.name = journalName(place)
    this.book = place.book
  }

  /** Throws StoreRefusal where there is no database, no book in it, or a journal that lost its end. */
  static async open(place: PostgresPlace): Promise<PostgresSource> {
    const options = { attempts: ATTEMPTS, answerMilliseconds: ANSWER_MILLISECONDS }
    const connection = new Connection({ url: place.url, schema: schemaOf(place), ...options })
    try {
      const { head, first, snapshot } = await connection.run((session) => look(session, place))
      return new PostgresSource(place, connection, first, head, snapshot)
    } catch (error) {
      await connection.close()
      throw unusable(place, error)
    }
  }

  records(): AsyncIterable<RecordRow> {
    return checkedRecords(this, this.rows())
  }

  async *parts(): AsyncIterable<SnapshotPart> {
    const { name, place, connection, snapshot } = this
    if (snapshot === null) return
    const parts = partsBy((number) => connection.run((session) => partAt(session, place, snapshot, number)))
    yield* checkedParts(name, snapshot, parts)
  }

  async keys(): Promise<readonly WrappedKey[]> {
    const shelf = new PostgresKeyShelf(this.place)
    try {
      return await shelf.all()
    } finally {
      await shelf.close()
    }
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  private async *rows(): AsyncIterable<RecordRow> {
    for (let last = 0; last < this.head.batch; ) {
      const rows = await this.connection.run((session) => someRecordsAfter(session, this.place, last))
      for (const row of rows) if (row.batch <= this.head.batch) yield row
      const end = rows.at(-1)
      if (end === undefined) return
      last = end.batch
    }
  }
}

/** Where the journal begins and ends; what is kept apart as its end must be in it. */
async function look(
  session: Session,
  place: PostgresPlace,
): Promise<Pick<JournalSource, 'head' | 'first' | 'snapshot'>> {
  await prepareJournal(session, place)
  const [damage] = await missingFrom(session, place, await keptHead(session, place), writerName(place))
  if (damage !== undefined) throw new StoreRefusal('damaged', damage.message, damage)
  const head = await lastHead(session, place)
  const first = await hashAt(session, place, 1)
  if (head.batch > 0) return { head, first: first ?? '', snapshot: await provenSnapshot(session, place) }
  throw new StoreRefusal('unusable', `there is no book in ${journalName(place)}`, {
    file: journalName(place),
  })
}
