import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine, stateHash } from '@stemma/core'
import { EVENTS, type Image, type KeyedResult } from '@stemma/core/image'
import { afterEach, describe, expect, test } from 'vitest'
import { MemoryStore, RECORD_BYTES_MAX, SqliteStore, type Store } from './index.js'
import { SCHEMA_EXPORT, SCHEMA_MODULE, schema, TestBook } from './testing/book.js'

const hashOf = (image: Image): string => {
  const hash = createHash('sha256')
  return stateHash(image, { update: (text) => hash.update(text), digest: () => hash.digest('hex') })
}

interface Place {
  open(): Store
  clean(): void
}

const sqlite = (): Place => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'stemma-store-'))
  return {
    open: () =>
      SqliteStore.open({
        dataDirectory,
        book: 0,
        schema,
        schemaModule: SCHEMA_MODULE,
        schemaExport: SCHEMA_EXPORT,
      }),
    clean: () => rmSync(dataDirectory, { recursive: true }),
  }
}

const memory = (): Place => {
  const store = new MemoryStore()
  return { open: () => store, clean: () => {} }
}

describe.each([
  ['memory', memory],
  ['sqlite', sqlite],
])('a store on %s', (_name, makePlace) => {
  const opened: Store[] = []
  const places: Place[] = []
  const place = (): Place => {
    const made = makePlace()
    places.push(made)
    return made
  }
  const openAt = async (at: Place, engine = new Engine()): Promise<Store> => {
    const store = at.open()
    opened.push(store)
    await store.load(engine.image)
    return store
  }
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
    for (const made of places.splice(0)) made.clean()
  })

  test('an empty store loads an empty image', async () => {
    const engine = new Engine()
    const store = place().open()
    opened.push(store)
    expect(await store.load(engine.image)).toEqual({ batch: 0, hash: '0'.repeat(64), results: [] })
    expect(engine.image.head.sequence).toBe(0)
  })

  test('what was appended is loaded again, from the journal and from the tables, with the same hash', async () => {
    const at = place()
    const book = new TestBook()
    const store = await openAt(at, book.engine)
    book.populate(20)
    await book.commit(store)
    await store.settled()
    book.populate(5)
    await book.commit(store)
    await store.close()
    for (let round = 0; round < 2; round += 1) {
      const again = new Engine()
      const reopened = at.open()
      opened.push(reopened)
      const loaded = await reopened.load(again.image)
      expect(loaded.batch).toBe(2)
      expect(hashOf(again.image)).toBe(hashOf(book.engine.image))
      await reopened.settled()
      await reopened.close()
    }
  })

  test('batches are numbered densely and chained', async () => {
    const book = new TestBook()
    const store = await openAt(place(), book.engine)
    const hashes: string[] = []
    for (let round = 0; round < 3; round += 1) {
      book.populate(1)
      const batch = book.engine.takeBatch()
      if (batch === null) throw new Error('expected a batch')
      const appended = await store.append(batch)
      expect(appended.batch).toBe(round + 1)
      hashes.push(appended.hash)
    }
    expect(new Set(hashes).size).toBe(3)
    expect(await store.verifyChain()).toEqual({ batches: 3, hash: hashes[2], damage: [] })
  })

  test('appends that are called before the last one returned keep their order', async () => {
    const book = new TestBook()
    const store = await openAt(place(), book.engine)
    const appends = Array.from({ length: 10 }, () => {
      book.populate(1)
      const batch = book.engine.takeBatch()
      if (batch === null) throw new Error('expected a batch')
      return store.append(batch)
    })
    expect((await Promise.all(appends)).map(({ batch }) => batch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  test('history is read in order whatever the tables have reached, and pages do not overlap', async () => {
    const book = new TestBook()
    const store = await openAt(place(), book.engine)
    for (let round = 0; round < 6; round += 1) {
      book.populate(7)
      await book.commit(store)
      if (round === 2) await store.settled()
    }
    const seen: string[] = []
    let after: readonly number[] | undefined
    for (;;) {
      const page = await store.find(EVENTS, { limit: 10, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      seen.push(...page.map((row) => String(row.subject)))
      const last = page[page.length - 1]
      after = [last?.sequence as number, last?.position as number]
    }
    const expected = book.batches.flatMap(({ events }) => events.map((event) => event.subject))
    expect(seen).toEqual(expected)
    expect(seen.length).toBe(42)
    const newest = await store.find(EVENTS, { limit: 3, newestFirst: true })
    expect(newest.map((row) => row.subject)).toEqual(expected.slice(-3).reverse())
  })

  test('history filters by equality, list, range, part and prefix', async () => {
    const book = new TestBook()
    const store = await openAt(place(), book.engine)
    const [first, second] = book.populate(3)
    await book.commit(store)
    await store.settled()
    const [third] = book.populate(1)
    await book.commit(store)
    const subjects = async (query: object): Promise<unknown[]> =>
      (await store.find(EVENTS, { limit: 100, ...query })).map((row) => row.subject)
    expect(await subjects({ equals: { subject: `pty_${second}` } })).toEqual([`pty_${second}`])
    expect(await subjects({ oneOf: { subject: [`pty_${first}`, `pty_${third}`] } })).toEqual([
      `pty_${first}`,
      `pty_${third}`,
    ])
    expect(await subjects({ contains: { subject: `TY_${third}` } })).toEqual([`pty_${third}`])
    expect(
      await subjects({ startsWith: { columns: ['path', 'counter_path'], text: `/${book.root}/${second}/` } }),
    ).toEqual([`pty_${second}`])
    expect(await subjects({ equals: { reason: null }, from: { sequence: 3 }, to: { sequence: 3 } })).toEqual([
      `pty_${second}`,
    ])
    expect(await subjects({ equals: { kind: 'nothing' } })).toEqual([])
  })

  test('a keyed result is found before and after the tables have it, and is loaded again', async () => {
    const at = place()
    const book = new TestBook()
    const store = await openAt(at, book.engine)
    book.populate(1)
    const batch = book.engine.takeBatch()
    if (batch === null) throw new Error('expected a batch')
    const result: KeyedResult = {
      sequence: batch.head.sequence,
      at: batch.head.time,
      owner: 7 as never,
      operation: 'parties.create',
      key: 'k1',
      bodyHash: 'h',
      result: { party: 2, wide: 2n ** 100n },
    }
    await store.append({ ...batch, results: [result] })
    expect(await store.resultOf(result.sequence)).toEqual(result)
    await store.settled()
    expect(await store.resultOf(result.sequence)).toEqual(result)
    expect(await store.resultOf(result.sequence + 1)).toBeNull()
    await store.close()
    const again = at.open()
    opened.push(again)
    expect((await again.load(new Engine().image)).results).toEqual([result])
  })

  test('a record beyond the limit is refused before it is written', async () => {
    const book = new TestBook()
    const store = await openAt(place(), book.engine)
    book.populate(1)
    const batch = book.engine.takeBatch()
    if (batch === null) throw new Error('expected a batch')
    const event = batch.events[0]
    if (event === undefined) throw new Error('expected an event')
    const oversize = { ...batch, events: [{ ...event, reason: 'x'.repeat(RECORD_BYTES_MAX) }] }
    await expect(store.append(oversize)).rejects.toThrow(
      `expected a record of at most ${RECORD_BYTES_MAX} bytes`,
    )
    expect((await store.append(batch)).batch).toBe(1)
  })
})
