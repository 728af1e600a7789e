import { describe, expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import { after, copyPrimary, DAY, type Id, SECOND } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import type { Price } from '../../money/index.js'
import { broken } from '../../testing/hash.js'
import {
  at,
  contract,
  type MarketWorld,
  openMarket,
  orderInput,
  place,
  placeFault,
  trader,
  tryPlace,
  UNCHANGED,
  USD,
  usd,
} from '../../testing/market-world.js'
import { limit, NO_LIMIT, type Said, UNIT } from '../../testing/risk-limits.js'
import { answer, createParty, done, refusedWith, run } from '../../testing/world.js'
import type { EffectiveLimit } from './index.js'

const later = (engine: Engine, microseconds: number) => after(engine.image.head.time, microseconds)
const isOpen = (engine: Engine, order: Id) => engine.rooms.trading.orders.has(order as never)

function traders(): MarketWorld & {
  readonly one: AccountId
  readonly two: AccountId
  readonly maker: AccountId
  readonly rain: InstrumentId
  readonly root: PartyId
} {
  const world = openMarket()
  const firm = createParty(world.engine, world.book.party, 'makers', { kind: 'participant' })
  return {
    ...world,
    one: trader(world, 'one', '1000.00'),
    two: trader(world, 'two', '1000.00'),
    maker: trader({ ...world, firm }, 'maker', '10000.00'),
    rain: contract(world.engine),
    root: world.book.party,
  }
}

type Nodes = ReturnType<typeof traders>
const NODES: readonly (readonly [string, (world: Nodes) => Id])[] = [
  ['the account', ({ one }) => one],
  ['its firm', ({ firm }) => firm],
  ['the root', ({ root }) => root],
]

/** Each limit, what it says, an order at its edge and one beyond it. */
const LIMITS: readonly (readonly [
  code: string,
  said: (world: Nodes) => Said,
  edge: { readonly quantity: number; readonly price: string },
  beyond: { readonly quantity: number; readonly price: string },
  text: string,
])[] = [
  [
    'quantity_limit',
    () => ({ orderQuantity: 10n * UNIT }),
    { quantity: 10, price: '0.50' },
    { quantity: 11, price: '0.50' },
    'high order size limit is 10, given 11',
  ],
  [
    'notional_limit',
    () => ({ currency: USD, orderNotional: usd('5.00') }),
    { quantity: 10, price: '0.50' },
    { quantity: 10, price: '0.51' },
    'high total notional size limit is 5.00, given 5.10',
  ],
  [
    'price_out_of_bounds',
    ({ rain }) => ({ instrument: rain, priceLow: at('0.40') }),
    { quantity: 1, price: '0.40' },
    { quantity: 1, price: '0.39' },
    'low price limit is 0.4, given 0.39',
  ],
  [
    'price_out_of_bounds',
    ({ rain }) => ({ instrument: rain, priceHigh: at('0.60') }),
    { quantity: 1, price: '0.60' },
    { quantity: 1, price: '0.61' },
    'high price limit is 0.6, given 0.61',
  ],
  [
    'position_limit',
    () => ({ position: 10n * UNIT }),
    { quantity: 10, price: '0.50' },
    { quantity: 11, price: '0.50' },
    'high position limit is 10, given 11',
  ],
  [
    'open_orders_limit',
    () => ({ openOrders: 0 }),
    { quantity: 0, price: '0.50' },
    { quantity: 1, price: '0.50' },
    'high open orders limit is 0, given 1',
  ],
  [
    'order_rate_limit',
    () => ({ orderRate: 0 }),
    { quantity: 0, price: '0.50' },
    { quantity: 1, price: '0.50' },
    'high order rate limit is 0 a second, given 1',
  ],
]

describe.each(NODES)('a limit of %s', (_name, nodeOf) => {
  test.each(LIMITS)(
    '%s: at the edge an order passes, beyond it does not',
    (code, said, edge, beyond, text) => {
      const world = traders()
      const { engine, one: account, rain: instrument } = world
      limit(engine, nodeOf(world), said(world))
      const refused = tryPlace(engine, { account, instrument, ...beyond })
      expect(refused).toMatchObject({
        kind: 'refused',
        refusal: { code: 'order_rejected', detail: text, data: { reason: code } },
      })
      if (edge.quantity > 0) place(engine, { account, instrument, ...edge })
      expect(broken(engine)).toEqual([])
    },
  )
})

describe('limits', () => {
  test('the strictest on the way up wins; what is set below cannot loosen it', () => {
    const { engine, one: account, firm, root, rain: instrument } = traders()
    limit(engine, root, { orderQuantity: 10n * UNIT })
    limit(engine, account, { orderQuantity: 100n * UNIT })
    expect(placeFault(engine, { account, instrument, quantity: 11, price: '0.50' })).toBe('quantity_limit')
    const below = limit(engine, firm, { orderQuantity: 5n * UNIT })
    expect(placeFault(engine, { account, instrument, quantity: 6, price: '0.50' })).toBe('quantity_limit')
    const effective = () =>
      answer<{ items: EffectiveLimit[] }>(engine, 'risk_limits.effective', { node: account, instrument })
    expect(effective().items).toMatchObject([{ kind: 'order_quantity', value: '5', source: `pty_${firm}` }])
    done(engine, 'risk_limits.clear', { limit: below })
    expect(effective().items).toMatchObject([{ kind: 'order_quantity', value: '10', source: `pty_${root}` }])
    place(engine, { account, instrument, quantity: 10, price: '0.50' })
  })

  test('a limit holds in its instrument, or in its currency, alone', () => {
    const { engine, one: account, rain } = traders()
    const snow = contract(engine, 'snow')
    limit(engine, account, { instrument: rain, orderQuantity: 1n * UNIT })
    limit(engine, account, { currency: 'EUR', orderQuantity: 1n * UNIT })
    place(engine, { account, instrument: snow, quantity: 2, price: '0.50' })
    expect(placeFault(engine, { account, instrument: rain, quantity: 2, price: '0.50' })).toBe(
      'quantity_limit',
    )
  })

  test('a firm is limited in the sum of its accounts: orders, position, and each on its own side', () => {
    const { engine, one, two, maker, firm, rain: instrument } = traders()
    limit(engine, firm, { position: 10n * UNIT, openOrders: 2 })
    place(engine, { account: maker, instrument, side: 'sell', quantity: 4, price: '0.50' })
    place(engine, { account: one, instrument, quantity: 4, price: '0.50' })
    place(engine, { account: two, instrument, quantity: 6, price: '0.40' })
    expect(placeFault(engine, { account: one, instrument, quantity: 1, price: '0.40' })).toBe(
      'position_limit',
    )
    const short = place(engine, { account: two, instrument, side: 'sell', quantity: 14, price: '0.90' })
    expect(placeFault(engine, { account: two, instrument, side: 'sell', quantity: 1, price: '0.90' })).toBe(
      'position_limit',
    )
    done(engine, 'orders.cancel', { order: short })
    place(engine, { account: two, instrument, side: 'sell', quantity: 13, price: '0.90' })
    expect(placeFault(engine, { account: two, instrument, side: 'sell', quantity: 1, price: '0.90' })).toBe(
      'open_orders_limit',
    )
    place(engine, { account: maker, instrument, quantity: 1, price: '0.30' })
    expect(broken(engine)).toEqual([])
  })

  test('the sums of a firm follow accounts that move to it and away', () => {
    const { engine, one, firm, root, rain: instrument } = traders()
    const client = createParty(engine, root, 'client')
    const moved = trader({ ...traderWorld(engine, client) }, 'moved', '100.00')
    limit(engine, firm, { openOrders: 2 })
    place(engine, { account: one, instrument, quantity: 1, price: '0.10' })
    place(engine, { account: moved, instrument, quantity: 1, price: '0.10' })
    done(engine, 'parties.move', { party: client, owner: firm, version: null })
    expect(placeFault(engine, { account: one, instrument, quantity: 1, price: '0.10' })).toBe(
      'open_orders_limit',
    )
    done(engine, 'parties.move', { party: client, owner: root, version: null })
    place(engine, { account: one, instrument, quantity: 1, price: '0.10' })
  })

  test('an order that reduces passes what guards against exposure, and not the bounds of price and rate', () => {
    const { engine, one: account, maker, rain: instrument } = traders()
    place(engine, { account: maker, instrument, side: 'sell', quantity: 10, price: '0.50' })
    place(engine, { account, instrument, quantity: 10, price: '0.50' })
    const none = { orderQuantity: 0n, position: 0n, openOrders: 0, currency: USD, orderNotional: 0n }
    limit(engine, account, none)
    const sell = { account, instrument, side: 'sell', price: '0.60' } as const
    expect(placeFault(engine, { ...sell, quantity: 11 })).toBe('quantity_limit')
    const order = place(engine, { ...sell, quantity: 4 })
    done(engine, 'orders.cancel', { order })
    const bounds = limit(engine, account, { instrument, priceHigh: at('0.55') })
    expect(placeFault(engine, { ...sell, quantity: 4 })).toBe('price_out_of_bounds')
    done(engine, 'risk_limits.clear', { limit: bounds })
    limit(engine, account, { orderRate: 0 })
    expect(placeFault(engine, { ...sell, quantity: 4 })).toBe('order_rate_limit')
  })

  test('how far a price may be from the last one', () => {
    const { engine, one: account, two, maker, rain: instrument } = traders()
    limit(engine, account, { priceDeviation: at('0.1') })
    place(engine, { account, instrument, quantity: 1, price: '0.90' })
    done(engine, 'orders.cancel_all', { account, instrument: null, side: null })
    place(engine, { account: maker, instrument, side: 'sell', quantity: 1, price: '0.50' })
    place(engine, { account: two, instrument, quantity: 1, price: '0.50' })
    place(engine, { account, instrument, quantity: 1, price: '0.55' })
    place(engine, { account, instrument, quantity: 1, price: '0.45' })
    expect(placeFault(engine, { account, instrument, quantity: 1, price: '0.56' })).toBe(
      'price_out_of_bounds',
    )
    expect(placeFault(engine, { account, instrument, quantity: 1, price: '0.44' })).toBe(
      'price_out_of_bounds',
    )
  })

  test('orders of a second are counted from what was recorded, rejected ones included, also after a restart', () => {
    const { engine, one: account, rain: instrument } = traders()
    limit(engine, account, { orderRate: 2 })
    const bid = { account, instrument, quantity: 1, price: '0.10' } as const
    expect(placeFault(engine, { ...bid, quantity: 100_000 })).toBe('insufficient_buying_power')
    const rejected = run(
      engine,
      'orders.place',
      orderInput({ ...bid, quantity: 100_000, onReject: 'record' }),
    )
    expect(rejected).toMatchObject({ result: { state: 'rejected' } })
    place(engine, bid)
    const loaded = new Engine()
    copyPrimary(engine.image, loaded.image)
    loaded.resume([])
    for (const each of [engine, loaded]) {
      expect(placeFault(each, bid)).toBe('order_rate_limit')
      place(each, bid, { time: later(each, SECOND) })
    }
  })

  test('a replacement is judged like an order, without what it takes the place of', () => {
    const { engine, one: account, rain: instrument } = traders()
    limit(engine, account, { position: 10n * UNIT, openOrders: 1 })
    const order = place(engine, { account, instrument, quantity: 6, price: '0.50' })
    const change = (quantity: bigint) => run(engine, 'orders.replace', { ...UNCHANGED, order, quantity })
    expect(change(11n)).toMatchObject({ refusal: { data: { reason: 'position_limit' } } })
    expect(change(10n).kind).toBe('done')
  })

  test('what a limit may say, at the edge and beyond', () => {
    const { engine, one: node, firm, two, rain: instrument } = traders()
    const refused = (said: Said) => refusedWith(engine, 'risk_limits.set', { ...NO_LIMIT, node, ...said })
    expect(refused({})).toBe('malformed')
    expect(refused({ orderQuantity: -1n })).toBe('malformed')
    expect(refused({ orderNotional: 1n })).toBe('malformed')
    expect(refused({ dailyLoss: 1n })).toBe('malformed')
    expect(refused({ dailyLoss: 1n, instrument, currency: USD })).toBe('malformed')
    expect(refused({ priceLow: at('0.1') })).toBe('malformed')
    expect(refused({ instrument, priceLow: at('0.2'), priceHigh: at('0.1') })).toBe('malformed')
    expect(refused({ instrument, currency: 'EUR', openOrders: 1 })).toBe('malformed')
    expect(refused({ openOrders: 1_000_001 })).toBe('malformed')
    expect(refused({ orderRate: 1_000_001 })).toBe('malformed')
    expect(refused({ authority: two, openOrders: 1 })).toBe('malformed')
    expect(refused({ instrument: 999_999, openOrders: 1 })).toBe('instrument_unknown')
    expect(refused({ node: 999_999, openOrders: 1 })).toBe('not_visible')
    const first = limit(engine, node, { openOrders: 1_000_000, orderRate: 1_000_000, authority: firm })
    expect(limit(engine, node, { openOrders: 5, authority: firm })).toBe(first)
    expect(limit(engine, node, { openOrders: 5 })).not.toBe(first)
    expect(refusedWith(engine, 'risk_limits.clear', { limit: 999_999 })).toBe('not_visible')
    expect(answer<{ items: unknown[] }>(engine, 'risk_limits.list', { node }).items).toMatchObject([
      { id: first, node: `acc_${node}`, authority: `pty_${firm}`, openOrders: 5 },
      { authority: `acc_${node}` },
    ])
  })
})

describe('the loss of a day', () => {
  /** `one` holds ten contracts bought at 0.50, and has a bid and an offer of ten resting. */
  function losing(said: Said = {}, nodeOf: (world: Nodes) => Id = ({ one }) => one) {
    const world = traders()
    const { engine, one: account, maker, rain: instrument } = world
    place(engine, { account: maker, instrument, side: 'sell', quantity: 10, price: '0.50' })
    place(engine, { account, instrument, quantity: 10, price: '0.50' })
    const bid = place(engine, { account, instrument, quantity: 10, price: '0.10' })
    const offer = place(engine, { account, instrument, side: 'sell', quantity: 10, price: '0.90' })
    const rule = limit(engine, nodeOf(world), { currency: USD, dailyLoss: usd('2.00'), ...said })
    const publish = (price: string, time = engine.image.head.time) => {
      const prices = [{ instrument, price: at(price) as Price }]
      done(engine, 'prices.publish', { prices }, { time })
      engine.tick(later(engine, SECOND))
    }
    const locks = (each: Engine = engine) =>
      answer<{ items: { id: Id; state: string; loss: bigint }[] }>(each, 'loss_lockouts.list', {
        node: account,
      }).items
    return { ...world, account, instrument, bid, offer, rule, publish, locks }
  }

  test.each(NODES)(
    'of %s: at the limit nothing happens, beyond it what increases is cancelled',
    (_name, nodeOf) => {
      // The maker wins what the account loses, so the root as a whole loses nothing.
      const { engine, account, instrument, bid, offer, publish, locks, root } = losing({}, nodeOf)
      publish('0.30')
      expect(locks()).toEqual([])
      const sequence = engine.image.head.sequence
      publish('0.29')
      if (nodeOf({ root } as Nodes) === root) {
        expect(locks()).toEqual([])
        return
      }
      expect(locks()).toMatchObject([{ state: 'locked', loss: usd('2.10') }])
      expect([isOpen(engine, bid), isOpen(engine, offer)]).toEqual([false, true])
      expect(engine.takeBatch()?.events.filter((event) => event.sequence > sequence)).toMatchObject([
        { kind: 'loss_lockout.locked' },
        { kind: 'order.cancelled', data: { unsolicited: 'loss_limit' } },
      ])
      const refused = tryPlace(engine, { account, instrument, quantity: 1, price: '0.10' })
      expect(refused).toMatchObject({
        refusal: { detail: 'high daily loss limit is 2.00, given 2.10', data: { reason: 'loss_limit' } },
      })
      done(engine, 'orders.cancel', { order: offer })
      place(engine, { account, instrument, side: 'sell', quantity: 10, price: '0.90' })
      expect(broken(engine)).toEqual([])
    },
  )

  test('a fill locks in its own command', () => {
    const { engine, account, maker, instrument, locks } = losing()
    place(engine, { account: maker, instrument, quantity: 1, price: '0.20' })
    done(engine, 'orders.cancel_all', { account, instrument, side: 'sell' })
    place(engine, { account, instrument, side: 'sell', quantity: 1, price: '0.20' })
    expect(locks()).toMatchObject([{ state: 'locked', loss: usd('3.00') }])
  })

  test('the lock survives a restart, and only whoever administers what set it may lift it', () => {
    const { engine, account, instrument, publish, locks, firm } = losing({}, ({ firm }) => firm)
    publish('0.20')
    const loaded = new Engine()
    copyPrimary(engine.image, loaded.image)
    loaded.resume([])
    expect(placeFault(loaded, { account, instrument, quantity: 1, price: '0.10' })).toBe('loss_limit')
    expect(broken(loaded)).toEqual([])
    const lockout = locks()[0]?.id as Id
    const holder = keyFor(engine, firm, account)
    expect(refusedWith(engine, 'loss_lockouts.lift', { lockout }, { actor: holder })).toBe('not_visible')
    done(engine, 'loss_lockouts.lift', { lockout })
    place(engine, { account, instrument, quantity: 1, price: '0.10' })
    expect(refusedWith(engine, 'loss_lockouts.lift', { lockout })).toBe('transition_invalid')
  })

  test('after a lift what is lost from then on counts anew', () => {
    const { engine, publish, locks } = losing()
    publish('0.20')
    done(engine, 'loss_lockouts.lift', { lockout: locks()[0]?.id as Id })
    publish('0.01')
    expect(locks()).toMatchObject([{ state: 'lifted' }])
    publish('0.000000000000000001')
    expect(locks()).toMatchObject([{ state: 'lifted' }])
  })

  test('it lifts itself when the business date turns, where the limit says so; else it stands', () => {
    for (const liftsDaily of [true, false]) {
      const { engine, account, instrument, publish, locks } = losing({ liftsDaily })
      publish('0.20')
      const outcome = run(
        engine,
        'orders.place',
        orderInput({ account, instrument, quantity: 1, price: '0.10' }),
        { time: later(engine, DAY) },
      )
      expect(outcome.kind).toBe(liftsDaily ? 'done' : 'refused')
      expect(locks().length).toBe(liftsDaily ? 0 : 1)
      expect(broken(engine)).toEqual([])
    }
  })

  test('a limit that is beyond already locks when it is set; cleared, what it locked stays locked', () => {
    const { engine, account, instrument, publish, locks, rule } = losing({ dailyLoss: usd('100.00') })
    publish('0.20')
    limit(engine, account, { currency: USD, dailyLoss: usd('1.00') })
    expect(locks()).toMatchObject([{ state: 'locked', loss: usd('3.00') }])
    done(engine, 'risk_limits.clear', { limit: rule })
    expect(placeFault(engine, { account, instrument, quantity: 1, price: '0.10' })).toBe('loss_limit')
  })
})

function traderWorld(engine: Engine, firm: PartyId): MarketWorld {
  const { accounts } = engine.rooms.hierarchy
  const outsideWorld = engine.rooms.ledger.houseAccount('outside_world')
  const party = accounts.party.get(accounts.row(outsideWorld))
  return { engine, firm, book: { party, accounts: { outsideWorld } } } as MarketWorld
}

/** A user of the firm with every right on one account alone. */
function keyFor(engine: Engine, firm: PartyId, account: AccountId) {
  const { user } = done<{ user: Id }>(engine, 'users.create', {
    party: firm,
    name: 'holder',
    displayName: 'Holder',
    sealedEmail: null,
    kyc: null,
    roles: [],
    scopes: ['risk:write', 'orders:write'],
    account: null,
  })
  done(engine, 'bindings.create', {
    user,
    targetKind: 'account',
    target: account,
    level: 'full',
    alias: null,
    endsAt: null,
  })
  const { credential } = done<{ credential: Id }>(engine, 'credentials.create', {
    user,
    party: null,
    kind: 'api_key',
    clientId: 'holder',
    displayName: 'Key',
    surface: 'native',
    secretHash: 'a'.repeat(64),
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  })
  return { kind: 'credential', credential, token: null, actingUser: null } as const
}
