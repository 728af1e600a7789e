// A journal of which images and results were dropped is the same book, on either adapter, wherever that was cut short.
import { EVENTS, type Image, type Instant } from '@stemma/core/image'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArchiveSource, writeArchive } from './archive/archive.js'
import { replay, stateHashOf } from './archive/journal-source.js'
import { adopt, dropBefore, keepSnapshot, openSource } from './archive/places.js'
import type { Store } from './port.js'
import type { SnapshotHead } from './record/snapshot.js'
import { becomeWriter } from './suite.js'
import { TestBook, TestTables } from './testing/book.js'
import { type JournalUnderTest, journalInDatabase, journalInDirectory } from './testing/journals.js'

const LATER = Number.MAX_SAFE_INTEGER as Instant

describe.each([
  ['SQLite', journalInDirectory, journalInDatabase],
  ['PostgreSQL', journalInDatabase, journalInDirectory],
])('on %s', (_name, makePlace, makeOther) => {
  let place: JournalUnderTest
  let book: TestBook
  /** How many records there are. */
  let last: number
  /** The number of the record of each of the eight batches, and when it was written, by its place from 1. */
  let records: number[]
  let times: Instant[]

  async function openToWrite(image: Image): Promise<Store> {
    const store = place.open()
    last = (await store.load(image)).batch
    await becomeWriter(store, image)
    if (store.sharing === 'shared') last += 1
    return store
  }

  /** Eight batches; the tables are kept as they were after the third. */
  beforeEach(async () => {
    place = await makePlace()
    book = new TestBook()
    const store = await openToWrite(book.image)
    ;[records, times] = [[0], [0 as Instant]]
    const [one, other] = [book.open('one', 2n ** 90n), book.open('other')]
    const gone = book.open('gone')
    for (let round = 1; round <= 8; round += 1) {
      book.transfer({ from: one, to: other, amount: 3n, key: `key ${round}` })
      if (round === 5) book.remove(gone)
      records.push(await book.commit(store))
      times.push(book.image.head.time)
      if (round !== 3) continue
      await store.settled()
      await place.keepTables()
    }
    await store.close()
  })

  afterEach(() => place.clean())

  const drop = (before: Instant) => dropBefore(place.at, before)
  const through = (record: number): number[] => Array.from({ length: record }, (_, index) => index + 1)
  const recordOf = (batch: number): number => records[batch] as number

  /** Keeps a snapshot, and says its hash in the next record as the command of the core does. */
  async function snapshot({ isNoted }: { readonly isNoted: boolean }): Promise<SnapshotHead> {
    const { image } = new TestTables()
    const store = await openToWrite(image)
    await store.settled()
    const kept = await keepSnapshot(place.at, last, image)
    if (isNoted) {
      book.pass(1)
      book.settle(1, { from: 1 as never, to: 1 as never, amount: 0n })
      const { events, ...rest } = book.seal()
      const noted = events.map((event) => ({ ...event, kind: 'journal.snapshot_kept', data: { ...kept } }))
      await store.append({ ...rest, events: noted })
    }
    await store.close()
    return kept
  }

  /** What a start finds, and what the tables hold once they have followed. */
  async function loaded() {
    const { image } = new TestTables()
    const store = place.open()
    try {
      const { batch, hash, results } = await store.load(image)
      await becomeWriter(store, image)
      await store.settled()
      const { damage } = await store.verifyChain()
      const events = await store.find(EVENTS, { limit: 100 })
      const subjects = events
        .filter(({ kind }) => kind !== 'journal.snapshot_kept')
        .map(({ subject }) => subject)
      const keys = results.map(({ key }) => key)
      return { head: { batch, hash }, keys, damage, subjects, state: stateHashOf(image) }
    } finally {
      await store.close()
    }
  }

  const foundBesideHead = async () => ({ ...(await loaded()), head: null })

  /** What a journal that was not compacted says. */
  const expected = () => ({
    damage: [],
    state: stateHashOf(book.image),
    subjects: book.batches.slice(0, 8).flatMap(({ events }) => events.map(({ subject }) => subject)),
  })

  describe('a compacted journal', () => {
    let kept: SnapshotHead

    beforeEach(async () => {
      kept = await snapshot({ isNoted: true })
      expect((await drop(times[6] as Instant)).through).toBe(recordOf(5))
    })

    test('has dropped what is older, and nothing else', async () => {
      expect(await place.imagesDropped()).toEqual(through(recordOf(5)))
      expect(await loaded()).toMatchObject(expected())
    })

    test('knows the keys whose results were kept, and has no more of the others', async () => {
      expect((await loaded()).keys).toEqual(['key 6', 'key 7', 'key 8'])
      await place.removeTables()
      expect((await loaded()).keys).toEqual(['key 6', 'key 7', 'key 8'])
      const store = place.open()
      await store.load(new TestTables().image)
      const [first, ...others] = book.batches.flatMap(({ results }) => results)
      expect(await store.resultOf(first?.sequence as number)).toBeNull()
      expect(await store.resultOf(others.at(-1)?.sequence as number)).toEqual(others.at(-1))
      await store.close()
    })

    test('makes tables again from the snapshot and all events', async () => {
      await place.removeTables()
      for (let round = 0; round < 2; round += 1) expect(await loaded()).toMatchObject(expected())
    })

    test('brings tables from before the snapshot to the state behind it', async () => {
      await place.bringTablesBack()
      for (let round = 0; round < 2; round += 1) expect(await loaded()).toMatchObject(expected())
    })

    test('is compacted further, and again without anything to do', async () => {
      for (let round = 0; round < 2; round += 1) {
        expect(await drop(LATER)).toEqual({ through: kept.batch, snapshot: kept })
        expect(await place.imagesDropped()).toEqual(through(kept.batch))
        expect(await loaded()).toMatchObject(expected())
      }
      const next = await snapshot({ isNoted: true })
      expect(await drop(LATER)).toEqual({ through: next.batch, snapshot: next })
      await place.removeTables()
      expect(await loaded()).toMatchObject(expected())
    })

    test.each([
      ['the same kind', () => makePlace()],
      ['the other kind', () => makeOther()],
    ])('is backed up and restored as it is to a place of %s', async (_kind, another) => {
      const source = await openSource(place.at)
      await writeArchive(source, place.freshPath)
      await source.close()
      const archive = await ArchiveSource.open(place.freshPath, null)
      const { image } = new TestTables()
      await replay(archive, image)
      expect(stateHashOf(image)).toBe(expected().state)
      const original = place
      place = await another()
      try {
        await adopt(place.at, archive)
        await archive.close()
        const restored = await loaded()
        expect(restored).toMatchObject(expected())
        expect(await place.imagesDropped()).toEqual(through(recordOf(5)))
        await place.clean()
        place = original
        expect(await loaded()).toEqual(restored)
      } finally {
        if (place !== original) await place.clean()
        place = original
      }
    })
  })

  describe('compacting that was cut short', () => {
    test('before the chain knows the snapshot leaves a journal without one', async () => {
      const before = await foundBesideHead()
      await snapshot({ isNoted: false })
      await place.removeTables()
      expect(await foundBesideHead()).toEqual(before)
      await expect(drop(LATER)).rejects.toThrow('has no snapshot')
      expect(await place.imagesDropped()).toEqual([])
      // A record that comes behind it says nothing of the snapshot; the next run makes one of its own.
      const store = await openToWrite(new TestTables().image)
      book.open('between')
      await book.commit(store)
      await store.close()
      await expect(drop(LATER)).rejects.toThrow('has no snapshot')
      const kept = await snapshot({ isNoted: true })
      expect((await drop(LATER)).through).toBe(kept.batch)
      expect((await loaded()).state).toBe(stateHashOf(book.image))
    })

    test('before anything was dropped, and in the middle of dropping, leaves a journal that loads', async () => {
      const kept = await snapshot({ isNoted: true })
      await place.removeTables()
      expect(await loaded()).toMatchObject(expected())
      const nothing = place.bytes('')
      await place.edit(`UPDATE records SET images = ${nothing}, results = ${nothing} WHERE batch <= 4`)
      await place.removeTables()
      expect(await loaded()).toMatchObject(expected())
      expect((await drop(LATER)).through).toBe(kept.batch)
      expect(await loaded()).toMatchObject(expected())
    })
  })

  describe('damage is named', () => {
    const changed = (): string => place.bytes('90')

    test.each<[string, () => string, (kept: number) => number]>([
      [
        'a part of the snapshot was changed',
        () => `UPDATE snapshots SET images = ${changed()} WHERE part = 1`,
        (kept) => kept,
      ],
      ['a part of the snapshot is missing', () => 'DELETE FROM snapshots WHERE part = 2', (kept) => kept],
      ['the snapshot is missing', () => 'DELETE FROM snapshots', () => 1],
      [
        'a record behind the snapshot lost its images',
        () => `UPDATE records SET images = ${place.bytes('')} WHERE batch = (SELECT max(batch) FROM records)`,
        (kept) => kept + 1,
      ],
      [
        'an event of a record that was dropped was changed',
        () => `UPDATE records SET events = ${changed()} WHERE batch = 2`,
        () => 2,
      ],
      [
        'a hash of what was dropped was changed',
        () => "UPDATE records SET images_hash = 'x' WHERE batch = 3",
        () => 3,
      ],
    ])('where %s', async (_what, statement, batch) => {
      const kept = await snapshot({ isNoted: true })
      await drop(LATER)
      const damaged = batch(kept.batch)
      const before = place.open()
      await before.load(new TestTables().image)
      await place.edit(statement())
      expect((await before.verifyChain()).damage).toContainEqual(expect.objectContaining({ batch: damaged }))
      await before.close()
      await place.removeTables()
      await expect(loaded()).rejects.toThrow()
    })

    test('where results are gone of which no snapshot speaks', async () => {
      await place.edit(`UPDATE records SET results = ${place.bytes('')} WHERE batch = 2`)
      await place.removeTables()
      await expect(loaded()).rejects.toThrow('record 2 has lost its images or results')
    })
  })
})
