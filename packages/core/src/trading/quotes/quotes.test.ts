import { describe, expect, test } from 'vitest'
import type { AccountId } from '../../hierarchy/index.js'
import { after, type Event, NO_ROW, type Plain, SECOND } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import {
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  option,
  pair,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { derivedHashOf, hashOf, textHash } from '../../testing/hash.js'
import { at, place } from '../../testing/market-world.js'
import { done, refusedWith, run, START, SYSTEM_ACTOR } from '../../testing/world.js'
import type { OrderId, Side } from '../fields.js'
import { orderAt } from '../order.js'
import { QUOTE_GROUP_LENGTH_MAX, QUOTE_GROUPS_MAX } from '../protection/index.js'
import { QUOTE_ID_LENGTH_MAX, QUOTES_OF_COMMAND_MAX } from './fields.js'
import type { SideSettled } from './quoting.js'

const DAY = 86_400_000_000
const PLAIN = { postOnly: false, reprices: false }

const side = (price: string | null, quantity: number | null = 500, more: object = {}) => ({
  price: price === null ? null : at(price),
  quantity: quantity === null ? null : BigInt(quantity),
  ...PLAIN,
  ...more,
})
type Asked = ReturnType<typeof side>
const both = (
  instrument: InstrumentId,
  bid: Asked | null,
  ask: Asked | null,
  quoteSet: string | null = null,
) => ({
  instrument,
  quoteSet,
  bid,
  ask,
})

function market() {
  const world = openDerivatives('100000')
  const { engine } = world
  const [anna, ben] = [
    margined(world, 'anna', { BTC: '50', USDC: '1000000' }),
    margined(world, 'ben', { BTC: '50', USDC: '1000000' }),
  ]
  const perpetual = inversePerpetual(engine)
  const call = option(engine, 'inverse', 'call', '110000', START + 30 * DAY)
  publish(engine, [
    [perpetual, '100000'],
    [call, '0.05'],
  ])
  const set = (group: string | null = 'near', more: Readonly<Record<string, Plain>> = {}) =>
    done(engine, 'protections.set', {
      account: anna,
      index: 'btc_usd',
      group,
      intervalSeconds: 5,
      frozenSeconds: 10,
      quantityLimit: at('10'),
      deltaLimit: null,
      sideQuantityMax: null,
      ...more,
    })
  set()
  const message = (quotes: readonly Plain[], more: Readonly<Record<string, Plain>> = {}) => ({
    account: anna,
    group: 'near',
    quoteId: '1',
    quotes,
    connection: null,
    ...more,
  })
  const quote = (
    quotes: readonly Plain[],
    more: Readonly<Record<string, Plain>> = {},
  ): readonly SideSettled[] =>
    done<{ sides: readonly SideSettled[] }>(engine, 'orders.quote', message(quotes, more)).sides
  const faults = (settled: readonly SideSettled[]) => settled.map(({ fault }) => fault?.code ?? null)
  /** What stands: price in whole dollars or coin, and what is open. */
  const standing = (which: Side, instrument = perpetual, group = 'near') => {
    const { openQuotes, orders } = engine.rooms.trading
    const row = openQuotes.find({ account: anna, instrument, side: which, group })
    return row === NO_ROW ? null : orderAt(orders, row)
  }
  const prices = (instrument = perpetual, group = 'near') =>
    (['buy', 'sell'] as const).map((which) => standing(which, instrument, group)?.price ?? null)
  const events: Event[] = []
  const collect = (): readonly Event[] => {
    events.push(...(engine.takeBatch()?.events ?? []))
    return events
  }
  const endOf = (order: OrderId | null | undefined) =>
    collect()
      .filter(({ subject }) => subject === `ord_${order}`)
      .at(-1)
  const wait = (seconds: number) =>
    publish(engine, [[perpetual, '100000']], {}, after(engine.image.head.time, seconds * SECOND))
  const take = (account: AccountId, which: Side, quantity: number, price: string) =>
    place(engine, { account, instrument: perpetual, side: which, quantity, price, timeInForce: 'ioc' })
  const proves = () => expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  return {
    world,
    engine,
    anna,
    ben,
    perpetual,
    call,
    set,
    message,
    quote,
    faults,
    standing,
    prices,
    endOf,
    wait,
    take,
    collect,
    proves,
  }
}

describe('quotes', () => {
  test('of several instruments are placed by one command, each side an order of its own', () => {
    const { quote, standing, perpetual, call, proves } = market()
    const settled = quote(
      [
        both(perpetual, side('99990'), side('100010', 700), 'futures'),
        both(call, side('0.04', 10), null, 'options'),
      ],
      { quoteId: 'seven', connection: 'wire-1' },
    )
    expect(settled.map((each) => [each.instrument, each.side, each.fault])).toEqual([
      [perpetual, 'buy', null],
      [perpetual, 'sell', null],
      [call, 'buy', null],
    ])
    expect(standing('sell')).toMatchObject({
      id: settled[1]?.order,
      type: 'limit',
      timeInForce: 'gtc',
      price: at('100010'),
      quantity: 700n,
      terms: {
        isProtected: true,
        connection: 'wire-1',
        quote: { group: 'near', id: 'seven', set: 'futures' },
      },
    })
    expect(standing('buy', call)).toMatchObject({ price: at('0.04'), terms: { quote: { set: 'options' } } })
    expect(standing('sell', call)).toBeNull()
    proves()
  })

  test('the next one takes its place under the same order, and what is left out stays', () => {
    const { quote, standing, perpetual } = market()
    const [bid, ask] = quote([both(perpetual, side('99990'), side('100010'), 'a')])
    quote([both(perpetual, side('99980', null), side(null, 600), 'b')], { quoteId: '2' })
    expect(standing('buy')).toMatchObject({ id: bid?.order, price: at('99980'), quantity: 500n })
    expect(standing('sell')).toMatchObject({
      id: ask?.order,
      price: at('100010'),
      quantity: 600n,
      terms: { quote: { id: '2', set: 'b' } },
    })
    quote([both(perpetual, null, side(null, 0))])
    expect(standing('buy')).not.toBeNull()
    expect(standing('sell')).toBeNull()
  })

  test('keeps its place in the queue when it shrinks or only its set changes, and goes to the end when it is sent again', () => {
    const { engine, ben, quote, standing, perpetual } = market()
    quote([both(perpetual, side('99990', 500), null, 'a')])
    const rival = place(engine, { account: ben, instrument: perpetual, quantity: 500, price: '99990' })
    const { orders } = engine.rooms.trading
    const priorities = (): readonly [number, number] => [
      standing('buy')?.priority ?? 0,
      orders.priority.get(orders.row(rival)),
    ]
    const isFirst = (): boolean => priorities()[0] < priorities()[1]
    quote([both(perpetual, side('99990', 400), null, 'a')])
    expect(isFirst()).toBe(true)
    quote([both(perpetual, side('99990', 400), null, 'b')])
    expect(isFirst()).toBe(true)
    quote([both(perpetual, side('99990', 400), null, 'b')])
    expect(isFirst()).toBe(false)
  })

  test('what is filled counts as a part of the quantity', () => {
    const { ben, quote, standing, take, perpetual } = market()
    quote([both(perpetual, side('99990', 500), null)])
    take(ben, 'sell', 200, '99990')
    quote([both(perpetual, side('99980', 600), null)])
    expect(standing('buy')).toMatchObject({ quantity: 600n, filled: 200n })
  })

  test('a side of which there is none is not changed', () => {
    const { quote, faults, perpetual } = market()
    expect(faults(quote([both(perpetual, side('99990', null), side(null, 500))]))).toEqual([
      'quote_missing',
      'quote_missing',
    ])
    expect(quote([both(perpetual, side(null, 0), null)])).toEqual([
      { instrument: perpetual, side: 'buy', order: null, fault: null },
    ])
  })

  test.each([
    ['up', '100020', '100040'],
    ['down', '99960', '99980'],
  ])('a pair that moves %s through where it stood does not meet itself', (_way, bid, ask) => {
    const { engine, quote, faults, prices, perpetual } = market()
    quote([both(perpetual, side('99990'), side('100010'))])
    expect(faults(quote([both(perpetual, side(bid), side(ask))]))).toEqual([null, null])
    expect(prices()).toEqual([at(bid), at(ask)])
    expect(engine.rooms.trading.positions.size).toBe(0)
  })

  test('a first bid at an ask that moves up, or goes, does not meet it', () => {
    const { engine, quote, faults, prices, perpetual } = market()
    quote([both(perpetual, null, side('100010'))])
    expect(faults(quote([both(perpetual, side('100010'), side('100020'))]))).toEqual([null, null])
    expect(prices()).toEqual([at('100010'), at('100020')])
    quote([both(perpetual, side(null, 0), null)])
    expect(faults(quote([both(perpetual, side('100020'), side(null, 0))]))).toEqual([null, null])
    expect(prices()).toEqual([at('100020'), null])
    expect(faults(quote([both(perpetual, side('100030', 0), side('100020'))]))).toEqual([null, null])
    expect(prices()).toEqual([null, at('100020')])
    expect(engine.rooms.trading.positions.size).toBe(0)
  })

  test('a bid at the own ask is refused on both sides, and what stood there ends', () => {
    const { quote, faults, prices, endOf, perpetual, proves } = market()
    const [bid] = quote([both(perpetual, side('99990'), side('100010'))])
    expect(faults(quote([both(perpetual, side('100000'), side('100000'))]))).toEqual([
      'quote_crossed',
      'quote_crossed',
    ])
    expect(prices()).toEqual([null, null])
    expect(endOf(bid?.order)).toMatchObject({
      kind: 'order.cancelled',
      data: { unsolicited: 'quote_rejected' },
    })
    proves()
  })

  test('of one side that would meet the other that stands, that one side ends', () => {
    const { quote, faults, prices, perpetual } = market()
    quote([both(perpetual, side('99990'), side('100010'))])
    expect(faults(quote([both(perpetual, side('100010'), null)]))).toEqual(['quote_crossed'])
    expect(prices()).toEqual([null, at('100010')])
  })

  test('each side is judged by itself, and one that fails leaves the others of the message', () => {
    const { quote, faults, prices, perpetual, call } = market()
    quote([both(perpetual, side('99990'), side('100010'))])
    const settled = quote([
      both(perpetual, side('99990.3'), side('100020')),
      both(call, side('0.04', 10), side('0.06', 10)),
    ])
    expect(faults(settled)).toEqual(['price_off_tick', null, null, null])
    expect(prices()).toEqual([null, at('100020')])
    expect(prices(call)).toEqual([at('0.04'), at('0.06')])
  })

  test('groups are layers: each has its own of an instrument and side', () => {
    const { set, quote, prices, perpetual } = market()
    set('far')
    quote([both(perpetual, side('99990'), side('100010'))])
    quote([both(perpetual, side('99900'), side('100100'))], { group: 'far' })
    expect(prices()).toEqual([at('99990'), at('100010')])
    expect(prices(perpetual, 'far')).toEqual([at('99900'), at('100100')])
  })

  test('post-only ends where it would take, or rests a tick behind', () => {
    const { engine, ben, quote, faults, standing, endOf, perpetual } = market()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 500, price: '100000' })
    const [bid] = quote([both(perpetual, side('99990'), null)])
    expect(faults(quote([both(perpetual, side('100000', 500, { postOnly: true }), null)]))).toEqual([
      'would_take',
    ])
    expect(endOf(bid?.order)?.data.unsolicited).toBe('would_take')
    quote([both(perpetual, side('100000', 500, { postOnly: true, reprices: true }), null)])
    expect(standing('buy')?.price).toBe(at('99999.5'))
  })

  test('a quote takes what it reaches, and only the rest of it stands', () => {
    const { engine, anna, ben, quote, standing, perpetual, proves } = market()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 300, price: '100000' })
    quote([both(perpetual, side('100000', 500), side('100010'))])
    expect(engine.rooms.trading.held(anna, perpetual)).toBe(300n)
    expect(standing('buy')).toMatchObject({ quantity: 500n, filled: 300n, state: 'partially_filled' })
    proves()
  })

  test('is not replaced as an order is; it can be cancelled as one', () => {
    const { engine, quote, standing, perpetual } = market()
    const [bid] = quote([both(perpetual, side('99990'), null)])
    const change = {
      order: bid?.order ?? 0,
      clientOrderId: null,
      price: at('99980'),
      stopPrice: null,
      quantity: null,
      timeInForce: null,
      expiresAt: null,
      minimumQuantity: null,
      allOrNone: null,
      postOnly: null,
      strictLimit: null,
      onReject: 'refuse',
    }
    expect(refusedWith(engine, 'orders.replace', change)).toBe('transition_invalid')
    done(engine, 'orders.cancel', { order: bid?.order ?? 0 })
    expect(standing('buy')).toBeNull()
  })

  test('nothing is taken back while the instrument is halted', () => {
    const { engine, quote, faults, prices, perpetual } = market()
    quote([both(perpetual, side('99990'), side('100010'))])
    done(engine, 'instruments.set_state', { instrument: perpetual, state: 'halted', version: null })
    expect(faults(quote([both(perpetual, side(null, 0), side('100020'))]))).toEqual([
      'instrument_not_open',
      'instrument_not_open',
    ])
    expect(prices()).toEqual([at('99990'), at('100010')])
  })

  test('a preview of one changes nothing, and foresees what comes', () => {
    const { engine, ben, message, perpetual, quote } = market()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 300, price: '100000' })
    quote([both(perpetual, side('99990'), side('100010'))])
    const input = message([
      both(perpetual, side('100000', 400), side('100020')),
      both(perpetual, null, side(null, 0)),
    ])
    const hash = () => `${hashOf(engine.image)} ${derivedHashOf(engine.image)}`
    const [before, time] = [hash(), engine.image.head.time]
    const foreseen = engine.preview({ command: 'orders.quote', input, actor: SYSTEM_ACTOR, time })
    expect(hash()).toBe(before)
    expect(run(engine, 'orders.quote', input, { time })).toEqual(foreseen)
  })
})

describe('groups of protection', () => {
  test('a group that is triggered ends its own quotes alone, and takes none until it is over', () => {
    const { engine, anna, ben, set, quote, faults, prices, take, wait, perpetual, call, proves } = market()
    set('near', { quantityLimit: at('0.01') })
    set('far')
    set(null)
    quote([both(perpetual, side('99990', 2_000), side('100000', 1_000)), both(call, side('0.04', 1), null)])
    quote([both(perpetual, side('99900'), side('100100'))], { group: 'far' })
    const own = place(engine, {
      account: anna,
      instrument: perpetual,
      quantity: 10,
      price: '99000',
      isProtected: true,
    })
    // 1,000 dollars are a hundredth of a coin at 100,000.
    take(ben, 'buy', 1_000, '100000')
    expect([...prices(), ...prices(call)]).toEqual([null, null, null, null])
    expect(prices(perpetual, 'far')).toEqual([at('99900'), at('100100')])
    expect(engine.rooms.trading.orders.has(own)).toBe(true)
    const again = {
      account: anna,
      group: 'near',
      quoteId: '2',
      quotes: [both(perpetual, side('99990'), null)],
    }
    expect(refusedFor(run(engine, 'orders.quote', again))).toBe('protection_frozen')
    wait(10)
    expect(faults(quote([both(perpetual, side('99990'), null)]))).toEqual([null])
    proves()
  })

  test('what comes behind the quote that triggers it is not taken', () => {
    const { engine, ben, set, quote, faults, prices, perpetual, call } = market()
    set('near', { quantityLimit: at('0.01') })
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 1_000, price: '100000' })
    const settled = quote([
      both(perpetual, side('100000', 1_500), side('100010')),
      both(call, side('0.04', 1), null),
    ])
    expect(faults(settled)).toEqual([null, 'protection_frozen', 'protection_frozen'])
    expect([...prices(), ...prices(call)]).toEqual([null, null, null, null])
  })

  test('a reset goes on with one group, a removal ends what stands under it', () => {
    const { engine, anna, set, quote, prices, endOf, perpetual } = market()
    set('far')
    const [bid] = quote([both(perpetual, side('99990'), null)])
    quote([both(perpetual, side('99900'), null)], { group: 'far' })
    set('near', { intervalSeconds: 0 })
    expect(prices()).toEqual([null, null])
    expect(prices(perpetual, 'far')).toEqual([at('99900'), null])
    expect(endOf(bid?.order)?.data.unsolicited).toBe('protection_removed')
    done(engine, 'protections.reset', { account: anna, index: 'btc_usd', group: 'far' })
    expect(refusedWith(engine, 'protections.reset', { account: anna, index: 'btc_usd', group: 'near' })).toBe(
      'not_visible',
    )
  })

  test('a side of an instrument comes to no more than the most of its group, in coin', () => {
    const { set, quote, faults, prices, endOf, standing, perpetual } = market()
    set('near', { sideQuantityMax: at('0.01') })
    // At 100,000 a hundredth of a coin is 1,000 dollars; at 99,990 the same dollars are more coin.
    expect(faults(quote([both(perpetual, side('99990', 1_000), side('100010', 1_000))]))).toEqual([
      'quantity_limit',
      null,
    ])
    expect(faults(quote([both(perpetual, side('99990', 990), null)]))).toEqual([null])
    const bid = standing('buy')?.id
    set('near', { sideQuantityMax: at('0.005') })
    expect(prices()).toEqual([null, null])
    expect(endOf(bid)?.data.unsolicited).toBe('protection_curtailed')
  })

  test('of protected orders all of a side count together', () => {
    const { engine, anna, set, perpetual } = market()
    set(null, { sideQuantityMax: at('0.01') })
    const order = (quantity: number, price = '100000') => ({
      account: anna,
      instrument: perpetual,
      side: 'sell' as const,
      quantity,
      price,
      isProtected: true,
    })
    const first = place(engine, order(600))
    const second = place(engine, order(400))
    expect(() => place(engine, order(10))).toThrow(/quantity_limit|at most/)
    set(null, { sideQuantityMax: at('0.008') })
    const { orders } = engine.rooms.trading
    expect([orders.has(first), orders.has(second)]).toEqual([true, false])
  })

  test('a cancel that asks for it keeps quotes away for a second, and takes the quotes that are meant', () => {
    const { engine, anna, message, quote, prices, wait, perpetual, call, proves } = market()
    const order = place(engine, { account: anna, instrument: perpetual, quantity: 10, price: '90000' })
    const cancel = (more: Readonly<Record<string, Plain>>) =>
      done<{ orders: readonly OrderId[] }>(engine, 'orders.cancel_all', {
        account: anna,
        instrument: null,
        side: null,
        ...more,
      }).orders
    const all = [both(perpetual, side('99990'), side('100010'), 'a'), both(call, side('0.04', 10), null, 'b')]
    quote(all)
    expect(cancel({ quoteSet: 'b' })).toHaveLength(1)
    expect(prices(call)).toEqual([null, null])
    quote(all)
    expect(cancel({ onlyQuotes: true, instruments: [call] })).toHaveLength(1)
    expect(cancel({ onlyQuotes: true, freezesQuotes: true })).toHaveLength(2)
    expect(engine.rooms.trading.orders.has(order)).toBe(true)
    expect(refusedFor(run(engine, 'orders.quote', message(all)))).toBe('quotes_frozen')
    wait(0.999_999)
    expect(refusedFor(run(engine, 'orders.quote', message(all)))).toBe('quotes_frozen')
    wait(0.000_001)
    expect(quote(all)).toHaveLength(3)
    proves()
  })

  test('of names and numbers of groups', () => {
    const { engine, anna, set } = market()
    const config = {
      account: anna,
      intervalSeconds: 5,
      frozenSeconds: 0,
      quantityLimit: at('1'),
      deltaLimit: null,
    }
    const named = (group: string) => ({ ...config, index: 'btc_usd', group })
    done(engine, 'protections.set', named('x'.repeat(QUOTE_GROUP_LENGTH_MAX)))
    for (const group of ['x'.repeat(QUOTE_GROUP_LENGTH_MAX + 1), '', 'naïve'])
      expect(refusedWith(engine, 'protections.set', named(group))).toBe('malformed')
    publish(engine, [], { eth_usd: '4000' })
    expect(refusedWith(engine, 'protections.set', { ...config, index: 'eth_usd', group: 'near' })).toBe(
      'malformed',
    )
    expect(refusedWith(engine, 'protections.set', { ...named('low'), sideQuantityMax: 0n })).toBe('malformed')
    for (let number = 2; number < QUOTE_GROUPS_MAX; number += 1) set(`g${number}`)
    set('g2')
    expect(refusedWith(engine, 'protections.set', named('one more'))).toBe('limit_reached')
    set(null)
    expect(engine.rooms.trading.protections.size).toBe(QUOTE_GROUPS_MAX + 1)
  })
})

describe('a message that is refused as a whole', () => {
  test.each([
    ['no quotes', { quotes: [] }],
    ['a group without a name', { group: '' }],
    ['a message without a name', { quoteId: '' }],
    ['too long a name', { quoteId: 'x'.repeat(QUOTE_ID_LENGTH_MAX + 1) }],
    ['a connection of two words', { connection: 'two words' }],
  ])('%s', (_what, wrong) => {
    const { engine, message, perpetual } = market()
    const good = message([both(perpetual, side('99990'), null)])
    expect(refusedWith(engine, 'orders.quote', { ...good, ...wrong })).toBe('malformed')
    done(engine, 'orders.quote', { ...good, quoteId: 'x'.repeat(QUOTE_ID_LENGTH_MAX) })
  })

  test.each<[string, string, (instrument: InstrumentId) => Plain]>([
    ['neither side', '/quotes/1/bid', (instrument) => both(instrument, null, null)],
    ['a side of nothing', '/quotes/1/ask/price', (instrument) => both(instrument, null, side(null, null))],
    ['a price below zero', '/quotes/1/bid/price', (instrument) => both(instrument, side('-1'), null)],
    [
      'a quantity below zero',
      '/quotes/1/bid/quantity',
      (instrument) => both(instrument, side('1', -1), null),
    ],
    [
      'a new price without post-only',
      '/quotes/1/bid/reprices',
      (instrument) => both(instrument, side('1', 10, { reprices: true }), null),
    ],
    [
      'too long a set',
      '/quotes/1/quote_set',
      (instrument) => both(instrument, side('1'), null, 'x'.repeat(QUOTE_ID_LENGTH_MAX + 1)),
    ],
  ])('%s', (_what, field, wrong) => {
    const { engine, message, prices, perpetual } = market()
    const outcome = run(
      engine,
      'orders.quote',
      message([both(perpetual, side('99990'), null), wrong(perpetual)]),
    )
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'malformed', field } })
    expect(prices()).toEqual([null, null])
  })

  test(`more than ${QUOTES_OF_COMMAND_MAX} instruments`, () => {
    const { engine, message, quote, perpetual } = market()
    const many = Array.from({ length: QUOTES_OF_COMMAND_MAX }, (_each, place) =>
      both(perpetual, side(`${90_000 + place}`), side(`${110_000 - place}`)),
    )
    expect(refusedWith(engine, 'orders.quote', message([...many, ...many.slice(0, 1)]))).toBe('malformed')
    expect(quote(many)).toHaveLength(2 * QUOTES_OF_COMMAND_MAX)
  })

  test('instruments that do not follow its index, or are not there', () => {
    const { engine, message, perpetual } = market()
    const good = both(perpetual, side('99990'), null)
    publish(engine, [], { eth_usd: '4000' })
    const other = linearPerpetual(engine, 'ETH_USDC-PERPETUAL', {
      derivative: {
        base: 'ETH',
        index: 'eth_usd',
        option: null,
        style: 'linear',
        funding: { damper: 0n, cap: 0n },
      },
    })
    const spot = pair(engine, 'BTC' as never, USDC)
    for (const instrument of [other, spot]) {
      const outcome = run(engine, 'orders.quote', message([good, both(instrument, side('1'), null)]))
      expect(outcome).toMatchObject({ refusal: { code: 'malformed', field: '/quotes/1/instrument' } })
    }
    expect(refusedWith(engine, 'orders.quote', message([both(999_999 as never, side('1'), null)]))).toBe(
      'instrument_unknown',
    )
  })

  test('of a group that there is not, and of an account that may not quote', () => {
    const { engine, world, message, perpetual } = market()
    const quotes = [both(perpetual, side('99990'), null)]
    expect(refusedFor(run(engine, 'orders.quote', message(quotes, { group: 'none' })))).toBe(
      'protection_missing',
    )
    done(engine, 'settings.set', {
      node: world.firm,
      name: 'orders.quotes',
      value: false,
      from: null,
    })
    expect(refusedFor(run(engine, 'orders.quote', message(quotes)))).toBe('quotes_disabled')
  })
})

const refusedFor = (outcome: ReturnType<typeof run>): unknown =>
  outcome.kind === 'refused' ? outcome.refusal.data?.reason : outcome.kind
