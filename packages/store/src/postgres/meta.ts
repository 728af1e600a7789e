/** Named facts kept beside the tables of a book, in the same transaction as what they speak of. */
import type { ChainHead } from '../record/chain.js'
import { START } from '../record/checked.js'
import { hasTable } from './migrations.js'
import { type PostgresPlace, schemaOf } from './place.js'
import type { Session } from './session.js'

export const TABLES_META = 'CREATE TABLE stemma_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)'

export interface TablesMeta {
  /** Which schema the tables were made for. */
  readonly fingerprint: string
  /** The record that they have reached, and its hash. */
  readonly reached: string
  readonly reached_hash: string
  /** The sum of the row digests of the primary tables, and those of each history table. */
  readonly digest: string
  readonly history_digests: string
}

/** Null where the book has no tables. */
export async function readMeta(session: Session, place: PostgresPlace): Promise<TablesMeta | null> {
  if (!(await hasTable(session, schemaOf(place), 'stemma_meta'))) return null
  const { rows } = await session.query<{ name: string; value: string }>('SELECT name, value FROM stemma_meta')
  return Object.fromEntries(rows.map(({ name, value }) => [name, value])) as unknown as TablesMeta
}

export const reachedBy = (meta: TablesMeta | null): ChainHead =>
  meta === null ? START : { batch: Number(meta.reached), hash: meta.reached_hash }

export async function writeMeta(session: Session, facts: Partial<TablesMeta>): Promise<void> {
  await session.query(
    `INSERT INTO stemma_meta (name, value) SELECT * FROM unnest($1::text[], $2::text[])
      ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value`,
    [Object.keys(facts), Object.values(facts)],
  )
}
