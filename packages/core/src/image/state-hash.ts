/**
 * The state hash: one text for the whole state, so that a replay, a standby or a copy can be compared with the
 * original. The hash function is handed in (the core has none); rows are fed in order of table and id.
 */
import type { Plain } from './column.js'
import type { Image } from './image.js'

export interface Hasher {
  update(text: string): void
  digest(): string
}

/** Text of plain data that is equal exactly when the data is: keys in order, bigints marked. */
export function canonicalText(plain: Plain): string {
  if (typeof plain === 'bigint') return `${plain}n`
  if (plain === null || typeof plain !== 'object') return JSON.stringify(plain)
  if (Array.isArray(plain)) return `[${plain.map(canonicalText).join(',')}]`
  const record = plain as { readonly [key: string]: Plain }
  const keys = Object.keys(record).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(record[key] as Plain)}`).join(',')}}`
}

/** Hash of every primary row and of the head. */
export function stateHash(image: Image, hasher: Hasher): string {
  const { sequence, time, idCounter } = image.head
  hasher.update(`head ${sequence} ${time} ${idCounter}\n`)
  for (const table of image.primaryTables()) {
    hasher.update(`table ${table.tableName} ${table.columns.map((column) => column.name).join(' ')}\n`)
    for (const id of table.idsInOrder()) hasher.update(`${canonicalText(table.encode(table.row(id)))}\n`)
  }
  return hasher.digest()
}

/** Hash of every derived table, for comparing with a rebuilding. */
export function derivedHash(image: Image, hasher: Hasher): string {
  for (const derived of image.derivations()) {
    hasher.update(`derived ${derived.name}\n`)
    for (const line of derived.canonical()) hasher.update(`${canonicalText(line)}\n`)
  }
  return hasher.digest()
}

/** A fresh image's tables filled from another's: what `verify` rebuilds derived tables with. */
export function copyPrimary(from: Image, to: Image): void {
  const images = from.primaryTables().map((table) => ({
    table: table.tableName,
    columns: table.columns.map((column) => column.name),
    rows: table.idsInOrder().map((id) => table.encode(table.row(id))),
    removed: [],
  }))
  to.apply(images, from.head)
}
