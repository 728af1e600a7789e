/** Where a book on PostgreSQL is, and how that is spoken of. */
import { StoreRefusal } from '../port.js'

export interface PostgresPlace {
  /** A `postgres://` address, with a password where one is needed: it is in no message. */
  readonly url: string
  readonly book: number
}

/** Holds what cannot be replaced: the journals of all books of a database, and who writes them. */
export const JOURNAL = 'stemma_journal'

/** Holds the tables of a book, which can be made again. */
export const schemaOf = ({ book }: PostgresPlace): string => `book_${book}`

/** The address of a database without user and password, as logs and messages may have it. */
export const databaseName = (url: string): string => {
  const { hostname, port, pathname } = new URL(url)
  return `postgres://${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}

export const journalName = ({ url }: PostgresPlace): string => `${databaseName(url)} ${JOURNAL}.records`
export const tablesName = (place: PostgresPlace): string => `${databaseName(place.url)} ${schemaOf(place)}`
export const writerName = ({ url }: PostgresPlace): string => `${databaseName(url)} ${JOURNAL}.writer`

/** What came up while a book was opened, as the refusal that it is. */
export function unusable(place: PostgresPlace, cause: unknown): StoreRefusal {
  if (cause instanceof StoreRefusal) return cause
  const file = journalName(place)
  return new StoreRefusal(
    'unusable',
    `${file} cannot be used: ${(cause as Error).message}`,
    { file },
    { cause },
  )
}
