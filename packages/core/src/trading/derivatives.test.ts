import { describe, expect, test } from 'vitest'
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { after, HOUR, type Instant, MINUTE, SECOND } from '../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import {
  BTC,
  balance,
  future,
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  option,
  publish,
  USDC,
} from '../testing/derivatives-world.js'
import { broken } from '../testing/hash.js'
import { at, contract, place, tryPlace } from '../testing/market-world.js'
import { answer, done, refusedWith, START } from '../testing/world.js'

/** The first 08:00 UTC behind the beginning, and the second: the clock moves a second past it, so that all steps run. */
const FIRST_SESSION = after(START, 23 * HOUR)
const SECOND_SESSION = after(FIRST_SESSION, 24 * HOUR)
const tick = (engine: Engine, time: Instant) => engine.tick(after(time, SECOND))

interface Shown {
  readonly cost: bigint
  readonly realized: bigint
  readonly unrealized: bigint
  readonly sessionRealized: bigint
  readonly sessionUnrealized: bigint
  readonly funding: bigint
}
const position = (
  engine: Engine,
  account: AccountId,
  instrument: number,
  currency: CurrencyCode,
  time = engine.image.head.time,
) => {
  const shown = answer<Shown>(engine, 'positions.get', { account, instrument }, { time })
  const text = (value: bigint) => formatAmount(value as never, currencyOf(currency))
  const { cost, realized, unrealized, sessionRealized, sessionUnrealized, funding } = shown
  return {
    cost: text(cost),
    realized: text(realized),
    unrealized: text(unrealized),
    session: [sessionRealized, sessionUnrealized].map(text),
    funding: text(funding),
  }
}

/** A buyer and a seller of 100,000 dollars at 100,000: one coin; each has ten. */
function inverse() {
  const world = openDerivatives()
  const { engine } = world
  const [buyer, seller] = ['buyer', 'seller'].map((name) => margined(world, name, { BTC: '10' })) as [
    AccountId,
    AccountId,
  ]
  const instrument = inversePerpetual(engine)
  publish(engine, [[instrument, '100000']])
  place(engine, { account: seller, instrument, side: 'sell', quantity: 100_000, price: '100000' })
  place(engine, { account: buyer, instrument, quantity: 100_000, price: '100000' })
  return { world, engine, buyer, seller, instrument }
}

describe('an inverse perpetual', () => {
  test('a fill moves no money; what is gained is in coin, quantity × (1/entry − 1/mark)', () => {
    const { engine, buyer, seller, instrument } = inverse()
    expect(balance(engine, buyer, BTC)).toBe('10.00000000')
    publish(engine, [[instrument, '125000']])
    // 100,000 × (1/100,000 − 1/125,000) = 1 − 0.8.
    expect(position(engine, buyer, instrument, BTC)).toEqual({
      cost: '-1.00000000',
      realized: '0.00000000',
      unrealized: '0.20000000',
      session: ['0.00000000', '0.20000000'],
      funding: '0.00000000',
    })
    expect(position(engine, seller, instrument, BTC).unrealized).toBe('-0.20000000')
    expect(broken(engine)).toEqual([])
  })

  test('at 08:00 UTC the session becomes money, and the next one begins at its price', () => {
    const { engine, buyer, seller, instrument } = inverse()
    publish(engine, [[instrument, '125000']], { btc_usd: '125000' })
    tick(engine, FIRST_SESSION)
    expect([balance(engine, buyer, BTC), balance(engine, seller, BTC)]).toEqual(['10.20000000', '9.80000000'])
    // The average price is kept: what is open still shows the gain since it was opened.
    expect(position(engine, buyer, instrument, BTC)).toMatchObject({
      unrealized: '0.20000000',
      session: ['0.00000000', '0.00000000'],
    })
    // Closed where it was opened: the session loses what the one before had paid, 100,000 × (1/125,000 − 1/100,000).
    place(engine, { account: buyer, instrument, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account: seller, instrument, quantity: 100_000, price: '100000' })
    expect(position(engine, buyer, instrument, BTC)).toMatchObject({
      realized: '0.00000000',
      session: ['-0.20000000', '0.00000000'],
    })
    expect(balance(engine, buyer, BTC)).toBe('10.20000000')
    tick(engine, SECOND_SESSION)
    expect([balance(engine, buyer, BTC), balance(engine, seller, BTC)]).toEqual([
      '10.00000000',
      '10.00000000',
    ])
    expect(broken(engine)).toEqual([])
  })

  test('who trades before its turn in a settlement is settled first, with what it held when the session ended', () => {
    const { engine, buyer, seller, instrument } = inverse()
    publish(engine, [[instrument, '125000']], { btc_usd: '125000' })
    engine.tick(FIRST_SESSION)
    // The session has ended, and no step of its settlement has run.
    expect(balance(engine, buyer, BTC)).toBe('10.00000000')
    const time = FIRST_SESSION
    place(engine, { account: buyer, instrument, side: 'sell', quantity: 50_000, price: '100000' }, { time })
    place(engine, { account: seller, instrument, quantity: 50_000, price: '100000' }, { time })
    expect([balance(engine, buyer, BTC), balance(engine, seller, BTC)]).toEqual(['10.20000000', '9.80000000'])
    tick(engine, FIRST_SESSION)
    expect([balance(engine, buyer, BTC), balance(engine, seller, BTC)]).toEqual(['10.20000000', '9.80000000'])
    expect(broken(engine)).toEqual([])
  })

  test('funding accrues by time: longs pay what the mark is above the index beyond the damper', () => {
    const { engine, buyer, seller, instrument } = inverse()
    publish(engine, [[instrument, '100150']])
    // 0.15 % above, less the damper of 0.05 %: 0.1 % in eight hours of one coin at the index; in four hours half of it.
    const time = after(START, 4 * HOUR)
    expect(position(engine, buyer, instrument, BTC, time).funding).toBe('-0.00050000')
    expect(position(engine, seller, instrument, BTC, time).funding).toBe('0.00050000')
    // Within the damper nothing more accrues, and the session pays what has.
    publish(engine, [[instrument, '100000']], {}, time)
    tick(engine, FIRST_SESSION)
    expect([balance(engine, buyer, BTC), balance(engine, seller, BTC)]).toEqual(['9.99950000', '10.00050000'])
    expect(position(engine, buyer, instrument, BTC).funding).toBe('0.00000000')
    expect(broken(engine)).toEqual([])
  })

  test('below the index shorts pay longs, and never more than the cap', () => {
    const { engine, buyer, seller, instrument } = inverse()
    publish(engine, [[instrument, '98000']])
    // 2 % below, less the damper, is above the cap of 0.5 % in eight hours.
    const time = after(START, 8 * HOUR)
    expect(position(engine, buyer, instrument, BTC, time).funding).toBe('0.00500000')
    expect(position(engine, seller, instrument, BTC, time).funding).toBe('-0.00500000')
  })
})

describe('a linear perpetual', () => {
  test('gains quantity × (mark − entry) in dollars, session by session', () => {
    const world = openDerivatives()
    const { engine } = world
    const [buyer, seller] = ['buyer', 'seller'].map((name) => margined(world, name, { USDC: '10000' })) as [
      AccountId,
      AccountId,
    ]
    const instrument = linearPerpetual(engine)
    publish(engine, [[instrument, '100000']])
    // A hundredth of a coin.
    place(engine, { account: seller, instrument, side: 'sell', quantity: 100, price: '100000' })
    place(engine, { account: buyer, instrument, quantity: 100, price: '100000' })
    publish(engine, [[instrument, '100500']], { btc_usd: '100500' })
    expect(position(engine, buyer, instrument, USDC)).toMatchObject({
      cost: '1000.000000',
      unrealized: '5.000000',
    })
    tick(engine, FIRST_SESSION)
    expect([balance(engine, buyer, USDC), balance(engine, seller, USDC)]).toEqual([
      '10005.000000',
      '9995.000000',
    ])
    expect(broken(engine)).toEqual([])
  })
})

describe('delivery and expiry', () => {
  const EXPIRY = FIRST_SESSION

  test.each([
    // 100,000 × (1/100,000 − 1/125,000) coin; one coin × (125,000 − 100,000) dollars.
    ['inverse', BTC, 100_000, '10', '10.20000000', '9.80000000'],
    ['linear', USDC, 10_000, '50000', '75000.000000', '25000.000000'],
  ] as const)('an %s future is delivered at its index', (style, currency, quantity, money, won, lost) => {
    const world = openDerivatives()
    const { engine } = world
    const [buyer, seller] = ['buyer', 'seller'].map((name) =>
      margined(world, name, { [currency]: money }),
    ) as [AccountId, AccountId]
    const instrument = future(engine, style, EXPIRY)
    publish(engine, [[instrument, '100000']])
    place(engine, { account: seller, instrument, side: 'sell', quantity, price: '100000' })
    place(engine, { account: buyer, instrument, quantity, price: '100000' })
    publish(engine, [], { btc_usd: '125000' })
    tick(engine, EXPIRY)
    expect([balance(engine, buyer, currency), balance(engine, seller, currency)]).toEqual([won, lost])
    expect(engine.rooms.trading.held(buyer, instrument)).toBe(0n)
    expect(engine.rooms.market.state(engine.rooms.market.instruments.row(instrument))).toBe('expired')
    expect(broken(engine)).toEqual([])
  })

  test.each([
    // A coin, premium 0.05: at 125,000 the call pays 25,000 / 125,000 = 0.2, the put at 80,000 20,000 / 80,000 = 0.25.
    ['inverse', 'call', '0.05', '125000', BTC, '10', '10.15000000', '9.85000000'],
    ['inverse', 'put', '0.05', '80000', BTC, '10', '10.20000000', '9.80000000'],
    ['inverse', 'call', '0.05', '100000', BTC, '10', '9.95000000', '10.05000000'],
    // Premium 5,000 dollars: 25,000 in the money.
    ['linear', 'call', '5000', '125000', USDC, '50000', '70000.000000', '30000.000000'],
    ['linear', 'put', '5000', '125000', USDC, '50000', '45000.000000', '55000.000000'],
  ] as const)(
    'an %s %s bought for %s pays what it is in the money at %s',
    (style, type, premium, delivery, currency, money, buyerHas, sellerHas) => {
      const world = openDerivatives()
      const { engine } = world
      const [buyer, seller] = ['buyer', 'seller'].map((name) =>
        margined(world, name, { [currency]: money }),
      ) as [AccountId, AccountId]
      const instrument = option(engine, style, type, '100000', EXPIRY)
      publish(engine, [[instrument, premium]])
      place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: premium })
      place(engine, { account: buyer, instrument, quantity: 10, price: premium })
      publish(engine, [], { btc_usd: delivery })
      tick(engine, EXPIRY)
      expect([balance(engine, buyer, currency), balance(engine, seller, currency)]).toEqual([
        buyerHas,
        sellerHas,
      ])
      expect(broken(engine)).toEqual([])
    },
  )

  test('without an index price the operator says what it is delivered at', () => {
    const { engine, buyer, instrument } = inverse()
    tick(engine, FIRST_SESSION)
    done(engine, 'instruments.settle', { instrument, price: at('125000') })
    engine.tick(after(engine.image.head.time, MINUTE))
    expect(balance(engine, buyer, BTC)).toBe('10.20000000')
    expect(broken(engine)).toEqual([])
  })

  test('an inverse contract is never delivered at nothing', () => {
    const { engine, instrument } = inverse()
    expect(refusedWith(engine, 'instruments.settle', { instrument, price: 0n })).toBe('malformed')
  })
})

describe('who may trade derivatives', () => {
  test.each(['cash', 'fully_collateralised'])('an account of type %s carries none', (type) => {
    const world = openDerivatives()
    const account = margined(world, 'plain', { BTC: '10' }, type)
    const instrument = inversePerpetual(world.engine)
    const outcome = tryPlace(world.engine, { account, instrument, quantity: 10, price: '100000' })
    expect(outcome).toMatchObject({ refusal: { data: { reason: 'account_type' } } })
  })
})

describe('terms that make no sense are refused', () => {
  const perpetual = { style: 'inverse', base: BTC, index: 'btc_usd', option: null, funding: null }
  test.each([
    ['/derivative', { derivative: null }],
    ['/derivative', { kind: 'equity' }],
    ['/currency', { currency: 'USDC' }],
    ['/price_low', { priceLow: null }],
    ['/expires_at', { expiresAt: after(START, HOUR) }],
    ['/settlement_days', { settlementDays: 1 }],
    ['/derivative/funding', { derivative: perpetual }],
    ['/derivative/index', { derivative: { ...perpetual, index: 'BTC USD' } }],
    ['/derivative/index', { derivative: { ...perpetual, index: 'b'.repeat(33) } }],
  ])('%s', (field, more) => {
    const { engine } = openDerivatives()
    const make = () => inversePerpetual(engine, 'odd', more as never)
    expect(make).toThrow(`"field":"${field}"`)
  })

  test('a plain contract follows no index', () => {
    const { engine } = openDerivatives()
    expect(() => contract(engine, 'odd', { derivative: perpetual })).toThrow('"field":"/derivative"')
  })
})
