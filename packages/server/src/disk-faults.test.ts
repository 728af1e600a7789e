// A disk that is set read-only, fails to write or fails to flush under a real server at work. It stops loudly, and after
// the repair everything that was acknowledged is there, also where the system dropped what it could not flush.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { freshFolder } from './testing/book-server.js'
import { type DiskFault, FailingDisk } from './testing/failing-disk.js'
import { KillLoop } from './testing/soak/kill-loop.js'

/** Servers are started twice in each round. */
const TIMEOUT = 240_000
const ANSWERS_BEFORE = 60

const [directory, beside] = [freshFolder(), freshFolder()]
let disk: FailingDisk
let loop: KillLoop

beforeAll(async () => {
  disk = new FailingDisk(directory, beside)
  loop = await KillLoop.open({ directory, store: 'sqlite', seed: 1 })
}, TIMEOUT)
afterAll(async () => {
  await loop?.abandon()
  for (const folder of [directory, beside]) rmSync(folder, { recursive: true, force: true })
})

test.each<readonly [string, DiskFault, number]>([
  ['is set read-only', 'read-only', 1],
  ['fails to write', 'write', 2],
  ['fails to flush, and drops what was not flushed', 'flush', 3],
])(
  'a disk that %s stops the server loudly; after the repair everything that was acknowledged is there',
  async (_what, kind, round) => {
    const { how, said, acknowledged, executions } = await loop.roundUnder(
      round,
      disk.failing(kind, ANSWERS_BEFORE),
    )
    expect(how).toBe(1)
    expect(said).toMatch(/could not be written/)
    expect(acknowledged).toBeGreaterThanOrEqual(ANSWERS_BEFORE)
    expect(executions).toBeGreaterThan(0)
  },
  TIMEOUT,
)

test(
  'after all of it the server goes on and ends well, and journal, tables and book prove themselves',
  async () => {
    expect((await loop.round(4)).acknowledged).toBeGreaterThan(0)
    await loop.end()
    expect(await verifyData(readConfiguration({ STEMMA_DATA: directory }))).toMatchObject({ holds: true })
  },
  TIMEOUT,
)
