// What the writer hands to the follower is used as long as it goes on without a gap; else the journal is read.
import { expect, test } from 'vitest'
import { recordAfter, START } from '../record/checked.js'
import { encodeBatch } from '../record/codec.js'
import { TestBook } from '../testing/book.js'
import { buffersOf, RecentRecords } from './recent-records.js'

const WIDE = { records: 100, bytes: 2 ** 20 }
const MEBIBYTE = 2 ** 20

type Row = ReturnType<typeof recordAfter>

/** Records from one number to another, each with so many bytes of events, or as an account's opening makes them. */
function recordsFrom(first: number, last: number, bytes: number | null = null): Row[] {
  const book = new TestBook()
  const rows: Row[] = []
  for (let batch = 1; batch <= last; batch += 1) {
    book.open(`account ${batch}`)
    const encoded = encodeBatch(book.seal())
    const sized = bytes === null ? encoded : { ...encoded, events: new Uint8Array(bytes) }
    rows.push(recordAfter(rows.at(-1) ?? START, { book: 0, epoch: 1 }, sized))
  }
  return rows.slice(first - 1)
}

const numbers = (recent: RecentRecords, batch: number, bounds = WIDE): number[] | null =>
  recent.after(batch, bounds)?.rows.map((row) => row.batch) ?? null

test('it gives what comes after a record, as often as asked, and forgets what lies before', () => {
  const recent = new RecentRecords()
  recent.add(recordsFrom(1, 5))
  expect(numbers(recent, 2)).toEqual([3, 4, 5])
  expect(numbers(recent, 2)).toEqual([3, 4, 5])
  expect(numbers(recent, 1)).toBeNull()
  expect(numbers(recent, 5)).toBeNull()
})

test('it gives no more than the bounds, but one at least, and says whether there is more', () => {
  const recent = new RecentRecords()
  recent.add(recordsFrom(1, 3, 1_000))
  expect(recent.after(0, { records: 2, bytes: MEBIBYTE })).toMatchObject({ hasMore: true })
  expect(numbers(recent, 0, { records: 2, bytes: MEBIBYTE })).toEqual([1, 2])
  expect(numbers(recent, 0, { records: 3, bytes: 1 })).toEqual([1])
  expect(recent.after(0, { records: 3, bytes: MEBIBYTE })).toMatchObject({ hasMore: false })
})

test('behind a gap it begins anew', () => {
  const recent = new RecentRecords()
  recent.add(recordsFrom(1, 2))
  recent.add(recordsFrom(4, 5))
  expect(numbers(recent, 0)).toBeNull()
  expect(numbers(recent, 3)).toEqual([4, 5])
})

test('beyond 32 MiB it gives up what it has', () => {
  const recent = new RecentRecords()
  // 31 records of a mebibyte and what else is in them stay within; the 33rd finds more than the bound there.
  const rows = recordsFrom(1, 34, MEBIBYTE)
  recent.add(rows.slice(0, 31))
  expect(recent.after(0, WIDE)).not.toBeNull()
  recent.add(rows.slice(31))
  expect(recent.after(0, WIDE)).toBeNull()
  expect(numbers(recent, 32, { records: 100, bytes: 64 * MEBIBYTE })).toEqual([33, 34])
})

test('what is handed to another thread is each record once, in memory of its own', () => {
  const rows = recordsFrom(1, 3)
  expect(new Set(buffersOf(rows)).size).toBe(3)
  const handed = structuredClone(rows, { transfer: buffersOf(rows) })
  expect(handed.map(({ hash }) => hash)).toEqual(rows.map(({ hash }) => hash))
  expect(handed[0]?.events.length).toBeGreaterThan(0)
  expect(rows[0]?.events.length).toBe(0)
})
