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

const PROGRAM = join(import.meta.dirname, 'polymarket-us-workflow.mjs')

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

test('from a private key to a trade that both firms report alike, twice in a row', async () => {
  const env = { STEMMA_URL: server.url, STEMMA_DATA: server.data }
  const first = await run(env)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('21500.00 -> 22750.00 USD')
  for (const node of ['api-acme-participantfirm', 'api-acme-clearingmember', 'stemma'])
    expect(first.stdout).toMatch(new RegExp(`^${node} +\\S+ -> \\S+ USD$`, 'm'))
  // 100 and 50 at 0.500 are 75.00; the fees are 1.74 and 0.87.
  expect(first.stdout).toContain(
    '0 -> 150 contracts; cash 22750.00 -> 22672.39 USD, 2610/1000 USD of it fees',
  )
  expect(first.stdout).toContain('-25.00 USD of ours are 25.00 USD of theirs')
  const second = await run(env)
  expect(second).toMatchObject({ code: 0, stderr: '' })
  expect(second.stdout).toContain('22672.39 -> 23922.39 USD')
  expect(second.stdout).toContain('150 -> 300 contracts')
})

test('ends with an error where there is no demo file', async () => {
  const { code, stderr } = await run({ STEMMA_URL: server.url, STEMMA_DATA: '/nowhere' })
  expect(code).toBe(1)
  expect(stderr).toContain('demo.json')
})
