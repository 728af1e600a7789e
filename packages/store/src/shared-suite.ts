/** The suite that every adapter passes that several processes may have open at once. Not part of the public face. */
import { afterEach, describe, expect, test } from 'vitest'
import { Deposed, type Store } from './port.js'
import { becomeWriter, hashOf, type Place } from './suite.js'
import { TestBook, TestTables } from './testing/book.js'

const [FIRST, SECOND] = ['http://first.test', 'http://second.test']

export function describeSharedStore(name: string, makePlace: () => Place): void {
  describe(`several stores on ${name}`, () => {
    const opened: Store[] = []
    const places: Place[] = []

    const place = (): Place => {
      const made = makePlace()
      places.push(made)
      return made
    }
    /** One that has loaded, and writes nothing yet. */
    const standby = async (at: Place): Promise<{ store: Store; tables: TestTables }> => {
      const store = at.open()
      opened.push(store)
      const tables = new TestTables()
      await store.load(tables.image)
      return { store, tables }
    }
    const writer = async (at: Place): Promise<{ store: Store; book: TestBook }> => {
      const store = at.open()
      opened.push(store)
      const book = new TestBook()
      await store.load(book.image)
      await becomeWriter(store, book.image, FIRST)
      return { store, book }
    }

    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close()
      for (const made of places.splice(0)) made.clean()
    })

    test('on an empty one nobody writes, and whoever looks first takes over', async () => {
      const { store } = await standby(place())
      expect(store.sharing).toBe('shared')
      const seen = await store.writer()
      expect(seen).toMatchObject({ epoch: 0, address: null })
      expect(await store.takeOver(seen, FIRST)).toMatchObject({ batch: 1 })
      expect(await store.writer()).toMatchObject({ epoch: 1, address: FIRST })
    })

    test('who has not taken over can neither append nor renew', async () => {
      const at = place()
      const { book } = await writer(at)
      const { store } = await standby(at)
      book.open('any')
      await expect(book.commit(store)).rejects.toThrow('taken over')
      await expect(store.renew()).rejects.toThrow('taken over')
    })

    test('a standby reads on, to the same state and the same batches', async () => {
      const at = place()
      const { store, book } = await writer(at)
      const { store: other, tables } = await standby(at)
      const caughtUp: number[] = []
      for (let round = 0; round < 3; round += 1) {
        book.transfer({ from: book.open('from', 5n), to: book.open('to'), amount: 3n, key: `k${round}` })
        await book.commit(store)
        for (let some = await other.catchUp(tables.image); some.length > 0; ) {
          caughtUp.push(...some.map(({ head }) => head.sequence))
          expect(some).toEqual(book.batches.slice(-some.length))
          some = await other.catchUp(tables.image)
        }
        expect(hashOf(tables.image)).toBe(hashOf(book.image))
      }
      expect(caughtUp).toEqual([3, 6, 9])
    })

    test('the mark changes with an append and with a renewal, and with nothing else', async () => {
      const at = place()
      const { store, book } = await writer(at)
      const { store: other } = await standby(at)
      const marks = [(await other.writer()).mark, (await other.writer()).mark]
      expect(marks[0]).toBe(marks[1])
      await store.renew()
      marks.push((await other.writer()).mark)
      book.open('any')
      await book.commit(store)
      marks.push((await other.writer()).mark)
      expect(new Set(marks).size).toBe(3)
    })

    test('a taking over fails where the writer renewed or appended since the look', async () => {
      const at = place()
      const { store, book } = await writer(at)
      const { store: other, tables } = await standby(at)
      const beforeRenewal = await other.writer()
      await store.renew()
      expect(await other.takeOver(beforeRenewal, SECOND)).toBeNull()
      const beforeAppend = await other.writer()
      book.open('any')
      await book.commit(store)
      expect(await other.takeOver(beforeAppend, SECOND)).toBeNull()
      // A fresh look does not help who has not read what it would write behind.
      expect(await other.takeOver(await other.writer(), SECOND)).toBeNull()
      await other.catchUp(tables.image)
      expect(await other.takeOver(await other.writer(), SECOND)).not.toBeNull()
    })

    test('of several that take over after the same look one succeeds', async () => {
      const at = place()
      await writer(at)
      const others = await Promise.all([standby(at), standby(at), standby(at)])
      const looks = await Promise.all(others.map(({ store }) => store.writer()))
      const taken = await Promise.all(
        others.map(({ store }, index) => store.takeOver(looks[index] as (typeof looks)[number], SECOND)),
      )
      expect(taken.filter((each) => each !== null).length).toBe(1)
    })

    test('who was deposed is told so by every append and renewal, and changes nothing', async () => {
      const at = place()
      const { store, book } = await writer(at)
      book.open('kept', 1n)
      await book.commit(store)
      const { store: other } = await standby(at)
      await other.takeOver(await other.writer(), SECOND)
      book.open('lost')
      for (let round = 0; round < 2; round += 1) {
        await expect(book.commit(store)).rejects.toThrow(Deposed)
        await expect(store.renew()).rejects.toThrow(Deposed)
      }
      await store.close()
      expect(await other.writer()).toMatchObject({ epoch: 2, address: SECOND })
      const { tables } = await standby(at)
      expect(tables.accounts.size).toBe(1)
      // The first record is the first taking over, the third the second.
      expect(await other.verifyChain()).toMatchObject({ batches: 3, damage: [] })
    })

    test('who took over goes on where the writer ended, and the chain holds across both', async () => {
      const at = place()
      const { store, book } = await writer(at)
      book.open('first', 7n)
      await book.commit(store)
      const again = new TestBook()
      const other = at.open()
      opened.push(other)
      await other.load(again.image)
      await becomeWriter(other, again.image, SECOND)
      again.open('second', 8n)
      // The book of the test knows nothing of what it has loaded: the batch begins behind it.
      const batch = { ...again.seal(), firstSequence: 2 }
      expect(await other.append(batch)).toMatchObject({ batch: 4 })
      const { tables } = await standby(at)
      expect(hashOf(tables.image)).toBe(hashOf(again.image))
      expect(await other.verifyChain()).toMatchObject({ batches: 4, damage: [] })
    })

    test('who ends says that nobody writes', async () => {
      const at = place()
      const { store } = await writer(at)
      const { store: other } = await standby(at)
      await store.close()
      expect(await other.writer()).toMatchObject({ epoch: 1, address: null })
      await other.close()
      expect(await (await standby(at)).store.writer()).toMatchObject({ epoch: 1, address: null })
    })
  })
}
