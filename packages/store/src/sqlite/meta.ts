/** Named facts kept beside the tables, in the same transaction as what they speak of. */
import type Database from 'better-sqlite3'

export const TABLES_META =
  'CREATE TABLE IF NOT EXISTS stemma_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'

export const readMeta = (
  database: Database.Database,
  name: string,
  table = 'stemma_meta',
): string | undefined =>
  database.prepare(`SELECT value FROM ${table} WHERE name = ?`).pluck().get(name) as string | undefined

export function writeMeta(
  database: Database.Database,
  facts: Readonly<Record<string, string>>,
  table = 'stemma_meta',
): void {
  const write = database.prepare(`INSERT OR REPLACE INTO ${table} (name, value) VALUES (?, ?)`)
  for (const [name, value] of Object.entries(facts)) write.run(name, value)
}
