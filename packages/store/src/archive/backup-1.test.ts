import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENTS } from '@stemma/core/image'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import { ArchiveSource } from './archive.js'
import {
  BACKUP_1,
  BACKUP_1_ACCOUNTS,
  BACKUP_1_BALANCES,
  BACKUP_1_HEAD,
  BACKUP_1_KINDS,
} from './backup-1.fixture.js'
import { replay } from './journal-source.js'
import { adopt } from './places.js'

let folder = ''
beforeEach(() => {
  folder = temporaryDirectory()
})
afterEach(() => rmSync(folder, { recursive: true }))

const rowsOf = ({ accounts, balances }: TestTables) => [
  accounts.idsInOrder().map((id) => accounts.encode(accounts.row(id))),
  balances.idsInOrder().map((id) => balances.encode(balances.row(id))),
]

test('a backup of the first version is read for ever: proven, replayed, restored, with its history', async () => {
  const path = join(folder, 'backup')
  writeFileSync(path, BACKUP_1)
  const source = await ArchiveSource.open(path, null)
  expect([source.head, source.snapshot?.batch]).toEqual([BACKUP_1_HEAD, 2])
  const replayed = new TestTables()
  await replay(source, replayed.image)
  expect(rowsOf(replayed)).toEqual([BACKUP_1_ACCOUNTS, BACKUP_1_BALANCES])

  const dataDirectory = join(folder, 'restored')
  await adopt({ dataDirectory, book: 0 }, source)
  await source.close()
  const store = openTestStore(dataDirectory)
  const restored = new TestTables()
  const { hash, results } = await store.load(restored.image)
  expect(rowsOf(restored)).toEqual([BACKUP_1_ACCOUNTS, BACKUP_1_BALANCES])
  expect([hash, results.map(({ key }) => key)]).toEqual([BACKUP_1_HEAD.hash, ['k-1', 'k-2']])
  const events = await store.find(EVENTS, { limit: 10 })
  expect(events.map(({ kind }) => kind)).toEqual(BACKUP_1_KINDS)
  expect(events[5]).toMatchObject({ reason: 'room', credential: null, user: 3 })
  await store.settled()
  expect((await store.verifyChain()).damage).toEqual([])
  await store.close()
})
