/** The follower's thread: follows when it is told that the journal has more, and says how far it came. */
import { workerData } from 'node:worker_threads'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import { serveCalls } from '../worker/worker-link.js'
import { openTables, openToRead, reading } from './files.js'
import { Follower } from './follower.js'

export interface FollowerStart extends SchemaSource {
  readonly journal: string
  readonly tables: string
}

export interface Reached {
  readonly reached: number
}

serveCalls(async (notify) => {
  const { journal: file, tables: path, ...source } = workerData as FollowerStart
  const schema = await loadSchema(source)
  const journal = openToRead(file)
  const tables = reading(path, () => openTables(path))
  let follower: Follower | null = null
  // The first call makes the tables, anew where they are of another schema: a start asks when nothing speaks against it.
  const followed = (): Follower => {
    follower ??= reading(path, () => new Follower({ file, journal, tables }, schema))
    return follower
  }
  return {
    reached: () => followed().reached,
    /** Follows until the journal has nothing more; what is appended meanwhile is in the next transaction. */
    follow: () => {
      while (followed().follow()) notify({ reached: followed().reached } satisfies Reached)
      return followed().reached
    },
    close: () => {
      journal.close()
      tables.close()
    },
  }
})
