/** Where a journal is copied from and to. */
import type { OpenStoreOptions } from '../open-store.js'
import { StoreRefusal } from '../port.js'
import * as postgres from '../postgres/adopt.js'
import * as sqlite from '../sqlite/adopt.js'
import type { JournalSource } from './journal-source.js'
import { PostgresSource } from './postgres-source.js'
import { SqliteSource } from './sqlite-source.js'

export type JournalPlace = Exclude<OpenStoreOptions['at'], 'memory'> & { readonly book: number }

/** Opens the journal of a book to be read beside its writer. Throws StoreRefusal where that cannot be. */
export const openSource = async (place: JournalPlace): Promise<JournalSource> =>
  'databaseUrl' in place
    ? PostgresSource.open({ url: place.databaseUrl, book: place.book })
    : SqliteSource.open(place.dataDirectory)

/** Makes a book of what a source holds, all of it or nothing. Throws StoreRefusal where there is one already. */
export async function adopt(place: JournalPlace, source: JournalSource): Promise<void> {
  if (place.book !== source.book)
    throw new StoreRefusal('wrong_book', `${source.name} is of book ${source.book}, expected ${place.book}`, {
      file: source.name,
    })
  if ('databaseUrl' in place) await postgres.adoptInto({ url: place.databaseUrl, book: place.book }, source)
  else await sqlite.adoptInto(place.dataDirectory, source)
}
