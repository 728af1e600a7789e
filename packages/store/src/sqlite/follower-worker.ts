/** The follower's thread: follows when it is told that the journal has more, and says how far it came. */
import { workerData } from 'node:worker_threads'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import { openTables, openToRead, reading } from './files.js'
import { Follower } from './follower.js'
import { serveCalls } from './worker-link.js'

export interface FollowerStart extends SchemaSource {
  readonly journal: string
  readonly tables: string
}

export interface Reached {
  readonly reached: number
}

serveCalls(async (notify) => {
  const start = workerData as FollowerStart
  const schema = await loadSchema(start)
  const journal = openToRead(start.journal)
  const tables = reading(start.tables, () => openTables(start.tables))
  const follower = reading(start.tables, () => new Follower({ file: start.journal, journal, tables }, schema))
  return {
    reached: () => follower.reached,
    /** Follows until the journal has nothing more; what is appended meanwhile is in the next transaction. */
    follow: () => {
      while (follower.follow()) notify({ reached: follower.reached } satisfies Reached)
      return follower.reached
    },
    close: () => {
      journal.close()
      tables.close()
    },
  }
})
