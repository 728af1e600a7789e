/** The example program against a server process of its own, as a reader would run it. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  cleanEnvironment,
  type DemoServer,
  type Ended,
  Running,
  startDemo,
} from '../packages/cli/src/testing/server-process.js'

const PROGRAM = join(import.meta.dirname, 'polymarket-us-identity-and-funding.mjs')

let server: DemoServer
beforeAll(async () => {
  server = await startDemo()
})
afterAll(async () => {
  await server.stop()
  server.remove()
})

function run(env: Readonly<Record<string, string>>): Promise<Ended> {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  return new Running(spawn(process.execPath, [PROGRAM], { env: cleanEnvironment(env), stdio })).ended
}

test('from a private key to the sums above the account, twice in a row', async () => {
  const env = { STEMMA_URL: server.url, STEMMA_DATA: server.data }
  const first = await run(env)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('21500.00 -> 22750.00 USD')
  for (const node of ['api-acme-participantfirm', 'api-acme-clearingmember', 'stemma'])
    expect(first.stdout).toMatch(new RegExp(`^${node} +\\S+ -> \\S+ USD$`, 'm'))
  const second = await run(env)
  expect(second).toMatchObject({ code: 0, stderr: '' })
  expect(second.stdout).toContain('22750.00 -> 24000.00 USD')
})

test('ends with an error where there is no demo file', async () => {
  const { code, stderr } = await run({ STEMMA_URL: server.url, STEMMA_DATA: '/nowhere' })
  expect(code).toBe(1)
  expect(stderr).toContain('demo.json')
})
