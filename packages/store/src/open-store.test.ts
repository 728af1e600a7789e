import { rmSync } from 'node:fs'
import { EVENTS } from '@stemma/core/image'
import { afterEach, expect, test } from 'vitest'
import { MemoryStore, openStore, type Store } from './index.js'
import { TEST_SOURCE, TestBook } from './testing/book.js'
import { temporaryDirectory } from './testing/data-directory.js'

const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

async function keepsOneEvent(store: Store): Promise<void> {
  const book = new TestBook()
  await store.load(book.image)
  book.open('any')
  await book.commit(store)
  expect(await store.find(EVENTS, { limit: 2 })).toEqual(book.historyOf(EVENTS))
  await store.close()
}

test('a book is opened in memory', async () => {
  const store = await openStore({ at: 'memory', book: 0, ...TEST_SOURCE })
  expect(store).toBeInstanceOf(MemoryStore)
  await keepsOneEvent(store)
})

test('a book is opened in a directory, which is made where it is missing', async () => {
  const directory = temporaryDirectory()
  directories.push(directory)
  await keepsOneEvent(
    await openStore({ at: { dataDirectory: `${directory}/deep/er` }, book: 3, ...TEST_SOURCE }),
  )
})

test('a schema that is not where it was said to be is named', async () => {
  const source = { ...TEST_SOURCE, schemaExport: 'NOTHING' }
  const at = { dataDirectory: temporaryDirectory() }
  directories.push(at.dataDirectory)
  await expect(openStore({ at, book: 0, ...source })).rejects.toThrow('to export NOTHING')
})
