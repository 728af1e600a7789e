/** The example program against a server process of its own, as a reader would run it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  cleanEnvironment,
  type DemoServer,
  Running,
  startDemo,
} from '../packages/cli/src/testing/server-process.js'

const PROGRAM = join(import.meta.dirname, 'deribit-ccxt.mjs')

let server: DemoServer
beforeAll(async () => {
  server = await startDemo()
})
afterAll(async () => {
  await server.stop()
  server.remove()
})

test('ccxt from its markets to the balance that is the same natively, twice in a row', async () => {
  const env = cleanEnvironment({ STEMMA_URL: server.url, STEMMA_DATA: server.data })
  const run = () =>
    new Running(spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] })).ended
  const first = await run()
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('position 10000 -> 11000 dollars')
  // The subaccount began with 1.99195.
  expect(first.stdout).toContain('2.24195 BTC there are 2.24195000 BTC here')
  expect(first.stdout).toContain('== done\n9 markets, 4 accounts, one trade')
  const second = await run()
  expect(second).toMatchObject({ code: 0, stderr: '' })
  expect(second.stdout).toContain('2.49195 BTC there are 2.49195000 BTC here')
})
