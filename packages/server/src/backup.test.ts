// A backup that is taken while the server works, and a person that is erased from it.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { MINUTE } from '@stemma/core'
import { createTestDatabase, stateHashOf, type TestDatabase } from '@stemma/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { ManualClock } from './host/clock.js'
import { backUp, copyBook, keyPartBeside, restoreBook, verifyBackup } from './ops/backup.js'
import { readConfiguration } from './ops/configuration.js'
import { type BookServer, freshFolder, openStore, startBook } from './testing/book-server.js'
import { START } from './testing/venue.js'

/** Servers are started and books restored one after another. */
const RESTORING_MILLISECONDS_MAX = 180_000
const PERSONAL = 'Ada Lovelace, 1815-12-10, passport 12345678'

let folder: string
let data: string
let clock: ManualClock
let book: BookServer

/** The key that wraps the keys of parties lies apart from data and backups, as it should. */
const keyFile = (): string => join(folder, 'secret.key')
const backupNamed = (name: string): string => join(folder, 'backups', name)
const configured = (directory: string) => readConfiguration({ STEMMA_DATA: directory })

const startOn = (directory: string): Promise<BookServer> =>
  startBook({
    directory,
    clock,
    kept: openStore(directory),
    variables: { STEMMA_SECRET_KEY_FILE: keyFile() },
  })

const backUpAs = (name: string) =>
  backUp(configured(data), { to: backupNamed(name), keyPart: keyPartBeside(backupNamed(name)) })

const restoreTo = (directory: string, name: string) =>
  restoreBook(configured(directory), {
    from: backupNamed(name),
    keyPart: keyPartBeside(backupNamed(name)),
  })

beforeEach(async () => {
  folder = freshFolder()
  data = join(folder, 'data')
  mkdirSync(data)
  mkdirSync(join(folder, 'backups'))
  clock = new ManualClock(START)
  book = await startOn(data)
})

afterEach(async () => {
  await book.server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function call(method: string, path: string, body: object, headers: Record<string, string> = {}) {
  const key = JSON.parse(readFileSync(operatorFileIn(data), 'utf8')).native.operator.apiKey
  const response = await fetch(`${book.url}/stemma/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    replayed: response.headers.get('idempotency-replayed'),
    text: await response.text(),
  }
}

const keyed = (name: string) =>
  call(
    'POST',
    '/parties',
    { owner: `pty_${book.root}`, kind: 'clearing_member', name, display_name: name },
    { 'idempotency-key': 'k1' },
  )

/** A party with personal fields, which were handed in through the API. */
async function person(): Promise<number> {
  const party = await book.party('ada')
  const updated = await call('PATCH', `/parties/pty_${party}`, { personal: PERSONAL })
  expect(updated.status).toBe(200)
  return party
}

/** What whoever runs the server could read of a party. */
async function personalOf(party: number): Promise<string | null> {
  const { parties } = book.server.engine.rooms.hierarchy
  const sealed = parties.sealedPersonal.get(parties.row(party as never))
  return sealed === null ? null : book.server.services.sealing.open(party, sealed)
}

const filesBelow = (path: string): readonly string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** The files below a folder in which a text stands, byte for byte. */
const filesWith = (path: string, text: string): readonly string[] =>
  filesBelow(path).filter((file) => readFileSync(file).includes(text))

/** The wrapped key of a party, as the key part of a backup has it. */
function wrappedKeyOf(party: number, backup: string): string {
  const { keys } = JSON.parse(readFileSync(keyPartBeside(backupNamed(backup)), 'utf8'))
  const name = book.server.engine.rooms.identity.partyKeys.find(party as never)
  return keys.find((key: { name: string }) => key.name === name).wrappedKey
}

/** The tables of a database in a row of which a text stands, as text or among bytes. */
async function tablesWith({ query }: TestDatabase, text: string): Promise<readonly string[]> {
  const tables = await query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
      WHERE schemaname = 'stemma_journal' OR schemaname LIKE 'book_%'`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await query(
      `SELECT FROM ${name} AS each WHERE position($1 IN each::text) + position($2 IN each::text) > 0`,
      [text, Buffer.from(text).toString('hex')],
    )
    if (rows.length > 0) found.push(name)
  }
  return found
}

test('a backup of a running server is proven and restored: state, chain and keys of repeats', async () => {
  const first = await keyed('acme')
  const ada = await person()
  const made = await backUpAs('monday')
  const state = stateHashOf(book.server.engine.image)
  await book.party('later')
  const verified = await verifyBackup(backupNamed('monday'))
  expect(verified).toMatchObject({ holds: true, batches: made.batches, hash: made.hash, stateHash: state })

  const to = join(folder, 'restored')
  expect(await restoreTo(to, 'monday')).toMatchObject({ holds: true, hash: made.hash, stateHash: state })
  await book.server.stop()
  copyFileSync(operatorFileIn(data), operatorFileIn(to))
  book = await startOn(to)
  expect(book.server.made).toBeNull()
  expect(stateHashOf(book.server.engine.image)).toBe(state)
  expect(await personalOf(ada)).toBe(PERSONAL)
  const again = await keyed('acme')
  expect([first.replayed, again.replayed, again.status, again.text]).toEqual([null, 'true', 200, first.text])
  expect(stateHashOf(book.server.engine.image)).toBe(state)
})

test('a copy is equal by the head of the chain and by the hash of the state', async () => {
  await keyed('acme')
  const ada = await person()
  await book.server.stop()
  const to = join(folder, 'copy')
  const proof = await copyBook(configured(data), configured(to))
  expect(proof.checks.filter(({ holds }) => !holds)).toEqual([])
  expect(proof.checks.slice(0, 3).map(({ name }) => name)).toEqual(['journal and tables', 'head', 'state'])
  book = await startOn(to)
  expect(stateHashOf(book.server.engine.image)).toBe(proof.stateHash)
  expect(await personalOf(ada)).toBe(PERSONAL)
})

test('a book goes into a database and comes back, with what only the keys of its parties open', async () => {
  const ada = await person()
  await book.server.stop()
  const database = await createTestDatabase()
  const inDatabase = readConfiguration({ STEMMA_DATA: data, STEMMA_STORE: database.url })
  const there = await copyBook(configured(data), inDatabase)
  expect(there.checks.filter(({ holds }) => !holds)).toEqual([])
  const made = await backUp(inDatabase, {
    to: backupNamed('monday'),
    keyPart: keyPartBeside(backupNamed('monday')),
  })
  expect(made).toMatchObject({ hash: there.hash, keys: 1 })
  await database.drop()
  const to = join(folder, 'back')
  expect(await restoreTo(to, 'monday')).toMatchObject({ holds: true, stateHash: there.stateHash })
  book = await startOn(to)
  expect(await personalOf(ada)).toBe(PERSONAL)
})

test('a person that was erased is in no file any more, and in no backup from before', async () => {
  const ada = await person()
  await backUpAs('monday')
  const other = await book.party('other')
  await book.run('parties.update', {
    party: other,
    ...Object.fromEntries(['displayName', 'isPartner', 'isLegallyLiable'].map((name) => [name, null])),
    sealedPersonal: await book.server.services.sealing.seal(other, 'somebody else'),
    version: null,
  })
  const wrappedKey = wrappedKeyOf(ada, 'monday')
  expect(filesWith(data, wrappedKey).length).toBe(1)

  expect((await call('POST', `/parties/pty_${ada}/erase`, {})).status).toBe(200)
  await book.events(['effect.delivered'], 1)
  expect(await personalOf(ada)).toBeNull()
  await backUpAs('tuesday')
  // Of all files of the server and of its backups, none holds the key; and none ever held the fields in the clear.
  expect(filesWith(folder, wrappedKey)).toEqual([])
  expect(filesWith(folder, 'Lovelace')).toEqual([])
  await book.server.stop()
  expect(filesWith(folder, wrappedKey)).toEqual([])

  for (const day of ['monday', 'tuesday']) {
    const to = join(folder, day)
    expect((await restoreTo(to, day)).holds).toBe(true)
    book = await startOn(to)
    expect(await personalOf(ada)).toBeNull()
    await book.server.stop()
  }
  book = await startOn(data)
  expect(await personalOf(other)).toBe('somebody else')
})

test(
  'a database is backed up and restored: state, chain, keys of repeats; a person that was erased is in no row or backup',
  async () => {
    await book.server.stop()
    const databases = await Promise.all([1, 2, 3].map(() => createTestDatabase()))
    const [database, ...restored] = databases as [TestDatabase, ...TestDatabase[]]
    data = join(folder, 'beside')
    mkdirSync(data)
    const placeIn = ({ url }: TestDatabase) => readConfiguration({ STEMMA_DATA: data, STEMMA_STORE: url })
    const startIn = ({ url }: TestDatabase): Promise<BookServer> =>
      startBook({
        directory: data,
        clock,
        variables: { STEMMA_STORE: url, STEMMA_SECRET_KEY_FILE: keyFile() },
      })
    const fileAndKeys = (name: string) => ({
      file: backupNamed(name),
      keyPart: keyPartBeside(backupNamed(name)),
    })
    const backUpDatabase = (name: string) => {
      const { file: to, keyPart } = fileAndKeys(name)
      return backUp(placeIn(database), { to, keyPart })
    }
    book = await startIn(database)
    const first = await keyed('acme')
    const ada = await person()
    const monday = await backUpDatabase('monday')
    const state = stateHashOf(book.server.engine.image)
    const wrappedKey = wrappedKeyOf(ada, 'monday')
    expect(await tablesWith(database, wrappedKey)).toEqual(['stemma_journal.party_keys'])

    expect((await call('POST', `/parties/pty_${ada}/erase`, {})).status).toBe(200)
    await book.events(['effect.delivered'], 1)
    expect(await personalOf(ada)).toBeNull()
    const tuesday = await backUpDatabase('tuesday')
    await book.server.stop()
    expect(await tablesWith(database, wrappedKey)).toEqual([])
    expect(await tablesWith(database, 'Lovelace')).toEqual([])
    expect(filesWith(folder, wrappedKey)).toEqual([])

    for (const [index, day] of ['monday', 'tuesday'].entries()) {
      const to = restored[index] as TestDatabase
      const { file: from, keyPart } = fileAndKeys(day)
      const proof = await restoreBook(placeIn(to), { from, keyPart })
      expect(proof).toMatchObject({ holds: true, hash: [monday, tuesday][index]?.hash })
      if (day === 'monday') expect(proof.stateHash).toBe(state)
      book = await startIn(to)
      const again = await keyed('acme')
      expect([again.replayed, again.text]).toEqual(['true', first.text])
      const { parties } = book.server.engine.rooms.hierarchy
      // The fields are in the older backup, and nothing opens them.
      expect(parties.sealedPersonal.get(parties.row(ada as never)) === null).toBe(day === 'tuesday')
      expect(await personalOf(ada)).toBeNull()
      await book.server.stop()
    }
    for (const each of databases) await each.drop()
  },
  RESTORING_MILLISECONDS_MAX,
)

test('in the backup from before an erasure the fields are there, but nothing opens them', async () => {
  const ada = await person()
  await backUpAs('monday')
  await call('POST', `/parties/pty_${ada}/erase`, {})
  await book.events(['effect.delivered'], 1)
  await backUpAs('tuesday')
  await book.server.stop()
  const to = join(folder, 'monday')
  await restoreTo(to, 'monday')
  book = await startOn(to)
  const { parties } = book.server.engine.rooms.hierarchy
  expect(parties.sealedPersonal.get(parties.row(ada as never))).not.toBeNull()
  expect(await personalOf(ada)).toBeNull()
  // Whoever comes back is sealed with a key of its own.
  clock.advance(MINUTE)
  const again = await book.server.services.sealing.seal(ada, 'again')
  expect(await book.server.services.sealing.open(ada, again)).toBe('again')
})
