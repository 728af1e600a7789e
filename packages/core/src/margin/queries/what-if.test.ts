/** What would be required: of orders by themselves, of other positions, after an expiry, under the other model. */
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  future,
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  option,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { hashOf } from '../../testing/hash.js'
import { at, place } from '../../testing/market-world.js'
import { answer, done, openAccount, run, START } from '../../testing/world.js'

const text = (value: unknown, currency: CurrencyCode) => formatAmount(value as never, currencyOf(currency))
type Told = Readonly<Record<string, bigint>>
const refusal = (engine: Engine, query: string, input: object) => {
  const answered = engine.read(query, { kind: 'system' }, input, engine.image.head.time)
  return 'refusal' in answered ? answered.refusal.code : null
}

/** Long one coin at 100,000 with ten, and a maker. */
function held(type = 'segregated_standard', balances: Readonly<Record<string, string>> = { BTC: '10' }) {
  const world = openDerivatives('100000')
  const { engine } = world
  publish(engine, [], { usdc_usd: '1' })
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  const account = margined(world, 'holder', balances, type)
  const maker = margined(world, 'maker', { BTC: '1000', USDC: '10000000' })
  place(engine, { account: maker, instrument, side: 'sell', quantity: 100_000, price: '100000' })
  place(engine, { account, instrument, quantity: 100_000, price: '100000' })
  return { world, engine, instrument, account, maker }
}

describe('margin.of_quantity and margin.of_order', () => {
  test('what a buy and a sale would add; the side that reduces adds nothing', () => {
    const { engine, instrument, account } = held()
    const of = (quantity: bigint) =>
      answer<Told>(engine, 'margin.of_quantity', { account, instrument, quantity, price: at('100000') })
    // 1.5 coin at 2.0075 % less one at 2.005 %: 0.0301125 − 0.02005.
    const half = of(50_000n)
    expect([half.buy, half.sell].map((each) => text(each, BTC))).toEqual(['0.01006250', '0.00000000'])
    // Three coins sold leave a short of two: 2 × 2.01 % = 0.0402, 0.02015 more than now.
    expect(text(of(300_000n).sell, BTC)).toBe('0.02015000')
    const order = place(engine, { account, instrument, quantity: 50_000, price: '90000' })
    expect(text(answer<Told>(engine, 'margin.of_order', { order }).initialMargin, BTC)).toBe('0.01006250')
    // Of a purchase of options the premium, and no fee.
    const call = option(engine, 'inverse', 'call', '120000', after(START, DAY))
    publish(engine, [[call, '0.05']])
    const bought = answer<Told>(engine, 'margin.of_quantity', {
      account,
      instrument: call,
      quantity: 20n,
      price: at('0.06'),
    })
    // Two coins at 0.06; short ones at 15 % less 20 % out of the money, at least 10 %, and the mark: 2 × 0.15.
    expect([bought.buy, bought.sell].map((each) => text(each, BTC))).toEqual(['0.12000000', '0.30000000'])
  })

  test('refused: nothing asked, no price, an order that is not open', () => {
    const { engine, instrument, account } = held()
    const asked = { account, instrument, quantity: 10n, price: at('1') }
    expect(refusal(engine, 'margin.of_quantity', { ...asked, quantity: 0n })).toBe('malformed')
    // Ten dollars are a lot.
    expect(refusal(engine, 'margin.of_quantity', { ...asked, quantity: 15n })).toBe('malformed')
    expect(refusal(engine, 'margin.of_quantity', { ...asked, price: 0n })).toBe('malformed')
    expect(refusal(engine, 'margin.of_quantity', { ...asked, instrument: 1 })).toBe('instrument_unknown')
    expect(refusal(engine, 'margin.of_order', { order: 1 })).toBe('not_visible')
  })
})

describe('margin.simulate', () => {
  const simulate = (
    engine: Engine,
    account: AccountId,
    positions: readonly (readonly [number, number])[],
    isAdded = true,
    currency = BTC,
  ) =>
    answer<Told>(engine, 'margin.simulate', {
      account,
      currency,
      positions: positions.map(([instrument, quantity]) => ({ instrument, quantity: BigInt(quantity) })),
      isAdded,
    })

  test('beside what is held, or in its place; nothing is changed', () => {
    const { engine, instrument, account } = held()
    const before = hashOf(engine.image)
    // Two coins at 2.01 %.
    expect(text(simulate(engine, account, [[instrument, 100_000]]).initialMargin, BTC)).toBe('0.04020000')
    expect(text(simulate(engine, account, [[instrument, -100_000]]).initialMargin, BTC)).toBe('0.00000000')
    // Half a coin short in place of it: 0.5 × 2.0025 %.
    const instead = simulate(engine, account, [[instrument, -50_000]], false)
    expect(text(instead.initialMargin, BTC)).toBe('0.01001250')
    expect(text(instead.available, BTC)).toBe('9.98998750')
    expect(text(simulate(engine, account, [], false).initialMargin, BTC)).toBe('0.00000000')
    expect(hashOf(engine.image)).toBe(before)
  })

  test('an option is taken at its mark: cash becomes value, and equity stays', () => {
    const { engine, account } = held()
    const call = option(engine, 'inverse', 'call', '120000', after(START, DAY))
    publish(engine, [[call, '0.05']])
    const long = simulate(engine, account, [[call, 10]])
    expect(['balance', 'optionsValue', 'ownEquity'].map((name) => text(long[name], BTC))).toEqual([
      '9.95000000',
      '0.05000000',
      '10.00000000',
    ])
    const short = simulate(engine, account, [[call, -10]])
    expect(['balance', 'optionsValue', 'ownEquity'].map((name) => text(short[name], BTC))).toEqual([
      '10.05000000',
      '-0.05000000',
      '10.00000000',
    ])
    // 10 % and the mark, beside one coin of the perpetual.
    expect(text(short.initialMargin, BTC)).toBe('0.17005000')
  })

  test('across a pool', () => {
    const { engine, account } = held('cross_standard')
    const linear = linearPerpetual(engine)
    publish(engine, [[linear, '100000']])
    // A coin of each: 2,005 dollars twice, of 1,000,000.
    const both = simulate(engine, account, [[linear, 10_000]], true, USDC)
    expect(text(both.initialMargin, USDC)).toBe('4010.000000')
    expect(text(both.available, USDC)).toBe('995990.000000')
  })

  test('refused: other currencies, unknown instruments, parts of lots, too many, accounts without derivatives', () => {
    const { engine, world, instrument, account } = held()
    const linear = linearPerpetual(engine)
    const asked = { account, currency: BTC, isAdded: true }
    const of = (positions: readonly object[]) => refusal(engine, 'margin.simulate', { ...asked, positions })
    expect(of([{ instrument: linear, quantity: 1n }])).toBe('currencies_differ')
    expect(of([{ instrument: 1, quantity: 1n }])).toBe('instrument_unknown')
    expect(of([{ instrument, quantity: -10n }])).toBeNull()
    expect(of([{ instrument, quantity: -15n }])).toBe('malformed')
    expect(of(Array.from({ length: 1_001 }, () => ({ instrument: linear, quantity: 1n })))).toBe('malformed')
    const plain = openAccount(engine, world.firm, 'plain', { type: 'cash' })
    expect(refusal(engine, 'margin.simulate', { ...asked, account: plain, positions: [] })).toBe(
      'order_rejected',
    )
  })
})

test('margin.project leaves out positions and orders that expire by then', () => {
  const { engine, world, account, maker } = held()
  const expiry = after(START, DAY)
  const dated = future(engine, 'inverse', expiry)
  publish(engine, [[dated, '100000']])
  place(engine, { account: maker, instrument: dated, side: 'sell', quantity: 100_000, price: '100000' })
  place(engine, { account, instrument: dated, quantity: 100_000, price: '100000' })
  place(engine, { account, instrument: dated, quantity: 50_000, price: '90000' })
  const project = (expiringBy: number) => {
    const told = answer<Told>(engine, 'margin.project', { account, currency: BTC, expiringBy })
    return [told.initialMargin, told.maintenanceMargin].map((each) => text(each, BTC))
  }
  // Two positions of 0.02005 and the order of 0.0100625; 0.01005 each are kept.
  expect(project(expiry - 1)).toEqual(['0.05016250', '0.02010000'])
  expect(project(expiry)).toEqual(['0.02005000', '0.01005000'])
  const plain = openAccount(engine, world.firm, 'plain', { type: 'cash' })
  const asked = { account: plain, currency: BTC, expiringBy: expiry }
  expect(refusal(engine, 'margin.project', asked)).toBe('order_rejected')
})

describe('margin.compare_models and margin.change_model', () => {
  test('a hedge across currencies is worth more in a pool; too little margin refuses the way back', () => {
    const { engine, world, account } = held('segregated_standard', { BTC: '0.0201', USDC: '100000' })
    const compared = answer<readonly Record<string, Told & string>[]>(engine, 'margin.compare_models', {
      account,
      type: 'cross_standard',
    })
    const of = (currency: string) => compared.find((each) => String(each.currency) === currency)
    // 0.0201 − 0.02005 alone; with 100,000 dollars at 100,000 a coin more.
    expect(text(of('BTC')?.before?.available, BTC)).toBe('0.00005000')
    expect(text(of('BTC')?.after?.available, BTC)).toBe('1.00005000')
    expect(text(of('USDC')?.after?.available, USDC)).toBe('100005.000000')
    done(engine, 'margin.change_model', { account, type: 'cross_standard' })
    const { accounts } = engine.rooms.hierarchy
    expect(accounts.type.get(accounts.row(account))).toBe('cross_standard')
    // Out of the pool the coin goes: what is left would not do alone.
    done(engine, 'transfers.create', {
      from: account,
      to: world.book.accounts.outsideWorld,
      currency: BTC,
      amount: 200_000_000n,
      description: null,
    })
    const before = hashOf(engine.image)
    expect(run(engine, 'margin.change_model', { account, type: 'segregated_standard' })).toMatchObject({
      refusal: { code: 'margin_insufficient', data: { currency: 'BTC' } },
    })
    expect(hashOf(engine.image)).toBe(before)
    // The same model again changes nothing.
    const version = accounts.version.get(accounts.row(account))
    expect(done(engine, 'margin.change_model', { account, type: 'cross_standard' })).toEqual({
      account,
      version,
    })
  })

  test('accounts of other types have no model to change', () => {
    const { engine, world, account } = held()
    const plain = openAccount(engine, world.firm, 'plain', { type: 'cash' })
    expect(run(engine, 'margin.change_model', { account: plain, type: 'cross_standard' })).toMatchObject({
      refusal: { code: 'transition_invalid' },
    })
    expect(run(engine, 'margin.change_model', { account, type: 'cash' })).toMatchObject({
      refusal: { code: 'malformed', field: '/type' },
    })
  })
})
