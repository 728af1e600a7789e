import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY, HOUR, instant, MINUTE, SECOND } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  type DerivativesWorld,
  future,
  inversePerpetual,
  linearPerpetual,
  margined,
  money,
  openDerivatives,
  option,
  publish,
} from '../../testing/derivatives-world.js'
import { hashOf, textHash } from '../../testing/hash.js'
import { at, contract, place } from '../../testing/market-world.js'
import { answer, done, openAccount, run, START } from '../../testing/world.js'

type Leg = readonly [instrument: number, quantity: number, price?: string]
interface Moved {
  readonly move: number
  readonly legs: readonly { readonly trade: number; readonly side: string; readonly price: bigint }[]
}

/** A main account and a subaccount, and somebody who trades with them. */
function desk(coin = '10') {
  const world = openDerivatives('100000')
  const balances = { BTC: coin, USDC: '100000' }
  const main = margined(world, 'main', balances)
  const sub = subaccount(world, main, 'sub', balances)
  const maker = margined(world, 'maker', { BTC: '1000', USDC: '10000000' })
  return { world, engine: world.engine, main, sub, maker }
}

function subaccount(
  world: DerivativesWorld,
  main: AccountId,
  name: string,
  balances: Readonly<Record<string, string>>,
): AccountId {
  const account = openAccount(world.engine, world.firm, name, { main, type: 'segregated_standard' })
  for (const [currency, text] of Object.entries(balances))
    done(world.engine, 'transfers.create', {
      from: world.book.accounts.outsideWorld,
      to: account,
      currency,
      amount: money(text, currency as CurrencyCode),
      description: null,
    })
  return account
}

const input = (from: AccountId, to: AccountId, legs: readonly Leg[]) => ({
  from,
  to,
  legs: legs.map(([instrument, quantity, price]) => ({
    instrument,
    quantity: BigInt(quantity),
    price: price === undefined ? null : at(price),
  })),
})
const move = (engine: Engine, from: AccountId, to: AccountId, legs: readonly Leg[]): Moved =>
  done<Moved>(engine, 'positions.move', input(from, to, legs))

/** The code of a refusal with its reason and field, and a proof that nothing changed. */
function refusal(engine: Engine, from: AccountId, to: AccountId, legs: readonly Leg[]) {
  const before = hashOf(engine.image)
  const outcome = run(engine, 'positions.move', input(from, to, legs))
  if (outcome.kind !== 'refused') throw new Error(`expected a refusal, was ${outcome.kind}`)
  expect(hashOf(engine.image)).toBe(before)
  const { code, field, data } = outcome.refusal
  return { code, field: field ?? null, reason: data?.reason ?? null, wait: data?.wait ?? null }
}

/** The taker buys (or sells) against the maker at a price. */
function trade(
  { engine, maker }: { readonly engine: Engine; readonly maker: AccountId },
  account: AccountId,
  instrument: number,
  signed: number,
  price: string,
): void {
  const quantity = Math.abs(signed)
  const [own, other] = signed > 0 ? (['buy', 'sell'] as const) : (['sell', 'buy'] as const)
  place(engine, { account: maker, instrument: instrument as never, side: other, quantity, price })
  place(engine, { account, instrument: instrument as never, side: own, quantity, price })
}

const balance = ({ rooms: { ledger } }: Engine, account: AccountId, currency: CurrencyCode): string =>
  formatAmount(ledger.posted(ledger.find(account, currency)), currencyOf(currency))
const shown = (engine: Engine, account: AccountId, instrument: number, currency: CurrencyCode) => {
  const view = answer<Record<string, bigint>>(engine, 'positions.get', { account, instrument })
  const text = (name: string) => formatAmount((view[name] ?? 0n) as never, currencyOf(currency))
  return {
    quantity: Number(view.quantity),
    cost: text('cost'),
    realized: text('realized'),
    session: [text('sessionRealized'), text('sessionUnrealized')],
  }
}
const broken = (engine: Engine) => engine.verify(textHash).filter((check) => !check.holds)

describe('a move of positions', () => {
  test('at the average entry price: the source realizes nothing, the target goes on from there', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    publish(engine, [[instrument, '125000']])
    const { legs } = move(engine, main, sub, [[instrument, 40_000]])
    expect(legs).toMatchObject([{ side: 'buy', price: at('100000') }])
    // 40,000 / 100,000 coin of the cost goes; 40,000 × (1/100,000 − 1/125,000) = 0.08 is gained by the target since.
    expect(shown(engine, main, instrument, BTC)).toEqual({
      quantity: 60_000,
      cost: '-0.60000000',
      realized: '0.00000000',
      session: ['0.00000000', '0.12000000'],
    })
    expect(shown(engine, sub, instrument, BTC)).toEqual({
      quantity: 40_000,
      cost: '-0.40000000',
      realized: '0.00000000',
      session: ['0.00000000', '0.08000000'],
    })
    // Money stays where it is, and nothing is charged.
    expect([main, sub].map((account) => balance(engine, account, BTC))).toEqual([
      '10.00000000',
      '10.00000000',
    ])
    expect(broken(engine)).toEqual([])
  })

  test('at another price: the source realizes the difference, and the target pays it with its entry', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '125000']])
    trade(world, main, instrument, -100_000, '100000')
    // A short moved at the mark; the price is on no tick. 50,000 × (1/125,000 − 1/100,000) = −0.1.
    const { legs } = move(engine, main, sub, [[instrument, 50_000, '125000']])
    expect(legs).toMatchObject([{ side: 'sell', price: at('125000') }])
    expect(shown(engine, main, instrument, BTC)).toEqual({
      quantity: -50_000,
      cost: '0.50000000',
      realized: '-0.10000000',
      session: ['-0.10000000', '-0.10000000'],
    })
    expect(shown(engine, sub, instrument, BTC)).toEqual({
      quantity: -50_000,
      cost: '0.40000000',
      realized: '0.00000000',
      session: ['0.00000000', '0.00000000'],
    })
    expect(broken(engine)).toEqual([])
  })

  test('what sessions have paid stays paid: both together have at the end what one would have had', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    publish(engine, [[instrument, '125000']], { btc_usd: '125000' })
    engine.tick(after(START, 23 * HOUR + SECOND))
    expect(balance(engine, main, BTC)).toBe('10.20000000')
    // All of it goes at 100,000: what the session had paid the source goes back with the position.
    move(engine, main, sub, [[instrument, 100_000]])
    expect(shown(engine, main, instrument, BTC)).toMatchObject({
      quantity: 0,
      realized: '0.00000000',
      session: ['-0.20000000', '0.00000000'],
    })
    expect(shown(engine, sub, instrument, BTC).session).toEqual(['0.00000000', '0.20000000'])
    engine.tick(after(START, 47 * HOUR + SECOND))
    expect([main, sub].map((account) => balance(engine, account, BTC))).toEqual([
      '10.00000000',
      '10.20000000',
    ])
    expect(broken(engine)).toEqual([])
  })

  test('several legs, futures and options: an option is paid for, so that no worth changes hands', () => {
    const world = desk()
    const { engine, main, sub } = world
    const expiry = after(START, 30 * DAY)
    const dated = future(engine, 'inverse', expiry)
    const call = option(engine, 'inverse', 'call', '120000', expiry)
    publish(engine, [
      [dated, '101000'],
      [call, '0.05'],
    ])
    trade(world, main, dated, 50_000, '101000')
    trade(world, main, call, 20, '0.05')
    // Two coins of calls at 0.05 were paid: 9.9. They go for the same, and the future for nothing.
    move(engine, main, sub, [
      [dated, 50_000],
      [call, 20],
    ])
    expect([main, sub].map((account) => balance(engine, account, BTC))).toEqual(['10.00000000', '9.90000000'])
    expect(shown(engine, sub, call, BTC)).toMatchObject({ quantity: 20, cost: '0.10000000' })
    // A written call: the target is paid for taking it over.
    trade(world, main, call, -10, '0.05')
    move(engine, main, sub, [[call, 10]])
    // 9.9 + 0.05 for one coin's call, that closes half of the long there.
    expect([main, sub].map((account) => balance(engine, account, BTC))).toEqual(['10.00000000', '9.95000000'])
    expect(shown(engine, sub, call, BTC)).toMatchObject({ quantity: 10, cost: '0.05000000' })
    expect(broken(engine)).toEqual([])
  })

  test('is two executions of one trade, without order, fee, volume or last price, and opens no interest', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 1_000, '100000')
    const row = engine.rooms.market.instruments.row(instrument)
    const figures = () => ({
      volume: engine.rooms.market.statistics.volume.get(engine.rooms.market.statistics.row(instrument)),
      last: engine.rooms.market.lastPrice(row),
      interest: engine.rooms.market.openInterest(row),
    })
    const before = figures()
    engine.takeBatch()
    const { legs } = move(engine, main, sub, [[instrument, 1_000]])
    const told = (engine.takeBatch()?.events ?? []).filter(({ kind }) => kind === 'trade.moved')
    expect(told.map(({ data }) => [data.account, data.trade, data.order, data.fee])).toEqual([
      [main, legs[0]?.trade, { id: null, account: main, instrument, side: 'sell' }, 0n],
      [sub, legs[0]?.trade, { id: null, account: sub, instrument, side: 'buy' }, 0n],
    ])
    expect(told[0]?.data.counterExecution).toBe(told[1]?.data.execution)
    expect(figures()).toEqual(before)
  })

  test('orders that may only reduce go where there is nothing left to reduce', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 1_000, '100000')
    place(engine, {
      account: main,
      instrument,
      side: 'sell',
      quantity: 1_000,
      price: '110000',
      reduceOnly: true,
    })
    move(engine, main, sub, [[instrument, 500]])
    expect(engine.rooms.trading.ordersOf.isEmpty(main)).toBe(true)
  })
})

describe('what is refused', () => {
  function held() {
    const world = desk('0.5')
    const { engine, main } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    return { ...world, instrument }
  }

  test('accounts of other main accounts, the same account, accounts that may not deal', () => {
    const { engine, main, sub, maker, world, instrument } = held()
    expect(refusal(engine, main, main, [[instrument, 10]]).code).toBe('same_account')
    expect(refusal(engine, main, maker, [[instrument, 10]])).toMatchObject({
      code: 'main_account_invalid',
      field: '/to',
    })
    expect(refusal(engine, main, world.book.accounts.fees, [[instrument, 10]]).code).toBe(
      'main_account_invalid',
    )
    const block = { target: sub, kind: 'trading', reason: 'looked into', until: null }
    const { block: set } = done<{ block: number }>(engine, 'blocks.set', block)
    expect(refusal(engine, main, sub, [[instrument, 10]]).code).toBe('account_not_active')
    done(engine, 'blocks.lift', { block: set })
    done(engine, 'accounts.suspend', { account: sub, version: null, reason: 'x' })
    expect(refusal(engine, main, sub, [[instrument, 10]]).code).toBe('account_not_active')
    expect(refusal(engine, sub, main, [[instrument, 10]]).code).toBe('account_not_active')
  })

  test('an account whose type carries no derivatives', () => {
    const { engine, main, world, instrument } = held()
    const plain = openAccount(engine, world.firm, 'plain', { main, type: 'cash' })
    expect(refusal(engine, main, plain, [[instrument, 10]])).toMatchObject({
      code: 'order_rejected',
      reason: 'account_type',
    })
  })

  test('more than is open, no whole lots, nothing, odd prices', () => {
    const { engine, main, sub, instrument } = held()
    const of = (quantity: number, price?: string) =>
      refusal(engine, main, sub, [
        price === undefined ? [instrument, quantity] : [instrument, quantity, price],
      ])
    expect(of(100_010)).toMatchObject({ code: 'insufficient_position', field: '/legs/0/quantity' })
    expect(of(15)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(0)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(-10)).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
    expect(of(10, '0')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
    expect(of(10, '-1')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
    // The lowest price of an order in it is 0.5.
    expect(of(10, '0.4')).toMatchObject({ code: 'malformed', field: '/legs/0/price' })
  })

  test('legs: none, an instrument twice, other currencies, what is no derivative, what is not open', () => {
    const { engine, main, sub, instrument } = held()
    const linear = linearPerpetual(engine)
    expect(refusal(engine, main, sub, [])).toMatchObject({ code: 'malformed', field: '/legs' })
    const twice: Leg[] = [
      [instrument, 10],
      [instrument, 10],
    ]
    expect(refusal(engine, main, sub, twice)).toMatchObject({
      code: 'malformed',
      field: '/legs/1/instrument',
    })
    const both: Leg[] = [
      [instrument, 10],
      [linear, 1],
    ]
    expect(refusal(engine, main, sub, both)).toMatchObject({
      code: 'currencies_differ',
      field: '/legs/1/instrument',
    })
    const rain = contract(engine, 'rain')
    expect(refusal(engine, main, sub, [[rain, 1]])).toMatchObject({ code: 'malformed' })
    expect(refusal(engine, main, sub, [[999_999, 1]])).toMatchObject({
      code: 'instrument_unknown',
      field: '/legs/0/instrument',
    })
    done(engine, 'instruments.set_state', { instrument, state: 'halted', version: null })
    expect(refusal(engine, main, sub, [[instrument, 10]])).toMatchObject({
      code: 'order_rejected',
      reason: 'instrument_not_open',
    })
    const many = Array.from({ length: 251 }, (): Leg => [instrument, 10])
    expect(refusal(engine, main, sub, many)).toMatchObject({ code: 'malformed', field: '/legs' })
  })

  test('all legs or none', () => {
    const world = desk()
    const { engine, main, sub } = world
    const dated = future(engine, 'inverse', after(START, 30 * DAY))
    const instrument = inversePerpetual(engine)
    publish(engine, [
      [instrument, '100000'],
      [dated, '100000'],
    ])
    trade(world, main, instrument, 100, '100000')
    trade(world, main, dated, 100, '100000')
    const legs: Leg[] = [
      [instrument, 100],
      [dated, 110],
    ]
    expect(refusal(engine, main, sub, legs).field).toBe('/legs/1/quantity')
  })

  test('a target without the margin; a source that would be left without it', () => {
    const { engine, main, world, instrument } = held()
    // One coin at 2.005 % requires 0.02005.
    const [short, enough] = [
      subaccount(world, main, 'short', { BTC: '0.02004999' }),
      subaccount(world, main, 'enough', { BTC: '0.02005' }),
    ]
    expect(refusal(engine, main, short, [[instrument, 100_000]]).code).toBe('margin_insufficient')
    move(engine, main, enough, [[instrument, 100_000]])
    expect(engine.rooms.trading.held(enough, instrument)).toBe(100_000n)
    // It would realize 90,000 × (1/100,000 − 1/50,000) = −0.9, and has 0.02005.
    expect(refusal(engine, enough, main, [[instrument, 90_000, '50000']]).code).toBe('margin_insufficient')
    // Who lacks margin may give away what requires it.
    publish(engine, [[instrument, '99000']])
    move(engine, enough, main, [[instrument, 90_000]])
    expect(broken(engine)).toEqual([])
  })

  test('limits of position at the target', () => {
    const { engine, main, sub, instrument } = held()
    const limit = (node: number, more: object) =>
      done(engine, 'risk_limits.set', {
        node,
        authority: null,
        instrument,
        currency: null,
        orderQuantity: null,
        orderNotional: null,
        position: null,
        priceLow: null,
        priceHigh: null,
        priceDeviation: null,
        openOrders: null,
        orderRate: null,
        dailyLoss: null,
        liftsDaily: false,
        ...more,
      })
    // Units count 10^-9.
    limit(sub, { position: 50_000n * 10n ** 9n })
    expect(refusal(engine, main, sub, [[instrument, 50_010]])).toMatchObject({
      code: 'order_rejected',
      reason: 'position_limit',
    })
    move(engine, main, sub, [[instrument, 50_000]])
    // A limit of the main account over all of its accounts changes by no move between them.
    limit(main, { position: 60_000n * 10n ** 9n })
    move(engine, sub, main, [[instrument, 10_000]])
    expect(refusal(engine, sub, main, [[instrument, 10]])).toMatchObject({ reason: 'position_limit' })
  })
})

describe('a hundred in any 168 hours', () => {
  test('counted by main account from what was moved; a refusal says how long to wait and counts nothing', () => {
    const world = desk()
    const { engine, main, sub } = world
    const other = margined(world.world, 'other', { BTC: '10' })
    const otherSub = subaccount(world.world, other, 'other-sub', { BTC: '10' })
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    trade(world, other, instrument, 1_000, '100000')
    const begun = engine.image.head.time
    const there = (time = engine.image.head.time) =>
      run(engine, 'positions.move', input(main, sub, [[instrument, 10]]), { time })
    expect(there().kind).toBe('done')
    for (let count = 1; count < 100; count += 1) expect(there(after(begun, count * MINUTE)).kind).toBe('done')
    const time = after(begun, 100 * MINUTE)
    // The first leaves the week 168 hours behind the beginning: 604,800 s less 6,000 s.
    expect(there(time)).toMatchObject({
      refusal: { code: 'moves_exceeded', data: { limit: 100, wait: 598_800 } },
    })
    // The way back counts with it; another main account has its own.
    expect(run(engine, 'positions.move', input(sub, main, [[instrument, 10]]), { time })).toMatchObject({
      refusal: { code: 'moves_exceeded' },
    })
    expect(run(engine, 'positions.move', input(other, otherSub, [[instrument, 10]]), { time }).kind).toBe(
      'done',
    )
    const week = 7 * DAY
    expect(there(instant(begun + week - 1))).toMatchObject({ refusal: { data: { wait: 1 } } })
    expect(there(after(begun, week)).kind).toBe('done')
    expect(there(after(begun, week))).toMatchObject({ refusal: { data: { wait: 60 } } })
    expect(engine.rooms.trading.moves.size).toBe(101)
    expect(broken(engine)).toEqual([])
  })

  test('a house sets how often', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    const setting = { node: world.world.firm, name: 'positions.moves_per_week', from: null }
    done(engine, 'settings.set', { ...setting, value: 1 })
    move(engine, main, sub, [[instrument, 10]])
    expect(refusal(engine, main, sub, [[instrument, 10]])).toMatchObject({
      code: 'moves_exceeded',
      wait: 604_800,
    })
    for (const value of [0, 10_001])
      expect(run(engine, 'settings.set', { ...setting, value })).toMatchObject({
        refusal: { code: 'setting_invalid' },
      })
  })
})
