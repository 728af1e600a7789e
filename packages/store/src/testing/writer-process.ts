/**
 * A process of its own that opens a book and appends clients without end, saying after each append which one is
 * durable: for tests that kill it.
 */
import { SqliteStore } from '../index.js'
import { SCHEMA_EXPORT, SCHEMA_MODULE, schema, TestBook } from './book.js'

const dataDirectory = process.argv[2]
if (dataDirectory === undefined) throw new Error('expected a data directory')
const book = new TestBook()
const store = SqliteStore.open({
  dataDirectory,
  book: 0,
  schema,
  schemaModule: SCHEMA_MODULE,
  schemaExport: SCHEMA_EXPORT,
})
await store.load(book.engine.image)
book.resume()
for (;;) {
  const [client] = book.populate(1)
  await book.commit(store)
  process.stdout.write(`${client}\n`)
}
