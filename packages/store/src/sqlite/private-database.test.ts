import { chmodSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'
import type { SqliteStore } from './sqlite-store.js'

let directory: string
let umask: number
beforeEach(() => {
  umask = process.umask(0)
  directory = temporaryDirectory()
})
afterEach(() => {
  process.umask(umask)
  rmSync(directory, { recursive: true })
})

async function opened(): Promise<SqliteStore> {
  const store = openTestStore(directory)
  await store.load(new TestTables().image)
  return store
}

/** Files that others than their owner may open. */
const open = (): readonly string[] =>
  readdirSync(directory).filter((name) => (statSync(join(directory, name)).mode & 0o077) !== 0)

test('every file of a store is its owner’s alone, and stays so', async () => {
  const store = await opened()
  expect(readdirSync(directory)).toContain('journal.sqlite-wal')
  expect(open()).toEqual([])
  await store.close()
  expect(open()).toEqual([])
})

test('files that others could read are closed to them by the next start', async () => {
  await opened().then((store) => store.close())
  const databases = readdirSync(directory).filter((name) => name.endsWith('.sqlite'))
  for (const name of databases) chmodSync(join(directory, name), 0o644)
  expect(open()).toEqual(databases)
  const store = await opened()
  expect(open()).toEqual([])
  await store.close()
})
