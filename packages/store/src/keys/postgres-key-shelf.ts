/**
 * Keys in a table of the journal's schema, on a connection of their own, so that all processes that have the book open
 * see them. A row that is deleted leaves the file when the database vacuums, and its log when that is recycled.
 */
import { Connection } from '../postgres/connection.js'
import { JOURNAL, type PostgresPlace, schemaOf } from '../postgres/place.js'
import type { KeyShelf, WrappedKey } from './key-shelf.js'

/** About half a minute: long enough for a database that is restarted. */
const ATTEMPTS = 30
const ANSWER_MILLISECONDS = 10_000

export class PostgresKeyShelf implements KeyShelf {
  private readonly connection: Connection

  /** Connects when it is first asked for something. */
  constructor(private readonly place: PostgresPlace) {
    const options = { attempts: ATTEMPTS, answerMilliseconds: ANSWER_MILLISECONDS }
    this.connection = new Connection({ url: place.url, schema: schemaOf(place), ...options })
  }

  async find(name: string): Promise<string | null> {
    const { rows } = await this.connection.run((session) =>
      session.query<WrappedKey>(
        `SELECT wrapped_key AS "wrappedKey" FROM ${JOURNAL}.party_keys WHERE book = $1 AND name = $2`,
        [this.place.book, name],
      ),
    )
    return rows[0]?.wrappedKey ?? null
  }

  async keep(keys: readonly WrappedKey[]): Promise<void> {
    const names = keys.map(({ name }) => name)
    const wrapped = keys.map(({ wrappedKey }) => wrappedKey)
    await this.connection.run((session) =>
      session.query(
        `INSERT INTO ${JOURNAL}.party_keys (book, name, wrapped_key)
          SELECT $1::bigint, * FROM unnest($2::text[], $3::text[]) ON CONFLICT (book, name) DO NOTHING`,
        [this.place.book, names, wrapped],
      ),
    )
  }

  async drop(name: string): Promise<void> {
    await this.connection.run((session) =>
      session.query(`DELETE FROM ${JOURNAL}.party_keys WHERE book = $1 AND name = $2`, [
        this.place.book,
        name,
      ]),
    )
  }

  async all(): Promise<readonly WrappedKey[]> {
    const { rows } = await this.connection.run((session) =>
      session.query<WrappedKey>(
        `SELECT name, wrapped_key AS "wrappedKey" FROM ${JOURNAL}.party_keys WHERE book = $1
          ORDER BY name COLLATE "C"`,
        [this.place.book],
      ),
    )
    return rows
  }

  close(): Promise<void> {
    return this.connection.close()
  }
}
