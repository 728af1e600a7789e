/** The follower's thread: follows when it is told that the journal has more, and says how far it came. */
import { workerData } from 'node:worker_threads'
import type { RecordRow } from '../record/checked.js'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import { serveCalls } from '../worker/worker-link.js'
import { Connection } from './connection.js'
import { Follower } from './follower.js'
import { type PostgresPlace, schemaOf } from './place.js'

export interface FollowerStart extends SchemaSource {
  readonly place: PostgresPlace
}

export interface Reached {
  readonly reached: number
}

/** Of a statement that writes the rows of many records. */
const ANSWER_MILLISECONDS = 60_000

serveCalls(async (notify) => {
  const { place, ...source } = workerData as FollowerStart
  const schema = await loadSchema(source)
  // Nobody waits for the tables: while the database is away they are behind.
  const connection = new Connection({
    url: place.url,
    schema: schemaOf(place),
    attempts: Number.POSITIVE_INFINITY,
    answerMilliseconds: ANSWER_MILLISECONDS,
  })
  const follower = new Follower(connection, place, schema)
  let isPrepared = false
  return {
    /** Follows until the journal has nothing more; what is appended meanwhile is in the next transaction. */
    follow: async (recent: readonly RecordRow[]) => {
      follower.recent.add(recent)
      if (!isPrepared) await follower.prepare()
      isPrepared = true
      for (;;) {
        const { reached, isBehind } = await follower.follow()
        if (!isBehind) return reached
        notify({ reached } satisfies Reached)
      }
    },
    close: () => connection.close(),
  }
})
