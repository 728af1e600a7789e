/** The outside venue alone, as a reader would run it: what it takes, what it turns away, and what it knows after a crash. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  cleanEnvironment,
  type DemoServer,
  Running,
  startDemo,
} from '../packages/cli/src/testing/server-process.js'

const PROGRAM = join(import.meta.dirname, 'outside-venue.mjs')

let server: DemoServer
let made: { readonly venue: string; readonly secret: string }
let journal: string
let running: Running | undefined
let url: string
let venues = 0

beforeAll(async () => {
  server = await startDemo()
})
afterEach(async () => {
  running?.child.kill('SIGKILL')
  await running?.ended
})
afterAll(async () => {
  await server.stop()
  server.remove()
})

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${server.url}/stemma/v1/venues${path}`, {
    method,
    headers: {
      authorization: `Bearer ${server.env.STEMMA_API_KEY}`,
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}

/** A venue of its own, with an empty journal. */
async function newVenue(): Promise<void> {
  venues += 1
  made = await call('POST', '', {
    name: `venue-${venues}`,
    display_name: 'Venue',
    url: 'http://127.0.0.1:9/',
  })
  journal = join(server.data, `${made.venue}.journal`)
}

function run(more: Readonly<Record<string, string>> = {}): Running {
  const settings = { VENUE: made.venue, VENUE_SECRET: made.secret, VENUE_JOURNAL: journal }
  const env = cleanEnvironment({ ...server.env, ...settings, VENUE_PORT: '0', VENUE_SEED: '1', ...more })
  return new Running(spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] }))
}

async function start(more: Readonly<Record<string, string>> = {}): Promise<string> {
  running = run({ VENUE_PACE: '600000', ...more })
  const [line, found] = await running.said(/venue ven_\d+ takes messages at (\S+) from \d+ on/)
  url = found as string
  return line
}

async function crash(): Promise<void> {
  running?.child.kill('SIGKILL')
  await running?.ended
}

const message = (number: number, more: object = {}) => ({
  venue: made.venue,
  number,
  action: 'place',
  order: `ord_${number}`,
  instrument: 'ins_1',
  symbol: 'SHARE',
  currency: 'USD',
  quantity_scale: 0,
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  price: '20.5',
  stop_price: null,
  quantity: '10',
  expires_at: null,
  all_or_none: false,
  post_only: false,
  ...more,
})

interface Odd {
  readonly secret?: string
  readonly at?: number
  readonly signed?: string
}

/** Posts as the server does, signed by Standard Webhooks; the status of the answer. */
async function post(
  body: object,
  { secret = made.secret, at = Date.now() / 1_000, signed }: Odd = {},
): Promise<number> {
  const [text, time] = [JSON.stringify(body), String(Math.floor(at))]
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key)
    .update(`msg_1.${time}.${signed ?? text}`)
    .digest('base64')
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  }
  return (await fetch(url, { method: 'POST', headers, body: text })).status
}

const steps = () =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))

test('a message is taken when its number is next, once, and only with its signature', async () => {
  await newVenue()
  await start()
  const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
  expect(await post(message(1), { secret: other })).toBe(401)
  expect(await post(message(1), { signed: 'another body' })).toBe(401)
  expect(await post(message(1), { at: Date.now() / 1_000 - 301 })).toBe(401)
  expect(await post(message(1), { at: Number.NaN })).toBe(401)
  expect((await fetch(url, { method: 'POST', body: JSON.stringify(message(1)) })).status).toBe(401)
  expect((await fetch(url)).status).toBe(400)
  expect(await post(message(1, { venue: 'ven_1' }))).toBe(404)
  expect(await post(message(2))).toBe(409)
  expect(steps()).toEqual([])
  for (const _time of [1, 2, 3]) expect(await post(message(1))).toBe(204)
  expect(await post(message(2))).toBe(204)
  expect(steps().map(({ message: { number } }) => number)).toEqual([1, 2])
})

test('after a crash it goes on where it was: in its book, its messages and its reports', async () => {
  await newVenue()
  await start()
  expect(await post(message(1))).toBe(204)
  await crash()
  // A line that was not finished was never answered.
  appendFileSync(journal, '{"message":{"number":2')
  expect(await start()).toContain('from 2 on')
  expect(await post(message(1))).toBe(204)
  expect(await post(message(2, { action: 'replace', order: 'ord_1', quantity: '12' }))).toBe(204)
  expect(await post(message(3, { action: 'cancel', order: 'ord_1' }))).toBe(204)
  expect(await post(message(4, { action: 'cancel', order: 'ord_1' }))).toBe(204)
  const told = steps().flatMap((step) => step.told)
  expect(told.map(({ number, kind }) => [number, kind])).toEqual([
    [1, 'accepted'],
    [2, expect.stringMatching(/^replace/)],
    [3, 'cancelled'],
    [4, 'cancel_rejected'],
  ])
})

test('with a journal that does not have what the server has it does not start', async () => {
  await newVenue()
  const cancelled = { number: 1, kind: 'cancelled', order: 'ord_1' }
  await call('POST', `/${made.venue}/reports`, cancelled)
  writeFileSync(journal, '')
  running = run()
  const { code, stderr } = await running.ended
  expect(code).toBe(1)
  expect(stderr).toContain('the server has 1 reports, the journal only 0')
})

test('a venue that the server does not know, or a setting that is missing, ends it', async () => {
  await newVenue()
  running = run({ VENUE: 'ven_999999' })
  expect(await running.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('not_visible') })
  running = run({ VENUE_SECRET: '' })
  expect(await running.ended).toMatchObject({ code: 1, stderr: expect.stringContaining('VENUE_SECRET') })
})
