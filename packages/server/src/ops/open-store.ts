/** The store of the book, as the configuration says. */
import { databaseName, openStore, type Store } from '@stemma/store'
import type { Configuration } from './configuration.js'

/** There is one book to a deployment that is not split. */
const BOOK = 0

export const openBookStore = ({ store, dataDirectory }: Configuration): Promise<Store> =>
  openStore({
    at: placeOf(store, dataDirectory),
    book: BOOK,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })

function placeOf(
  store: Configuration['store'],
  dataDirectory: string,
): Parameters<typeof openStore>[0]['at'] {
  if (store === 'memory') return 'memory'
  return store === 'sqlite' ? { dataDirectory } : { databaseUrl: store }
}

/** Where the book is, for people: without a password. */
export const whereKept = ({
  store,
  dataDirectory,
}: Pick<Configuration, 'store' | 'dataDirectory'>): string =>
  store.startsWith('postgres://') ? databaseName(store) : dataDirectory
