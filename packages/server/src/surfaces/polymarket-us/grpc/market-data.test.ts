/** Market data: snapshots and updates that follow the book, of symbols named once or coming and going. */
import { PLAIN_LIMIT } from '@stemma/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import { addClient, KEYS } from '../../../testing/acme.js'
import type { Stream } from '../../../testing/grpc-client.js'
import { openContract, SYMBOL } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'
import { signIn } from '../../../testing/venue.js'

let world: TradingVenue
let timer: ManualTimer

beforeEach(async () => {
  timer = new ManualTimer()
  world = await openTradingVenue(timer)
})
afterEach(() => world.close())

const API = 'polymarket.v1.MarketDataSubscriptionAPI'
const ONE_WAY = `${API}/CreateMarketDataSubscription`
const BOTH_WAYS = `${API}/BiDirectionalStreamMarketData`
const HEARTBEAT_MS = 30_000
const OK = 0
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8

const open = (message: object = {}, token = world.tokens.admin): Stream =>
  world.client.open(ONE_WAY, message, { token })
/** What the tests look at in an update. */
interface Book {
  readonly symbol: string
  readonly state: string
  readonly bids: readonly { readonly px: string }[]
  readonly offers: readonly unknown[]
}
const level = (px: number, qty: number) => ({ px: String(px), qty: String(qty) })
/** The next update; heartbeats are passed over. */
async function update(stream: Stream) {
  for (;;) {
    const { update } = await stream.next()
    if (update != null) return update
  }
}
/** Updates until one is as it is wanted: what was superseded need not come. */
async function until(stream: Stream, isWanted: (book: Book) => boolean) {
  for (;;) {
    const next = await update(stream)
    if (isWanted(next)) return next
  }
}
/** A client whose token has no more than these scopes. */
async function tokenWith(scopes: string[]): Promise<string> {
  await addClient(world.venue, { user: world.acme.administrator }, 'narrow', KEYS, { scopes })
  return signIn(world.venue, 'narrow', KEYS)
}

test('a snapshot of each symbol, and then the book as it changes', async () => {
  await world.own.place({ orderQty: 5, price: 30 })
  const stream = open({ symbols: [SYMBOL] })
  expect(await stream.next()).toEqual({ heartbeat: {} })
  expect(await update(stream)).toMatchObject({
    symbol: SYMBOL,
    bids: [level(30, 5)],
    offers: [],
    state: 'INSTRUMENT_STATE_OPEN',
    book_hidden: false,
    price_scale: '100',
    quantity_scale: '1',
  })
  await world.other.place({ side: 'SIDE_SELL', orderQty: 2, price: 40 })
  expect(await until(stream, ({ offers }) => offers.length > 0)).toMatchObject({
    bids: [level(30, 5)],
    offers: [level(40, 2)],
  })
  await world.own.place({ orderQty: 3, price: 40 })
  expect(await until(stream, ({ offers }) => offers.length === 0)).toMatchObject({
    bids: [level(40, 1), level(30, 5)],
    stats: {
      last_trade_px: '40',
      last_trade_qty: '2',
      shares_traded: '2',
      notional_traded: '80',
      open_interest: '2',
    },
  })
  const { instrument } = world
  await world.venue.run('instruments.set_state', { instrument, state: 'halted', version: null })
  expect((await until(stream, ({ state }) => state !== 'INSTRUMENT_STATE_OPEN')).state).toBe(
    'INSTRUMENT_STATE_HALTED',
  )
  timer.advance(HEARTBEAT_MS)
  expect(await stream.next()).toEqual({ heartbeat: {} })
})

test('without symbols it is of all, those that come later too', async () => {
  const stream = open()
  expect((await update(stream)).symbol).toBe(SYMBOL)
  await openContract(world.venue, 'snow')
  expect(await until(stream, ({ symbol }) => symbol === 'snow')).toMatchObject({ symbol: 'snow', bids: [] })
})

test('snapshots alone end the stream', async () => {
  await openContract(world.venue, 'snow')
  const stream = open({ symbols: [SYMBOL, 'snow'], snapshot_only: true })
  expect([(await update(stream)).symbol, (await update(stream)).symbol]).toEqual([SYMBOL, 'snow'])
  expect((await stream.ended).code).toBe(OK)
})

test('the best level takes the lesser scope, and without a depth it is what the scope allows', async () => {
  for (const price of [30, 29]) await world.own.place({ orderQty: 1, price })
  const narrow = await tokenWith(['marketdata:read'])
  expect((await update(open({ symbols: [SYMBOL] }, narrow))).bids).toEqual([level(30, 1)])
  expect((await update(open({ symbols: [SYMBOL], depth: 1 }, narrow))).bids).toEqual([level(30, 1)])
  expect(await open({ symbols: [SYMBOL], depth: 2 }, narrow).ended).toMatchObject({
    code: PERMISSION_DENIED,
    details: 'permission denied: missing required scope read:l2marketdata',
  })
  expect((await update(open({ symbols: [SYMBOL] }))).bids).toEqual([level(30, 1), level(29, 1)])
  expect((await open({}, world.tokens.copy).ended).code).toBe(PERMISSION_DENIED)
})

test.each<[object, number, string]>([
  [{ unaggregated: true }, INVALID_ARGUMENT, 'invalid unaggregated: not supported; levels are aggregated'],
  [{ depth: 101 }, INVALID_ARGUMENT, 'invalid depth: expected 1 to 100'],
  [{ depth: -1 }, INVALID_ARGUMENT, 'invalid depth: expected 1 to 100'],
  [{ symbols: ['none'] }, NOT_FOUND, 'symbol not found'],
  [
    { symbols: Array.from({ length: 1_001 }, (_, at) => `s${at}`) },
    INVALID_ARGUMENT,
    'at most 1000 symbols per subscription',
  ],
])('%j is refused', async (message, code, details) => {
  expect(await open(message).ended).toMatchObject({ code, details })
  const both = world.client.converse(BOTH_WAYS, { token: world.tokens.admin })
  const { symbols = [SYMBOL], ...rest } = message as { symbols?: string[] }
  both.send({ add_symbols: symbols, ...rest })
  expect(await both.ended).toMatchObject({ code, details })
})

test('ends at once when its right is taken away', async () => {
  const stream = open()
  await update(stream)
  await world.venue.run('credentials.revoke', { credential: world.acme.credentials.administrator as number })
  expect((await stream.ended).code).toBe(PERMISSION_DENIED)
})

test('of a reader that takes nothing between two heartbeats is cut, and its place is free', async () => {
  const stream = open({ symbols: [SYMBOL] })
  await update(stream)
  stream.call.pause()
  expect(world.venue.host.streams.market.size).toBe(1)
  // More than a connection holds; what waits is the latest book and nothing more.
  const { main } = world.acme
  for (let rounds = 0; world.venue.host.streams.market.size > 0; rounds += 1) {
    expect(rounds).toBeLessThan(3_000)
    await world.venue.run(
      'orders.place',
      restingOrder(main, world.instrument, BigInt(1 + (rounds % 2))) as never,
    )
    if (rounds % 100 === 99) {
      timer.advance(HEARTBEAT_MS)
      timer.advance(HEARTBEAT_MS)
    }
  }
  stream.call.resume()
  expect((await stream.ended).code).toBe(RESOURCE_EXHAUSTED)
})

const restingOrder = (account: number, instrument: number, price: bigint) => ({
  ...PLAIN_LIMIT,
  account,
  instrument,
  side: 'buy',
  price: price * 10n ** 16n,
  quantity: 1n,
  onReject: 'record',
})

test('symbols come and go within a stream', async () => {
  await openContract(world.venue, 'snow')
  const both = world.client.converse(BOTH_WAYS, { token: world.tokens.admin })
  expect(await both.next()).toEqual({ heartbeat: {} })
  both.send({ add_symbols: [SYMBOL], depth: 1 })
  expect(await update(both)).toMatchObject({ symbol: SYMBOL, bids: [] })
  both.send({ keepalive: {} })
  both.send({ add_symbols: ['snow'] })
  expect((await update(both)).symbol).toBe('snow')
  for (const price of [10, 11]) await world.own.place({ orderQty: 1, price })
  expect((await until(both, ({ bids }) => bids[0]?.px === '11')).bids).toEqual([level(11, 1)])
  both.send({ remove_symbols: [SYMBOL] })
  // Added anew it begins with a snapshot, as deep as it was asked for.
  both.send({ add_symbols: [SYMBOL], depth: 2 })
  expect((await until(both, ({ bids }) => bids.length === 2)).bids).toEqual([level(11, 1), level(10, 1)])
  both.send({ remove_symbols: [SYMBOL] })
  both.send({ add_symbols: ['snow'], depth: 1 })
  // Nothing more to ask: what is watched goes on.
  both.finish()
  expect((await update(both)).symbol).toBe('snow')
  await world.own.place({ orderQty: 1, price: 12 })
  await world.own.place({ symbol: 'snow', orderQty: 1, price: 12 })
  expect((await update(both)).symbol).toBe('snow')
  both.call.cancel()
  await both.ended
  while (world.venue.host.streams.market.size > 0) await world.client.ask('polymarket.v1.HealthAPI/Check')
})
