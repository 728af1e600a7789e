/** The store of the book and its shelf of keys, as the configuration says. */
import {
  databaseName,
  type JournalPlace,
  type KeyShelf,
  type OpenStoreOptions,
  openKeyShelf,
  openStore,
  type Store,
} from '@stemma/store'
import { type Configuration, ConfigurationFault } from './configuration.js'

/** There is one book to a deployment that is not split. */
const BOOK = 0

export type BookPlace = Pick<Configuration, 'store' | 'dataDirectory'>

export const openBookStore = (place: BookPlace): Promise<Store> =>
  openStore({
    at: placeOf(place),
    book: BOOK,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })

/** The keys of the parties of a book whose store this process has open. */
export const openBookKeys = (place: BookPlace): KeyShelf => openKeyShelf({ at: placeOf(place), book: BOOK })

/** Where the journal is. Throws ConfigurationFault for a book in memory, of which none is left. */
export function journalOf(place: BookPlace): JournalPlace {
  const at = placeOf(place)
  if (at === 'memory') throw new ConfigurationFault('STEMMA_STORE: a book in memory ends with its server')
  return { ...at, book: BOOK }
}

function placeOf({ store, dataDirectory }: BookPlace): OpenStoreOptions['at'] {
  if (store === 'memory') return 'memory'
  return store === 'sqlite' ? { dataDirectory } : { databaseUrl: store }
}

/** Where the book is, for people: without a password. */
export const whereKept = ({ store, dataDirectory }: BookPlace): string =>
  store.startsWith('postgres://') ? databaseName(store) : dataDirectory
