/** The suite that every adapter passes: what the port promises, told in tests. Not part of the public face. */
import { DAY, EVENTS, type HistoryQuery, HOUR, type Id, type Image, type Plain } from '@stemma/core/image'
import { afterEach, describe, expect, test } from 'vitest'
import { stateHashOf } from './archive/journal-source.js'
import { RECORD_BYTES_MAX, RecordTooLarge, type Store } from './port.js'
import { lacking, TestBook, TestTables, TRANSFERS } from './testing/book.js'
import { FaultyStore } from './testing/faulty-store.js'

/** Where a book is kept; opening it again finds what was there. */
export interface Place {
  open(): Store
  clean(): void
}

export const hashOf = stateHashOf

/** What a host does before it writes. Where a store is shared, the taking over is a record of its own. */
export async function becomeWriter(
  store: Store,
  image: Image,
  address = 'http://writer.test',
): Promise<void> {
  for (;;) {
    await store.catchUp(image)
    if ((await store.takeOver(await store.writer(), address)) !== null) return
  }
}

/** The number of the `place`th batch: behind the records of `openings` takings over, where the store is shared. */
const numbered = ({ sharing }: Store, place: number, openings = 1): number =>
  sharing === 'shared' ? place + openings : place

export function describeStore(name: string, makePlace: () => Place): void {
  describe(`a store on ${name}`, () => {
    const opened: Store[] = []
    const places: Place[] = []

    const place = (): Place => {
      const made = makePlace()
      places.push(made)
      return made
    }
    const openAt = async (at: Place, image: Image): Promise<Store> => {
      const store = at.open()
      opened.push(store)
      await store.load(image)
      await becomeWriter(store, image)
      return store
    }
    const fresh = async (): Promise<{ book: TestBook; store: Store }> => {
      const book = new TestBook()
      return { book, store: await openAt(place(), book.image) }
    }

    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close()
      for (const made of places.splice(0)) made.clean()
    })

    test('an empty one loads an empty image', async () => {
      const { image } = new TestTables()
      const store = place().open()
      opened.push(store)
      expect(await store.load(image)).toEqual({ batch: 0, hash: '0'.repeat(64), results: [] })
      expect(image.head.sequence).toBe(0)
      expect(await store.find(EVENTS, { limit: 10 })).toEqual([])
      expect(await store.resultOf(1)).toBeNull()
      expect(store.lag()).toEqual({ batches: 0, bytes: 0, milliseconds: 0 })
    })

    test('what was appended is loaded again, to the same state hash, however often', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      const [poor, rich] = [
        book.open('poor'),
        book.open('rich', 2n ** 100n, { USD: -1n, list: [1, 'é', null] }),
      ]
      const gone = book.open('gone', 5n)
      const amounts = [0n, -1n, 2n ** 32n, -(2n ** 32n) - 1n, 2n ** 53n - 1n, -(2n ** 53n), 2n ** 63n - 1n]
      for (const each of amounts) book.open('a\u0000\\"\u2028', each)
      await book.commit(store)
      book.transfer({ from: rich, to: poor, amount: 2n ** 63n })
      book.remove(gone)
      await book.commit(store)
      await store.settled()
      book.open('')
      const head = await store.append(book.seal())
      await store.close()
      for (let round = 0; round < 2; round += 1) {
        const again = new TestTables()
        const reopened = at.open()
        opened.push(reopened)
        expect(await reopened.load(again.image)).toEqual({ ...head, results: [] })
        expect(hashOf(again.image)).toBe(hashOf(book.image))
        await reopened.close()
      }
    })

    test('rows that were written before a column was there have its default, in the journal as in the tables', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      book.open('', 5n)
      await store.append(lacking(book.seal(), ['displayName', 'owner', 'status', 'isFrozen', 'closedAt']))
      const loaded = async (): Promise<string> => {
        const again = new TestTables()
        const reopened = at.open()
        opened.push(reopened)
        await reopened.load(again.image)
        await reopened.close()
        return hashOf(again.image)
      }
      await store.close()
      expect(await loaded()).toBe(hashOf(book.image))
      const settled = await openAt(at, new TestTables().image)
      await settled.settled()
      expect((await settled.verifyChain()).damage).toEqual([])
      await settled.close()
      expect(await loaded()).toBe(hashOf(book.image))
    })

    test('rows without a column that has no default are not guessed at', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      book.open('any')
      await store.append(lacking(book.seal(), ['currency']))
      await store.close()
      const reopened = at.open()
      opened.push(reopened)
      await expect(reopened.load(new TestTables().image)).rejects.toThrow(
        'expected the rows of balances to have a currency, or its field to declare a default',
      )
    })

    test('batches are numbered densely and chained, also after it was opened again', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      const appended = []
      for (let round = 0; round < 3; round += 1) {
        book.open('any')
        appended.push(await store.append(book.seal()))
      }
      await store.close()
      const reopened = await openAt(at, new TestTables().image)
      book.open('last')
      appended.push(await reopened.append(book.seal()))
      const numbers = [1, 2, 3].map((each) => numbered(reopened, each))
      const last = numbered(reopened, 4, 2)
      expect(appended.map(({ batch }) => batch)).toEqual([...numbers, last])
      expect(new Set(appended.map(({ hash }) => hash)).size).toBe(4)
      expect(await reopened.verifyChain()).toEqual({ batches: last, hash: appended[3]?.hash, damage: [] })
    })

    test('appends that are called before the last one returned keep their order', async () => {
      const { book, store } = await fresh()
      const appends = Array.from({ length: 10 }, () => {
        book.open('any')
        return book.commit(store)
      })
      const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((each) => numbered(store, each))
      expect(await Promise.all(appends)).toEqual(numbers)
    })

    test('closing lets the appends that are under way finish', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      book.open('any')
      const appended = book.commit(store)
      await Promise.all([store.close(), store.close()])
      expect(await appended).toBe(numbered(store, 1))
      const again = new TestTables()
      await openAt(at, again.image)
      expect(hashOf(again.image)).toBe(hashOf(book.image))
    })

    test('a record beyond the limit is refused before it is written', async () => {
      const { book, store } = await fresh()
      book.open('x'.repeat(RECORD_BYTES_MAX))
      await expect(book.commit(store)).rejects.toThrow(RecordTooLarge)
      const next = new TestBook()
      next.open('any')
      expect(await next.commit(store)).toBe(numbered(store, 1))
    })

    test('the tables reach the journal', async () => {
      const { book, store } = await fresh()
      for (let round = 0; round < 20; round += 1) {
        book.open('any')
        await book.commit(store)
      }
      await store.settled()
      expect(store.lag()).toEqual({ batches: 0, bytes: 0, milliseconds: 0 })
    })

    test('history pages neither overlap nor leave out, whatever the tables reach between them', async () => {
      const { book, store } = await fresh()
      for (let round = 0; round < 6; round += 1) {
        for (let each = 0; each < 7; each += 1) book.open(`${round}-${each}`)
        await book.commit(store)
        if (round === 2) await store.settled()
      }
      const seen: Plain[] = []
      let after: readonly Plain[] | undefined
      for (let page = 0; page < 5; page += 1) {
        const rows = await store.find(EVENTS, { limit: 10, ...(after === undefined ? {} : { after }) })
        seen.push(...rows.map(({ subject }) => subject as Plain))
        after = EVENTS.order.map((column) => rows.at(-1)?.[column] as Plain)
        if (page === 1) {
          book.open('later')
          await book.commit(store)
        }
        if (page === 2) await store.settled()
      }
      expect(seen).toEqual(book.historyOf(EVENTS).map(({ subject }) => subject))
      expect(seen.length).toBe(43)
    })

    test('history is read by every condition, in the tables and before them', async () => {
      const { book, store } = await fresh()
      const ids = ['Ärger', 'b_c%', 'ähnlich'].map((each) => book.open(each))
      await book.commit(store)
      await store.settled()
      ids.push(book.open('ARG'))
      await book.commit(store)
      const subjects = async (query: Partial<HistoryQuery>): Promise<Plain[]> =>
        (await store.find(EVENTS, { limit: 100, ...query })).map(({ subject }) => subject as Plain)
      const named = (...places: number[]): string[] => places.map((place) => `acc_${ids[place]}`)
      expect(await subjects({ equals: { subject: `acc_${ids[1]}` } })).toEqual(named(1))
      expect(await subjects({ equals: { user: null }, limit: 2 })).toEqual(named(0, 1))
      expect(await subjects({ oneOf: { subject: named(0, 3) } })).toEqual(named(0, 3))
      expect(await subjects({ oneOf: { user: [1, null] }, newestFirst: true })).toEqual(named(3, 2, 1, 0))
      expect(await subjects({ from: { sequence: 2 }, to: { sequence: 3 } })).toEqual(named(1, 2))
      expect(await subjects({ from: { user: 0 } })).toEqual([])
      expect(await subjects({ contains: { subject: `CC_${ids[3]}` } })).toEqual(named(3))
      const startsWith = { columns: ['path', 'counter_path'], text: `/1/acc_${ids[2]}/` }
      expect(await subjects({ startsWith })).toEqual(named(2))
      expect(await subjects({ newestFirst: true, after: [3, 0] })).toEqual(named(1, 0))
    })

    test('a later row of the same key replaces the earlier one, once', async () => {
      const { book, store } = await fresh()
      const [from, to] = [book.open('from', 100n), book.open('to')]
      const moves = [1n, 2n ** 70n, 3n].map((moved) => ({ from, to, amount: moved, note: 'ÄÖ' }))
      const made = moves.map((move) => book.transfer(move))
      await book.commit(store)
      await store.settled()
      book.settle(made[1] as number, moves[1] as (typeof moves)[number])
      await book.commit(store)
      for (let round = 0; round < 2; round += 1) {
        const rows = await store.find(TRANSFERS, { limit: 10, contains: { note: 'äö' } })
        expect(rows).toEqual(book.historyOf(TRANSFERS))
        expect(await store.find(TRANSFERS, { limit: 10, equals: { isSettled: true } })).toEqual([rows[1]])
        expect(await store.find(TRANSFERS, { limit: 2, equals: { isSettled: false } })).toEqual([
          rows[0],
          rows[2],
        ])
        await store.settled()
      }
    })

    test('a keyed result is found before and after the tables have it; its key is loaded for a day', async () => {
      const at = place()
      const book = new TestBook()
      const store = await openAt(at, book.image)
      const [from, to] = [book.open('from', 100n), book.open('to')]
      const keyed = (key: string): Id => book.transfer({ from, to, amount: 2n ** 100n, key }) as Id
      keyed('yesterday')
      book.pass(DAY - HOUR)
      keyed('this morning')
      await book.commit(store)
      book.pass(2 * HOUR)
      keyed('now')
      await book.commit(store)
      const [old, recent, last] = book.batches.flatMap(({ results }) => results)
      for (let round = 0; round < 2; round += 1) {
        expect(await store.resultOf(old?.sequence as number)).toEqual(old)
        expect(await store.resultOf(last?.sequence as number)).toEqual(last)
        expect(await store.resultOf(1)).toBeNull()
        await store.settled()
      }
      await store.close()
      const again = at.open()
      opened.push(again)
      const { results } = await again.load(new TestTables().image)
      expect(results).toEqual([recent, last].map((each) => ({ ...each, result: undefined })))
      expect(await again.resultOf(old?.sequence as number)).toEqual(old)
    })

    test('appends can be held up and released, and fail for good', async () => {
      const book = new TestBook()
      const store = new FaultyStore(await openAt(place(), book.image))
      store.holdAppends()
      book.open('first')
      const first = book.commit(store)
      book.open('second')
      const second = book.commit(store)
      expect(await Promise.race([first, Promise.resolve('held')])).toBe('held')
      store.releaseAppends()
      expect(await Promise.all([first, second])).toEqual([numbered(store, 1), numbered(store, 2)])
      store.failAppends(new Error('the disk is full'))
      for (let round = 0; round < 2; round += 1) {
        book.open('lost')
        await expect(book.commit(store)).rejects.toThrow('the disk is full')
      }
      expect((await store.find(EVENTS, { limit: 10 })).length).toBe(2)
    })
  })
}
