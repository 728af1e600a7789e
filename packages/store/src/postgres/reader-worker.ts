/** A reader's thread: history reads and checks of what the database holds, so that neither takes the engine's time. */
import { workerData } from 'node:worker_threads'
import { loadSchema, type SchemaSource } from '../schema-source.js'
import type { FindCall } from '../tables/tabled-store.js'
import { serveCalls } from '../worker/worker-link.js'
import { Connection } from './connection.js'
import { type PostgresPlace, schemaOf } from './place.js'
import { Reader } from './reader.js'
import { verifyChain } from './verify.js'

export interface ReaderStart extends SchemaSource {
  readonly place: PostgresPlace
}

/** Somebody waits for a read: with the database away for about a second it is given up. */
const ATTEMPTS = 7
const ANSWER_MILLISECONDS = 30_000

serveCalls(async () => {
  const { place, ...source } = workerData as ReaderStart
  const schema = await loadSchema(source)
  const connection = new Connection({
    url: place.url,
    schema: schemaOf(place),
    attempts: ATTEMPTS,
    answerMilliseconds: ANSWER_MILLISECONDS,
  })
  const reader = new Reader(connection, place, schema)
  return {
    find: ({ table, query }: FindCall) => reader.find(table, query),
    resultOf: (sequence: number) => reader.resultOf(sequence),
    verify: () => verifyChain(connection, place, schema),
    close: () => connection.close(),
  }
})
