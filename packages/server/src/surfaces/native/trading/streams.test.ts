// Drop copy and market data over server-sent events and the socket: who may, in which order, and after every cut.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { StemmaClient, type StemmaExecution } from '@stemma/client'
import { openCuttingProxy } from '@stemma/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type NativeMarket, openContract, openNativeMarket, SYMBOL } from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket({ heartbeatMs: 250 })
})
afterEach(() => market.world.stop())

const limit = (side: string, price: string, quantity = '1') => ({
  instrument: SYMBOL,
  side,
  type: 'limit',
  time_in_force: 'gtc',
  price,
  quantity,
})
const clientOf = (apiKey: string, baseUrl = market.world.url) =>
  new StemmaClient({ baseUrl, apiKey, backoffMs: 1 })

/** Both sides meet: four reports, two of each side. */
async function trade(price: string): Promise<void> {
  await market.place(market.seller, limit('sell', price))
  await market.place(market.buyer, limit('buy', price))
}

/** Every report of the buyer that history has, oldest first. */
async function reportsOfBuyer(): Promise<readonly StemmaExecution[]> {
  const { buyer } = market
  const reports: StemmaExecution[] = []
  for await (const each of clientOf(buyer.dropCopy).items('drop_copy.list', { under: buyer.party }))
    reports.push(each)
  return reports
}

describe('drop copy', () => {
  test('after cuts at random has every execution at least once, in order, and none of another firm', async () => {
    const { buyer, world } = market
    const proxy = await openCuttingProxy(world.url)
    const signal = new AbortController()
    const stream = clientOf(buyer.dropCopy, proxy.url).dropCopy(
      { under: buyer.party, after: '0.0' },
      signal.signal,
    )
    const rounds = 40
    const trading = (async () => {
      for (let round = 0; round < rounds; round += 1) await trade(`0.${10 + (round % 80)}`)
    })()
    // The same cuts in every run: a small generator decides behind which report the line is cut.
    let seed = 20_261_120
    const isCut = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % 7 === 0
    }
    const seen: StemmaExecution[] = []
    let cuts = 0
    for await (const report of stream) {
      seen.push(report)
      if (isCut()) {
        cuts += 1
        proxy.cut()
      }
      if (new Set(seen.map(({ id }) => id)).size === 2 * rounds) break
    }
    await trading
    signal.abort()
    proxy.close()
    expect(cuts).toBeGreaterThan(5)
    const known = await reportsOfBuyer()
    expect(known).toHaveLength(2 * rounds)
    expect([...new Set(seen.map(({ id }) => id))]).toEqual(known.map(({ id }) => id))
    expect(seen.every(({ account }) => account === buyer.account)).toBe(true)
    const places = seen.map(({ event }) => event.split('.').map(Number) as [number, number])
    for (const [at, [sequence, index]] of places.entries()) {
      const [before, beforeIndex] = places[at - 1] ?? [0, 0]
      expect(sequence > before || (sequence === before && index > beforeIndex)).toBe(true)
    }
    // What is streamed looks as history shows it.
    const [first] = seen
    expect(first).toEqual(known[0])
  }, 60_000)

  test('needs its own scope, and no more than the right to reports', async () => {
    const { buyer, seller, world } = market
    const ask = (path: string, key: string) => market.get(path, key)
    const stream = `/drop-copy/stream?under=${buyer.party}`
    expect((await ask(stream, buyer.key)).body).toMatchObject({ status: 403, code: 'scope_missing' })
    expect((await ask(stream, seller.dropCopy)).body).toMatchObject({ status: 404, code: 'not_visible' })
    expect((await ask(`/events/stream?under=${buyer.party}`, buyer.dropCopy)).body).toMatchObject({
      code: 'scope_missing',
    })
    expect((await ask(`/drop-copy?under=${seller.party}`, buyer.dropCopy)).body).toMatchObject({
      code: 'not_visible',
    })
    // A member sees both of its firms.
    await trade('0.40')
    const member = world.ids.get('pty_12') as string
    const { items } = (await market.get(`/drop-copy?under=${member}`)).body
    expect(items).toHaveLength(4)
    expect((await ask('/drop-copy/stream?under=x', buyer.dropCopy)).body).toMatchObject({ field: '/under' })
    expect((await ask(`${stream}&after=x`, buyer.dropCopy)).body).toMatchObject({ field: '/after' })
  })

  test('tells corrections of trades, as what they take back', async () => {
    const { buyer } = market
    await trade('0.40')
    const [, filled] = await reportsOfBuyer()
    const stream = clientOf(buyer.dropCopy).dropCopy({ under: buyer.party, after: filled!.event })
    await market.post(`/trades/${filled!.trade}/bust`, { reason: 'clearly erroneous' })
    const { value } = await stream.next()
    expect(value).toMatchObject({ type: 'busted', corrects: filled!.id, trade: filled!.trade, after: null })
    await stream.return(undefined)
  })

  test('ends at once when its user loses the right', async () => {
    const { buyer } = market
    const response = await streamOf(`/drop-copy/stream?under=${buyer.party}`, buyer.dropCopy)
    const { user } = (await market.get('/whoami', buyer.dropCopy)).body
    await market.post(`/users/${user.id}/suspend`, { reason: 'left' })
    expect(await response.text()).toContain('"reason":"revoked"')
  })

  test('does not wait for a reader that does not read', async () => {
    const { buyer, world } = market
    const before = world.host.hub.size
    const slow = await openUnread(`/drop-copy/stream?under=${buyer.party}`, buyer.dropCopy)
    const commands = Array.from({ length: 500 }, () => ({
      operation: 'orders.place',
      // A price off the tick is a report of its own, and leaves nothing in the book.
      input: { account: buyer.account, ...limit('buy', '0.375'), on_reject: 'record' },
    }))
    for (let batches = 0; world.host.hub.size > before; batches += 1) {
      expect(batches).toBeLessThan(200)
      await market.post('/batch', { commands }, buyer.key)
    }
    slow.destroy()
  }, 60_000)

  test('of a firm that moves goes on; that of its former owner has the past alone', async () => {
    const { buyer, seller, world } = market
    const member = world.ids.get('pty_12')
    const next = {
      kind: 'clearing_member',
      name: 'next',
      display_name: 'Next',
      owner: world.ids.get('pty_1'),
    }
    const { party: owner } = (await market.post('/parties', next)).body
    const own = clientOf(buyer.dropCopy).dropCopy({ under: buyer.party, after: '0.0' })
    const former = await openSocket(world.keys.operator)
    former.send({ id: 1, subscribe: { stream: 'drop_copy', under: member, after: '0.0' } })
    const reach = await world.keyOf(await readerOf(member as string))
    const ending = await streamOf(`/events/stream?under=${buyer.party}`, reach)
    await trade('0.40')
    const { status } = await market.post(`/parties/${buyer.party}/move`, { owner })
    expect(status).toBe(200)
    // Who reads the firm by the former owner's reach reads no more of it.
    expect(await ending.text()).toContain('"reason":"revoked"')
    const latter = await openSocket(world.keys.operator)
    latter.send({ id: 1, subscribe: { stream: 'drop_copy', under: owner } })
    expect(await latter.next()).toMatchObject({ status: 200 })
    await trade('0.41')
    const prices = []
    while (prices.length < 4) prices.push((await own.next()).value?.after?.price)
    expect(prices).toEqual(['0.4', '0.4', '0.41', '0.41'])
    await own.return(undefined)
    for (const account of [buyer.account, buyer.account])
      expect((await latter.next()).execution).toMatchObject({ account, after: { price: '0.41' } })
    const told = []
    while (told.length < 6) {
      const { execution } = await former.next()
      if (execution !== undefined) told.push([execution.account, execution.after.price])
    }
    expect(told.filter(([account]) => account === buyer.account).map(([, price]) => price)).toEqual([
      '0.4',
      '0.4',
    ])
    expect(told.slice(4)).toEqual([
      [seller.account, '0.41'],
      [seller.account, '0.41'],
    ])
    for (const { socket } of [former, latter]) socket.close()
  })

  test('over the socket is the same, from any place on', async () => {
    const { buyer } = market
    await trade('0.40')
    const known = await reportsOfBuyer()
    const { send, next, socket } = await openSocket(buyer.dropCopy)
    send({ id: 1, subscribe: { stream: 'drop_copy', under: buyer.party, after: known[0]!.event } })
    const both = [await next(), await next()]
    expect(both).toContainEqual({ id: 1, status: 200, result: { subscription: 'sub_1' } })
    expect(both).toContainEqual({ subscription: 'sub_1', execution: known[1] })
    send({ id: 2, subscribe: { stream: 'gossip' } })
    expect(await next()).toMatchObject({ id: 2, status: 400, problem: { field: '/stream' } })
    socket.close()
  })
})

describe('market data', () => {
  const operator = () => market.world.keys.operator

  test('is a snapshot of each instrument and then what changes, by id or symbol', async () => {
    const { buyer, world } = market
    const snow = await openContract(world, 'snow')
    await market.place(buyer, limit('buy', '0.30', '5'))
    const stream = clientOf(operator()).marketData({ instruments: [SYMBOL, snow], depth: 2 })
    const first = (await stream.next()).value
    expect(first).toMatchObject({
      kind: 'snapshot',
      symbol: SYMBOL,
      state: 'open',
      bids: [{ price: '0.3', quantity: '5', orders: 1 }],
      offers: [],
      statistics: null,
    })
    expect((await stream.next()).value).toMatchObject({ kind: 'snapshot', symbol: 'snow' })
    const placed = await market.place(market.seller, limit('sell', '0.30', '2'))
    expect((await stream.next()).value).toMatchObject({
      kind: 'update',
      sequence: placed.body.sequence,
      bids: [{ price: '0.3', quantity: '3' }],
      statistics: { last: '0.3', last_quantity: '2', volume: '2', notional: '0.60', trades: 1 },
    })
    await market.post('/instruments/snow/state', { state: 'halted' })
    expect((await stream.next()).value).toMatchObject({ kind: 'update', symbol: 'snow', state: 'halted' })
    await stream.return(undefined)
  })

  test('of a published price catches up behind a cut with the snapshot of what it missed', async () => {
    const proxy = await openCuttingProxy(market.world.url)
    const publish = (price: string) =>
      market.post('/prices', { prices: [{ instrument: market.instrument, price }] })
    const stream = clientOf(operator(), proxy.url).marketData({ instruments: [SYMBOL], depth: 1 })
    expect((await stream.next()).value).toMatchObject({ kind: 'snapshot', statistics: null })
    await publish('0.40')
    expect((await stream.next()).value).toMatchObject({ kind: 'update', statistics: { mark: '0.4' } })
    // What is published while nobody listens is in the snapshot that the stream begins anew with.
    proxy.cut()
    const { sequence } = (await publish('0.41')).body
    let seen = (await stream.next()).value
    while (seen.sequence < sequence) seen = (await stream.next()).value
    expect(seen).toMatchObject({ statistics: { mark: '0.41' } })
    await publish('0.42')
    expect((await stream.next()).value).toMatchObject({ kind: 'update', statistics: { mark: '0.42' } })
    await stream.return(undefined)
    proxy.close()
  })

  test('over the socket, and of all instruments', async () => {
    const { send, next, socket } = await openSocket(operator())
    send({ id: 1, subscribe: { stream: 'market_data', instruments: ['all'], depth: 1 } })
    const both = [await next(), await next()]
    expect(both).toContainEqual({ id: 1, status: 200, result: { subscription: 'sub_1' } })
    expect(both.find((each) => each.market)?.market).toMatchObject({ kind: 'snapshot', symbol: SYMBOL })
    send({ id: 2, unsubscribe: { subscription: 'sub_1' } })
    const ended = [await next(), await next()]
    expect(ended).toContainEqual({ subscription: 'sub_1', closed: 'unsubscribed' })
    socket.close()
  })

  test('takes a scope, the best prices alone a lesser one', async () => {
    const { world } = market
    const operatorUser = (await market.get('/whoami')).body.user.id
    const top = await world.keyOf(Number(operatorUser.slice(4)), { scopes: ['marketdata:read'] })
    const deep = await market.get(`/market-data/stream?instruments=${SYMBOL}`, top)
    expect(deep.body).toMatchObject({ status: 403, code: 'scope_missing' })
    const unknown = await market.get('/market-data/stream?instruments=nothing&depth=1', market.buyer.key)
    expect(unknown.body).toMatchObject({ status: 403, code: 'scope_missing' })
    const response = await streamOf(`/market-data/stream?instruments=${SYMBOL}&depth=1`, top)
    const credentials = (await market.get(`/credentials?user=${operatorUser}`)).body.items
    const own = credentials.at(-1).id
    await market.post(`/credentials/${own}/revoke`, {})
    expect(await response.text()).toContain('"reason":"revoked"')
  })

  test.each([
    ['instruments=nothing', 404, 'instrument_unknown', '/instruments'],
    ['', 400, 'malformed', '/instruments'],
    [`instruments=${SYMBOL}&depth=0`, 400, 'malformed', '/depth'],
    [`instruments=${SYMBOL}&depth=101`, 400, 'malformed', '/depth'],
    [`instruments=${SYMBOL}&depth=x`, 400, 'malformed', '/depth'],
    [
      `instruments=${Array.from({ length: 1_001 }, () => SYMBOL).join(',')}`,
      422,
      'limit_reached',
      '/instruments',
    ],
  ])('refuses %s', async (query, status, code, field) => {
    const answered = await market.get(`/market-data/stream?${query}`, operator())
    expect(answered.body).toMatchObject({ status, code, field })
  })
})

/** A user who reads the party and everything beneath it. */
async function readerOf(party: string): Promise<number> {
  const { user } = await market.world.run<{ user: number }>('users.create', {
    party: Number(party.slice(4)),
    name: 'reader-of-member',
    displayName: 'Reader',
    sealedEmail: null,
    kyc: null,
    roles: ['supervisor'],
    scopes: [],
    account: null,
  })
  return user
}

const streamOf = (path: string, key: string) =>
  fetch(`${market.world.url}/stemma/v1${path}`, { headers: { authorization: `Bearer ${key}` } })

/** A stream over a socket of its own that nobody reads. */
async function openUnread(path: string, key: string): Promise<Socket> {
  const socket = connect(Number(new URL(market.world.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`GET /stemma/v1${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`)
  await once(socket, 'readable')
  socket.on('error', () => {})
  return socket
}

/** A socket whose messages are awaited one by one. */
async function openSocket(key: string) {
  const socket = new WebSocket(`${market.world.url.replace('http', 'ws')}/stemma/v1/ws`, {
    headers: { authorization: `Bearer ${key}` },
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  const received: any[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()))
    waiting.shift()?.()
  })
  await once(socket, 'open')
  return {
    socket,
    send: (message: unknown) => socket.send(JSON.stringify(message)),
    next: async () => {
      if (received.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return received.shift()
    },
  }
}
