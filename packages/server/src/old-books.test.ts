/**
 * Books that older versions wrote, which every later version opens, proves and goes on with. They are never made anew:
 * whoever changes what is kept must still read them. The first is the demo world as format 1 was fixed.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { Engine, type Instant } from '@stemma/core'
import {
  ArchiveSource,
  createTestDatabase,
  MemoryJournal,
  MemoryStore,
  type Store,
  stateHashOf,
} from '@stemma/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualClock } from './host/clock.js'
import { restoreBook, verifyBackup } from './ops/backup.js'
import { type Configuration, readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { openBookStore } from './ops/open-store.js'
import { type BookServer, freshFolder, startBook } from './testing/book-server.js'

const book = (name: string): string => join(import.meta.dirname, 'testing', 'books', name)

/** What the first version said of the book when it wrote the backup. */
const DEMO_1 = {
  head: { batch: 289, hash: 'f36e23072747da37d42cb85831454114ce4f555375d195ae30d540d33e6e4c55' },
  time: 1_795_758_571_000_000 as Instant,
  /** Every row that it had in tables that were not empty. */
  rows: {
    settings: 5,
    parties: 20,
    accounts: 41,
    groups: 1,
    blocks: 1,
    partyKeys: 14,
    users: 27,
    credentials: 14,
    bindings: 42,
    balances: 35,
    withdrawals: 1,
    transfers: 1,
    holds: 1,
    approvals: 1,
    fee_schedules: 1,
    instruments: 10,
    statistics: 7,
    sessions: 4,
    indexes: 3,
    positions: 13,
    lots: 4,
    orders: 20,
    variations: 6,
    portfolios: 9,
    revaluations: 1,
  },
  /** To its operator, of all below. */
  eventsShown: 352,
  operatorKey: 'sk_demo-operator_33a9d09c4c6adb6007f9ef03239c13808396cfc93608f391b26e2d3a5113d3d2',
}

let folder: string
let backup: string

beforeEach(() => {
  folder = freshFolder()
  backup = join(folder, 'backup')
  writeFileSync(backup, brotliDecompressSync(readFileSync(book('demo-1.backup.br'))))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rowsOf = ({ image }: Engine) =>
  Object.fromEntries(
    image
      .primaryTables()
      .filter(({ size }) => size > 0)
      .map(({ tableName, size }) => [tableName, size]),
  )

const startOn = (kept: Store, directory: string): Promise<BookServer> =>
  startBook({
    directory,
    kept,
    clock: new ManualClock(DEMO_1.time),
    variables: { STEMMA_SECRET_KEY_FILE: book('demo-1.secret-key') },
  })

/** What the operator of the old book is answered, with the key that the old version gave out. */
async function ask({ url }: BookServer, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${DEMO_1.operatorKey}`, 'content-type': 'application/json' }
  const request = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
  return fetch(`${url}/stemma/v1${path}`, request)
}

async function stateIn(store: Store): Promise<string> {
  const { image } = new Engine()
  await store.load(image)
  await store.close()
  return stateHashOf(image)
}

/** Reads and writes as its users did, on a server over `open`, twice: what came new is there the second time. */
async function goOnWith(open: () => Promise<Store>, directory: string): Promise<void> {
  const first = await startOn(await open(), directory)
  const { engine } = first.server
  expect(rowsOf(engine)).toMatchObject(DEMO_1.rows)
  const created = await ask(first, '/parties', {
    owner: `pty_${first.root}`,
    kind: 'clearing_member',
    name: 'later',
    display_name: 'Later',
  })
  expect(created.status).toBe(200)
  const { party } = (await created.json()) as { party: string }
  await first.server.stop()
  expect(await stateIn(await open())).toBe(stateHashOf(engine.image))

  const again = await startOn(await open(), directory)
  expect((await ask(again, `/parties/${party}`)).status).toBe(200)
  const events = await ask(again, `/events?under=pty_${first.root}&limit=500`)
  const { items } = (await events.json()) as { items: readonly { kind: string; subject: string }[] }
  expect(items[0]).toMatchObject({ kind: 'book.opened' })
  expect(items.slice(DEMO_1.eventsShown)).toContainEqual(
    expect.objectContaining({ kind: 'party.created', subject: party }),
  )
  await again.server.stop()
}

async function restoreTo(configuration: Configuration): Promise<void> {
  const restored = await restoreBook(configuration, { from: backup, keyPart: book('demo-1.party-keys') })
  expect(restored).toMatchObject({ holds: true, hash: DEMO_1.head.hash })
  await goOnWith(() => openBookStore(configuration), folder)
  expect(await verifyData(configuration)).toMatchObject({ holds: true })
}

test('the demo world of the first version is proven as it was written', async () => {
  const { batch: batches, hash } = DEMO_1.head
  expect(await verifyBackup(backup)).toMatchObject({ holds: true, batches, hash })
})

test('it is restored to SQLite, served, written on, and opened again', () =>
  restoreTo(readConfiguration({ STEMMA_DATA: folder })))

test('it is restored to PostgreSQL, served, written on, and opened again', async () => {
  const { url, drop } = await createTestDatabase()
  try {
    await restoreTo(readConfiguration({ STEMMA_DATA: folder, STEMMA_STORE: url }))
  } finally {
    await drop()
  }
})

test('it is served from memory, written on, and opened again', async () => {
  const source = await ArchiveSource.open(backup, null)
  const journal = new MemoryJournal()
  for await (const { epoch, hash, ...record } of source.records()) journal.keep({ record, epoch, hash })
  await source.close()
  await goOnWith(async () => new MemoryStore(0, journal), folder)
  expect((await new MemoryStore(0, journal).verifyChain()).damage).toEqual([])
})
