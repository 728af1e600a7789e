/** Connections and sockets by their limits: how many, how long, how idle, how slow (sections 1.6, 8.1 and 11.5). */
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fromMilliseconds, SECOND } from '@stemma/core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ManualClock } from '../../host/clock.js'
import { ManualTimer } from '../../host/timer.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

const MOST = 32
const MINUTE_MILLISECONDS = 60_000

let clock: ManualClock
let timer: ManualTimer
let desk: CryptoDesk
let manager: Manager
const open: RpcSocket[] = []
const agents: Agent[] = []

beforeAll(async () => {
  clock = new ManualClock(fromMilliseconds(1_767_603_600_000))
  timer = new ManualTimer()
  desk = await openCryptoDesk(clock, { timer })
  manager = await newManager(desk, 'connected')
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((socket) => socket.close()))
  for (const agent of agents.splice(0)) agent.destroy()
})
afterAll(() => desk.close())

const socketOf = async (key: Manager | null = null): Promise<RpcSocket> => {
  const socket = await openRpcSocket(desk.url)
  open.push(socket)
  if (key !== null) {
    const { clientId: client_id, clientSecret: client_secret } = key
    const given = { grant_type: 'client_credentials', client_id, client_secret }
    expect((await socket.call('public/auth', given)).result.token_type).toBe('bearer')
  }
  return socket
}

interface Answered {
  readonly status: number
  readonly connection: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  readonly body: any
}

/** Over the connections of an agent of its own, which stay open. */
const askOver = (agent: Agent): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const asked = request(`${desk.url}/api/v2/public/get_time`, { agent }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          connection: response.headers.connection,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        }),
      )
    })
    asked.on('error', reject)
    asked.end()
  })

const keptAlive = (): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agents.push(agent)
  return agent
}

/** Asks until the connections that were closed before are seen to be so. */
async function untilLetIn(): Promise<Answered> {
  for (;;) {
    const agent = new Agent()
    const answered = await askOver(agent)
    agent.destroy()
    if (answered.status !== 429) return answered
  }
}

describe('connections of an address', () => {
  test('thirty-two are taken, HTTP and sockets together; the next is told so and closed', async () => {
    await untilLetIn()
    const first = keptAlive()
    while ((await askOver(first)).status === 429);
    while (open.length < MOST - 1) {
      try {
        await socketOf()
      } catch {
        // A connection of another test is not closed yet.
      }
    }
    const refused = new WebSocket(`${desk.url.replace('http', 'ws')}/ws/api/v2`)
    const [, response] = await once(refused, 'unexpected-response')
    expect(response.statusCode).toBe(429)
    refused.on('error', () => {})
    refused.terminate()
    expect(await askOver(keptAlive())).toEqual({
      status: 429,
      connection: 'close',
      body: {
        jsonrpc: '2.0',
        error: { code: 10028, message: 'too_many_requests' },
        usIn: expect.any(Number),
        usOut: expect.any(Number),
        usDiff: 0,
        testnet: false,
      },
    })
    // Those who are in go on.
    expect((await askOver(first)).status).toBe(200)
    expect((await open[0]?.call('public/test'))?.result.version).toBeTypeOf('string')
    await open.pop()?.close()
    expect((await untilLetIn()).status).toBe(200)
  })

  test('HTTP is spoken for a quarter of an hour over one; the answer then closes it', async () => {
    await untilLetIn()
    const agent = keptAlive()
    expect((await askOver(agent)).connection).toBe('keep-alive')
    clock.advance(15 * 60 * SECOND - 1)
    expect((await askOver(agent)).connection).toBe('keep-alive')
    clock.advance(1)
    const last = await askOver(agent)
    expect([last.status, last.connection]).toEqual([200, 'close'])
    expect((await askOver(agent)).connection).toBe('keep-alive')
  })
})

describe('a socket on which nothing is asked', () => {
  test('is closed after a minute where it follows nothing and has no heartbeat', async () => {
    await untilLetIn()
    const [idle, asking, following, beating] = [
      await socketOf(),
      await socketOf(),
      await socketOf(),
      await socketOf(),
    ]
    await following.call('public/subscribe', { channels: ['ticker.BTC-PERPETUAL.100ms'] })
    await beating.call('public/set_heartbeat', { interval: 3_600 })
    const closed = once(idle.socket, 'close')
    timer.advance(MINUTE_MILLISECONDS)
    expect((await asking.call('public/test')).result).toBeDefined()
    timer.advance(1_000)
    expect((await closed)[0]).toBe(1006)
    for (const socket of [asking, following, beating])
      expect((await socket.call('public/test')).result).toBeDefined()
    // What is followed no more keeps nothing open.
    await following.call('public/unsubscribe_all')
    const last = once(following.socket, 'close')
    timer.advance(MINUTE_MILLISECONDS + 1_000)
    expect((await last)[0]).toBe(1006)
  })
})

describe('a heartbeat', () => {
  test('asks again and again while it is answered, and closes with 4000 ten seconds after it was not', async () => {
    await untilLetIn()
    const socket = await socketOf()
    const asked = () => socket.frames.filter((frame) => frame.params?.type === 'test_request').length
    await socket.call('public/set_heartbeat', { interval: 30 })
    for (const count of [1, 2, 3]) {
      timer.advance(30_000)
      await socket.until(() => asked() === count)
      await socket.call('public/test')
    }
    timer.advance(30_000)
    await socket.until(() => asked() === 4)
    timer.advance(9_000)
    expect((await socket.call('public/get_time')).result).toBeTypeOf('number')
    const closed = once(socket.socket, 'close')
    timer.advance(1_000)
    const [code, reason] = await closed
    expect([code, String(reason)]).toEqual([4000, 'heartbeat close'])
  })

  test('that is disabled asks no more', async () => {
    await untilLetIn()
    const socket = await socketOf()
    await socket.call('public/set_heartbeat', { interval: 10 })
    await socket.call('public/disable_heartbeat')
    timer.advance(50_000)
    expect((await socket.call('public/test')).result).toBeDefined()
    expect(socket.frames.some((frame) => frame.method === 'heartbeat')).toBe(false)
  })
})

test('whoever asks too much is told so and let go', async () => {
  await untilLetIn()
  clock.advance(60 * SECOND)
  const socket = await socketOf(manager)
  const closed = once(socket.socket, 'close')
  // A hundred at once, and time stands.
  for (let count = 0; count < 101; count += 1) void socket.call('public/test')
  const { error } = await socket.until((frame) => frame.error !== undefined)
  expect(error).toEqual({ code: 10028, message: 'too_many_requests' })
  expect(socket.frames.filter((frame) => frame.result?.version !== undefined)).toHaveLength(100)
  expect((await closed)[0]).toBe(1008)
})

test('whoever does not read is cut off, and nothing is kept for it without end', async () => {
  await untilLetIn()
  const socket = await socketOf()
  const closed = once(socket.socket, 'close')
  socket.socket.pause()
  // Its own id comes back with every answer: far more than the machine itself keeps of it, and than a mebibyte.
  const id = 'x'.repeat(30_000)
  let isCut = false
  void closed.then(() => {
    isCut = true
  })
  for (let round = 0; round < 10 && !isCut; round += 1) {
    for (let call = 0; call < 90; call += 1)
      socket.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'public/test', params: {} }))
    await untilSent(socket)
    clock.advance(10 * SECOND)
    // Another one is served meanwhile.
    expect((await untilLetIn()).status).toBe(200)
    clock.advance(10 * SECOND)
  }
  socket.socket.resume()
  expect((await closed)[0]).toBe(1006)
})

async function untilSent({ socket }: RpcSocket): Promise<void> {
  while (socket.bufferedAmount > 0 && socket.readyState === WebSocket.OPEN)
    await new Promise((resolve) => setImmediate(resolve))
}

test('logging out is for sockets, ends the session or leaves it, and never answers', async () => {
  await untilLetIn()
  expect((await desk.call('private/logout', {}, manager)).body.error).toMatchObject({ code: 10030 })
  const { clientId: client_id, clientSecret: client_secret } = manager
  const given = { grant_type: 'client_credentials', client_id, client_secret, scope: 'session:leaving' }
  const isLetIn = async (access_token: string) =>
    (await desk.call('private/get_positions', { access_token }, null)).body.result !== undefined
  for (const isKept of [true, false]) {
    const [socket, other] = [await openRpcSocket(desk.url), await openRpcSocket(desk.url)]
    const closed = once(socket.socket, 'close')
    const tokens = [
      (await socket.call('public/auth', given)).result,
      (await other.call('public/auth', given)).result,
    ]
    const before = socket.frames.length
    const params = isKept ? { invalidate_token: false } : {}
    socket.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 'out', method: 'private/logout', params }))
    await closed
    expect(socket.frames).toHaveLength(before)
    for (const { access_token } of tokens) expect(await isLetIn(access_token)).toBe(isKept)
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens[1].refresh_token }
    expect((await desk.call('public/auth', refresh, null)).body.result !== undefined).toBe(isKept)
    await other.close()
  }
})

test('tokens of a connection are good on no other socket, to ask with or to get the next', async () => {
  await untilLetIn()
  const { clientId: client_id, clientSecret: client_secret } = manager
  const given = { grant_type: 'client_credentials', client_id, client_secret }
  const [one, two] = [await socketOf(), await socketOf()]
  const { result } = await one.call('public/auth', given)
  const refresh = { grant_type: 'refresh_token', refresh_token: result.refresh_token }
  expect((await two.call('private/get_positions', { access_token: result.access_token })).error.code).toBe(
    13009,
  )
  expect((await two.call('public/auth', refresh)).error.code).toBe(13009)
  const exchange = { refresh_token: result.refresh_token, subject_id: desk.subaccounts[0]?.accountId }
  expect((await two.call('public/exchange_token', exchange)).error.code).toBe(13009)
  // On its own socket the new token is remembered in its place.
  const { result: sub } = await one.call('public/exchange_token', exchange)
  expect(sub.scope).not.toContain('mainaccount')
  expect((await one.call('private/get_account_summaries')).result.id).toBe(exchange.subject_id)
  expect((await one.call('private/get_positions', { access_token: result.access_token })).error.code).toBe(
    13009,
  )
})
