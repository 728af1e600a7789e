// A real server that is killed without warning in the middle of its work, again and again, on one book.
import { rmSync } from 'node:fs'
import { createTestDatabase } from '@stemma/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { freshFolder } from './testing/book-server.js'
import { KillLoop } from './testing/soak/kill-loop.js'

const ROUNDS = [1, 2, 3]
/** Fresh in each run, and said, so that what fails can be looked at again. */
const seed = crypto.getRandomValues(new Uint32Array(1))[0] as number

/** A place for a book as `STEMMA_STORE` says it, and how it is given back. */
const STORES: Readonly<
  Record<string, () => Promise<{ readonly store: string; readonly drop: () => Promise<void> }>>
> = {
  SQLite: async () => ({ store: 'sqlite', drop: async () => {} }),
  async PostgreSQL() {
    const { url, drop } = await createTestDatabase()
    return { store: url, drop }
  },
}

describe.each(Object.entries(STORES))('on %s', (_name, makePlace) => {
  const directory = freshFolder()
  let place: Awaited<ReturnType<typeof makePlace>>
  let loop: KillLoop
  let executions = 0

  beforeAll(async () => {
    process.stdout.write(`npm run soak -- --rounds ${ROUNDS.length} --seed ${seed}\n`)
    place = await makePlace()
    loop = await KillLoop.open({ directory, store: place.store, seed })
  })
  afterAll(async () => {
    await loop.abandon()
    await place.drop()
    rmSync(directory, { recursive: true, force: true })
  })

  test.each(ROUNDS)(
    'killed in round %i: what was answered is there once, the rest wholly or not at all, and the streams go on',
    async (round) => {
      const report = await loop.round(round)
      expect(report.acknowledged).toBeGreaterThan(0)
      expect(report.events).toBeGreaterThan(0)
      executions += report.executions
    },
  )

  test('after all of it the server ends well when it is asked to, and journal, tables and book prove themselves', async () => {
    await loop.end()
    expect(executions, 'some orders were placed, so that there was something to copy').toBeGreaterThan(0)
    const proof = await verifyData(readConfiguration({ STEMMA_DATA: directory, STEMMA_STORE: place.store }))
    expect(proof.checks.filter(({ holds }) => !holds)).toEqual([])
    expect(proof).toMatchObject({ holds: true })
  })
})
