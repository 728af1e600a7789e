/** Currency pairs: what a trade exchanges, what open orders lock, and what nobody may ask of a pair. */
import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { Plain } from '../image/index.js'
import type { FeeScheduleId } from '../market/index.js'
import { BTC, balance, money, pair, USDC } from '../testing/derivatives-world.js'
import { broken } from '../testing/hash.js'
import { at, instrumentInput, orderInput, place, placeFault } from '../testing/market-world.js'
import { both, buy, fills, margin, sell, spot } from '../testing/pairs-world.js'
import { answer, done, refusedWith } from '../testing/world.js'

const schedule = (engine: Engine, kind: string, taker: string, maker: string): FeeScheduleId =>
  done<{ feeSchedule: FeeScheduleId }>(engine, 'fee_schedules.create', {
    name: `${kind}-${taker}`,
    kind,
    takerRate: at(taker),
    makerRate: at(maker),
    rounding: 'up',
  }).feeSchedule

describe('a fill exchanges the two currencies', () => {
  test('0.25 coin at 99,000.50: both balances move, and no position is left', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    sell(desk, 2_500, '99000.5')
    buy(desk, 2_500, '99000.5')
    // 0.25 × 99,000.50 = 24,750.125.
    expect(both(engine, buyer)).toEqual(['0.25000000', '25249.875000'])
    expect(both(engine, seller)).toEqual(['1.75000000', '24750.125000'])
    expect(engine.rooms.trading.positionsOf.of(buyer)).toEqual([])
    expect(engine.rooms.trading.held(buyer, instrument)).toBe(0n)
    expect(answer(engine, 'positions.list', listed(buyer))).toEqual({ items: [], next: null })
    expect(engine.rooms.market.openInterest(engine.rooms.market.instruments.row(instrument))).toBe(0n)
    expect(broken(engine)).toEqual([])
  })

  test('each side has one entry in each currency, and its report says no position', () => {
    const desk = spot()
    sell(desk, 10_000, '40000')
    buy(desk, 10_000, '40000')
    const reports = fills(desk.engine)
    expect(reports.map(({ data }) => data.position)).toEqual([null, null])
    const entries = reports.flatMap(({ data }) => data.entries as readonly { [key: string]: unknown }[])
    expect(entries.map(({ account, currency, amount, type }) => [account, currency, amount, type])).toEqual([
      [desk.buyer, 'BTC', money('1', BTC), 'order_execution'],
      [desk.buyer, 'USDC', money('-40000', USDC), 'order_execution'],
      [desk.seller, 'BTC', money('-1', BTC), 'order_execution'],
      [desk.seller, 'USDC', money('40000', USDC), 'order_execution'],
    ])
  })

  test('market, immediate-or-cancel and fill-or-kill orders take what there is', () => {
    const desk = spot()
    const { engine, buyer, instrument } = desk
    sell(desk, 1_000, '40000')
    sell(desk, 1_000, '41000')
    place(engine, { account: buyer, instrument, quantity: 1_500 })
    // 0.1 × 40,000 + 0.05 × 41,000 = 6,050.
    expect(both(engine, buyer)).toEqual(['0.15000000', '43950.000000'])
    place(engine, { account: buyer, instrument, quantity: 1_000, price: '41000', timeInForce: 'fok' })
    expect(both(engine, buyer)).toEqual(['0.15000000', '43950.000000'])
    place(engine, { account: buyer, instrument, quantity: 1_000, price: '41000', timeInForce: 'ioc' })
    // What was left: 0.05 × 41,000 = 2,050.
    expect(both(engine, buyer)).toEqual(['0.20000000', '41900.000000'])
    expect(margin(engine, buyer, USDC).locked).toBe('0.000000')
  })

  test('an auction trades at one price', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    done(engine, 'instruments.set_state', { instrument, state: 'auction', version: null })
    sell(desk, 10_000, '39000')
    buy(desk, 10_000, '41000')
    expect(margin(engine, buyer, USDC).locked).toBe('41000.000000')
    done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
    engine.tick((engine.image.head.time + 1_000_000) as never)
    // Of 39,000 and 41,000, which leave the same, the lower.
    expect(both(engine, buyer)).toEqual(['1.00000000', '11000.000000'])
    expect(both(engine, seller)).toEqual(['1.00000000', '39000.000000'])
    expect(broken(engine)).toEqual([])
  })

  test('one who trades with itself has what it had', () => {
    const desk = spot({}, 'fully_collateralised')
    const { engine, seller, instrument } = desk
    const before = both(engine, seller)
    done(engine, 'transfers.create', {
      from: desk.buyer,
      to: seller,
      currency: USDC,
      amount: money('50000', USDC),
      description: null,
    })
    sell(desk, 1_000, '40000')
    place(engine, { account: seller, instrument, quantity: 1_000, price: '40000' })
    expect(both(engine, seller)).toEqual([before[0], '50000.000000'])
    expect(broken(engine)).toEqual([])
  })
})

const listed = (account: AccountId) => ({
  account,
  instruments: null,
  isOpenOnly: false,
  isActiveOnly: false,
  after: null,
  limit: 10,
})

describe('fees', () => {
  test('on the notional: either side pays in the quote', () => {
    const desk = spot()
    const { engine, buyer, seller } = desk
    const instrument = pair(engine, BTC, USDC, {
      symbol: 'fees',
      feeSchedule: schedule(engine, 'notional', '0.001', '0.0005'),
    })
    place(engine, { account: seller, instrument, side: 'sell', quantity: 5_000, price: '40000' })
    // A bid that rests locks its fee too; one that takes is charged 0.1 % of 20,000.
    place(engine, { account: buyer, instrument, quantity: 5_000, price: '40000' })
    expect(both(engine, buyer)).toEqual(['0.50000000', '29980.000000'])
    // 0.05 % of 20,000.
    expect(both(engine, seller)).toEqual(['1.50000000', '19990.000000'])
    expect(balance(engine, desk.world.book.accounts.fees, USDC)).toBe('30.000000')
  })

  test('out of what is received: a buyer pays in the base, a seller in the quote', () => {
    const desk = spot()
    const { engine, buyer, seller } = desk
    const instrument = pair(engine, BTC, USDC, {
      symbol: 'fees',
      feeSchedule: schedule(engine, 'received', '0.001', '0.002'),
    })
    place(engine, { account: buyer, instrument, quantity: 12_500, price: '40000' })
    // All of it: the fee comes out of the coin.
    expect(margin(engine, buyer, USDC).locked).toBe('50000.000000')
    place(engine, { account: seller, instrument, side: 'sell', quantity: 12_500, price: '40000' })
    // 1.25 less 0.2 %, 0.0025; 50,000 less 0.1 %.
    expect(both(engine, buyer)).toEqual(['1.24750000', '0.000000'])
    expect(both(engine, seller)).toEqual(['0.75000000', '49950.000000'])
    const { fees } = desk.world.book.accounts
    expect(both(engine, fees)).toEqual(['0.00250000', '50.000000'])
    expect(broken(engine)).toEqual([])
  })

  test('a sale needs the quote only for what its fee is above what it brings', () => {
    const desk = spot()
    const { engine, seller } = desk
    // A dollar for a whole coin: 0.0001 of it costs 0.0001, and at 0.5 brings 0.00005.
    const feeSchedule = schedule(engine, 'quantity', '1', '0')
    const instrument = pair(engine, BTC, USDC, { symbol: 'dear', feeSchedule })
    const asked = { account: seller, instrument, side: 'sell', quantity: 1 } as const
    expect(placeFault(engine, { ...asked, price: '0.5' })).toBe('insufficient_currency')
    place(engine, { ...asked, price: '1' })
  })
})

describe('fully paid accounts', () => {
  test('what is locked pays for nothing else', () => {
    const desk = spot({}, 'fully_collateralised')
    const { engine, buyer } = desk
    buy(desk, 10_000, '40000')
    expect(margin(engine, buyer, USDC)).toEqual({
      buyingPower: '10000.000000',
      withdrawable: '10000.000000',
      locked: '40000.000000',
    })
    sell(desk, 10_000, '40000')
    expect(both(engine, buyer)).toEqual(['1.00000000', '10000.000000'])
    expect(broken(engine)).toEqual([])
  })

  test('where a pair settles two days later, both sides of the exchange stay until then', () => {
    const desk = spot({ settlementDays: 2 }, 'cash')
    const { engine, buyer } = desk
    sell(desk, 10_000, '40000')
    buy(desk, 10_000, '40000')
    expect(margin(engine, buyer, BTC)).toMatchObject({
      buyingPower: '1.00000000',
      withdrawable: '0.00000000',
    })
    expect(engine.rooms.trading.unsettledDebits(buyer, USDC)).toBe(money('40000', USDC))
  })
})

describe('what a pair is not', () => {
  const { engine, instrument, buyer } = spot()
  const input = (more: Readonly<Record<string, Plain>>) =>
    instrumentInput('X_Y', {
      kind: 'currency_pair',
      baseCurrency: BTC,
      currency: USDC,
      tick: at('1'),
      quantityScale: 4,
      priceLow: null,
      priceHigh: null,
      ...more,
    })
  const quadratic = schedule(engine, 'quadratic', '0.01', '0')
  const received = schedule(engine, 'received', '0.01', '0')

  test.each([
    ['without a base', { baseCurrency: null }],
    ['of one currency twice', { baseCurrency: USDC }],
    ['in quantities finer than its base', { quantityScale: 9 }],
    ['with a multiplier', { multiplier: at('10') }],
    ['that expires', { expiresAt: engine.image.head.time + 1_000_000 }],
    ['at an outside venue', { venue: 'elsewhere' }],
    ['with the fees of event contracts', { feeSchedule: quadratic }],
    ['of another kind with a base', { kind: 'equity' }],
    [
      'of another kind with fees out of what comes in',
      { kind: 'equity', baseCurrency: null, feeSchedule: received },
    ],
  ])('none is made %s', (_what, more) => {
    expect(refusedWith(engine, 'instruments.create', input(more))).toBe('malformed')
  })

  test('it does not expire, nor settle, and nobody has a position in it', () => {
    const limits = {
      displayName: null,
      tick: null,
      limits: null,
      feeSchedule: null,
      metadata: null,
      version: null,
    }
    const expiresAt = engine.image.head.time + 1_000_000
    expect(refusedWith(engine, 'instruments.update', { instrument, ...limits, expiresAt } as never)).toBe(
      'malformed',
    )
    expect(refusedWith(engine, 'instruments.settle', { instrument, price: at('1') })).toBe(
      'transition_invalid',
    )
    const adjusted = { account: buyer, instrument, quantity: 1n, cost: 0n, description: 'x' }
    expect(refusedWith(engine, 'positions.adjust', adjusted)).toBe('order_rejected')
    const close = { account: buyer, instrument, price: null, label: null }
    expect(refusedWith(engine, 'positions.close', close)).toBe('order_rejected')
  })

  test('no order in it may only reduce', () => {
    const asked = { account: buyer, instrument, quantity: 1, price: '1', reduceOnly: true }
    expect(placeFault(engine, asked)).toBe('would_not_reduce')
    expect(orderInput(asked).reduceOnly).toBe(true)
  })
})
