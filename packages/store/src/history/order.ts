/** The order of a history table, the same in memory as in SQL: numbers by size, text by its UTF-8 bytes. */
import type { HistoryQuery, HistoryRow, HistoryTable, Plain } from '@stemma/core/image'

export type RowOrder = (left: HistoryRow, right: HistoryRow) => number

/** In which of two rows a query reads first. */
export const orderOf = (table: HistoryTable, query: HistoryQuery): RowOrder => {
  const direction = directionOf(query)
  return (left, right) => direction * compareAll(placeOf(table, left), placeOf(table, right))
}

/** Whether a row lies strictly behind the cursor of a query. */
export const isBehind = (table: HistoryTable, query: HistoryQuery, row: HistoryRow): boolean =>
  query.after === undefined || directionOf(query) * compareAll(placeOf(table, row), query.after) > 0

const directionOf = ({ newestFirst }: HistoryQuery): 1 | -1 => (newestFirst === true ? -1 : 1)

const placeOf = (table: HistoryTable, row: HistoryRow): Plain[] =>
  table.order.map((name) => row[name] as Plain)

function compareAll(left: readonly Plain[], right: readonly Plain[]): number {
  for (let index = 0; index < left.length; index += 1) {
    const order = compare(left[index] as Plain, right[index] as Plain)
    if (order !== 0) return order
  }
  return 0
}

function compare(left: Plain, right: Plain): number {
  if (left === right) return 0
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right)
  return (left as number) < (right as number) ? -1 : 1
}

/** By code point, which is the order of UTF-8; the order of UTF-16 differs beyond U+D7FF. */
function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue
    const [one, other] = [left.charCodeAt(index), right.charCodeAt(index)]
    const areSurrogates = [isSurrogate(one), isSurrogate(other)]
    if (areSurrogates[0] !== areSurrogates[1]) return areSurrogates[0] === true ? 1 : -1
    return one < other ? -1 : 1
  }
  return left.length - right.length
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff
