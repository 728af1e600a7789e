/** CSV by RFC 4180, safe to open in a spreadsheet: a cell that would be read as a formula is quoted as text. */
import { stringify } from 'csv-stringify/sync'
import type { FlatRecord } from './record.js'

const FORMULA = /^[=+\-@\t\r|%]/
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/

/** Amounts may begin with a minus and stay numbers; everything else that begins like a formula gets an apostrophe. */
const safe = (text: string): string => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text)

export function csv(records: readonly FlatRecord[]): string {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))]
  const rows = records.map((record) => columns.map((column) => safe(record[column] ?? '')))
  // A line break of either kind inside a cell needs quotes, not only the one that ends records.
  return stringify([columns, ...rows], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ })
}
