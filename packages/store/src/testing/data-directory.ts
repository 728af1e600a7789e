/** Real files in a temporary directory, for the tests of the SQLite adapter. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SqliteStore } from '../sqlite/sqlite-store.js'
import { TEST_SCHEMA, TEST_SOURCE } from './book.js'

export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'stemma-store-'))

export const openTestStore = (dataDirectory: string, book = 0): SqliteStore =>
  SqliteStore.open({ dataDirectory, book, schema: TEST_SCHEMA, ...TEST_SOURCE })
