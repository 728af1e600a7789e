/** Where a journal is: to be read, to be filled from another, to be compacted. */
import type { Image, Instant } from '@stemma/core/image'
import type { OpenStoreOptions } from '../open-store.js'
import { StoreRefusal } from '../port.js'
import * as postgres from '../postgres/adopt.js'
import * as postgresLife from '../postgres/compact.js'
import type { PostgresPlace } from '../postgres/place.js'
import type { Dropped, SnapshotHead } from '../record/snapshot.js'
import * as sqlite from '../sqlite/adopt.js'
import * as sqliteLife from '../sqlite/compact.js'
import type { JournalSource } from './journal-source.js'
import { PostgresSource } from './postgres-source.js'
import { SqliteSource } from './sqlite-source.js'

export type JournalPlace = Exclude<OpenStoreOptions['at'], 'memory'> & { readonly book: number }

/** Opens the journal of a book to be read beside its writer. Throws StoreRefusal where that cannot be. */
export const openSource = async (place: JournalPlace): Promise<JournalSource> =>
  'databaseUrl' in place ? PostgresSource.open(inDatabase(place)) : SqliteSource.open(place.dataDirectory)

/** Makes a book of what a source holds, all of it or nothing. Throws StoreRefusal where there is one already. */
export async function adopt(place: JournalPlace, source: JournalSource): Promise<void> {
  if (place.book !== source.book)
    throw new StoreRefusal('wrong_book', `${source.name} is of book ${source.book}, expected ${place.book}`, {
      file: source.name,
    })
  if ('databaseUrl' in place) await postgres.adoptInto(inDatabase(place), source)
  else await sqlite.adoptInto(place.dataDirectory, source)
}

/**
 * Keeps the image as it is after record `batch`, the last one. It counts once the next record says the hash. Whoever
 * calls writes the book and appends nothing meanwhile.
 */
export const keepSnapshot = async (
  place: JournalPlace,
  batch: number,
  image: Image,
): Promise<SnapshotHead> =>
  'databaseUrl' in place
    ? postgresLife.keepSnapshot(inDatabase(place), batch, image)
    : sqliteLife.keepSnapshot(place.dataDirectory, batch, image)

/**
 * Drops images and results of the records before an instant, as far as the newest snapshot stands in for them. Nobody
 * may have a data directory open; what is in a database may be read meanwhile. Throws StoreRefusal where there is no
 * snapshot.
 */
export const dropBefore = (place: JournalPlace, before: Instant): Promise<Dropped> =>
  'databaseUrl' in place
    ? postgresLife.dropBefore(inDatabase(place), before)
    : sqliteLife.dropBefore(place.dataDirectory, before)

/** What a journal takes, in bytes: of a data directory its file, of a database the content of its rows. */
export const journalBytes = async (place: JournalPlace): Promise<number> =>
  'databaseUrl' in place
    ? postgresLife.journalBytes(inDatabase(place))
    : sqliteLife.journalBytes(place.dataDirectory)

const inDatabase = ({ databaseUrl: url, book }: JournalPlace & { databaseUrl: string }): PostgresPlace => ({
  url,
  book,
})
