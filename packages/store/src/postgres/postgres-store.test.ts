import { afterAll } from 'vitest'
import { describeSharedStore } from '../shared-suite.js'
import { describeStore, type Place } from '../suite.js'
import { TEST_SCHEMA, TEST_SOURCE } from '../testing/book.js'
import { createTestDatabase } from '../testing/test-database.js'
import { PostgresStore } from './postgres-store.js'

const ISOLATIONS = ['read committed', 'serializable'] as const

for (const isolation of ISOLATIONS) {
  const database = await createTestDatabase(isolation)
  let books = 0
  afterAll(() => database.drop())
  const place = (): Place => {
    const options = { url: database.url, book: books++, schema: TEST_SCHEMA, ...TEST_SOURCE }
    return { open: () => new PostgresStore(options), clean: () => {} }
  }
  describeStore(`PostgreSQL, ${isolation}`, place)
  describeSharedStore(`PostgreSQL, ${isolation}`, place)
}
