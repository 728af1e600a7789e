import type { Row } from '../../image/index.js'

/** Puts a row into a list that is in order: before the first one that it goes before, behind all others. */
export function insertInOrder(rows: Row[], row: Row, goesBefore: (other: Row) => boolean): void {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (goesBefore(rows[middle] as Row)) high = middle
    else low = middle + 1
  }
  rows.splice(low, 0, row)
}
