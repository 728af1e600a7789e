/** What history keeps of the worth of accounts under standard margin, by hand arithmetic. */
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { type Amount, type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  type DerivativesWorld,
  future,
  margined,
  money,
  openDerivatives,
  option,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { contract, place, trader } from '../../testing/market-world.js'
import { done, START } from '../../testing/world.js'
import { EQUITIES } from '../history.js'

const EXPIRY = after(START, 30 * DAY)

/** What was kept since it was last asked: sequence by sequence, each account and currency with its equity. */
function kept(engine: Engine): readonly (readonly [AccountId, string, string])[] {
  const events = engine.takeBatch()?.events ?? []
  return events.flatMap((event) =>
    EQUITIES.rows(event).map(({ account, currency, equity }) => {
      const { code } = currencyOf(currency as CurrencyCode)
      return [account as AccountId, code, formatAmount(equity as Amount, currencyOf(code))] as const
    }),
  )
}

function open(): DerivativesWorld & Readonly<Record<'buyer' | 'seller', AccountId>> {
  const world = openDerivatives('100000')
  const buyer = margined(world, 'buyer', { BTC: '1' })
  const seller = margined(world, 'seller', { BTC: '10' })
  return { ...world, buyer, seller }
}

/** 100,000 dollars of the future at 80,000, marked at 100,000: 1.25 coins for one. */
function bought() {
  const world = open()
  const { engine, buyer, seller } = world
  const instrument = future(engine, 'inverse', EXPIRY)
  publish(engine, [[instrument, '100000']])
  place(engine, { account: seller, instrument, side: 'sell', quantity: 100_000, price: '80000' })
  engine.takeBatch()
  place(engine, { account: buyer, instrument, quantity: 100_000, price: '80000' })
  return { ...world, instrument }
}

const deposit = (
  { engine, book }: DerivativesWorld,
  to: AccountId,
  currency: CurrencyCode,
  amount: string,
): void =>
  done(engine, 'transfers.create', {
    from: book.accounts.outsideWorld,
    to,
    currency,
    amount: money(amount, currency),
    description: null,
  })

describe('equity is kept', () => {
  test('of cash that comes in, each currency by itself', () => {
    const world = open()
    const { engine, buyer, seller } = world
    deposit(world, buyer, USDC, '250')
    expect(kept(engine)).toEqual([
      [buyer, 'BTC', '1.00000000'],
      [seller, 'BTC', '10.00000000'],
      [buyer, 'USDC', '250.000000'],
    ])
  })

  test('of either side of a trade, with what it gains against the mark at once', () => {
    const { engine, buyer, seller } = bought()
    expect(kept(engine)).toEqual([
      [buyer, 'BTC', '1.25000000'],
      [seller, 'BTC', '9.75000000'],
    ])
  })

  test('where something is booked: a mark that moves is in it from the next entry on', () => {
    const world = bought()
    const { engine, instrument, buyer } = world
    engine.takeBatch()
    // 1.25 less 0.8 coins are gained now.
    publish(engine, [[instrument, '125000']])
    expect(kept(engine)).toEqual([])
    deposit(world, buyer, BTC, '0.5')
    expect(kept(engine)).toEqual([[buyer, 'BTC', '1.95000000']])
  })

  test('of a session that ends: what was gained is cash now, and the account is worth the same', () => {
    const world = bought()
    const { engine, buyer, seller } = world
    engine.takeBatch()
    engine.tick(after(START, DAY))
    expect(kept(engine)).toEqual([
      [buyer, 'BTC', '1.25000000'],
      [seller, 'BTC', '9.75000000'],
    ])
  })

  test('once for a command: an option that is bought from two offers is worth its mark', () => {
    const world = open()
    const { engine, buyer, seller } = world
    const other = margined(world, 'other', { BTC: '10' })
    const instrument: InstrumentId = option(engine, 'inverse', 'call', '120000', EXPIRY)
    publish(engine, [[instrument, '0.05']])
    place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.04' })
    place(engine, { account: other, instrument, side: 'sell', quantity: 10, price: '0.06' })
    engine.takeBatch()
    place(engine, { account: buyer, instrument, quantity: 20, price: '0.06' })
    // Paid 0.1 for two that are marked at 0.05; sold one for 0.04, and one for 0.06.
    expect(kept(engine)).toEqual([
      [buyer, 'BTC', '1.00000000'],
      [seller, 'BTC', '9.99000000'],
      [other, 'BTC', '10.01000000'],
    ])
  })

  test('with what is held: it is in the account until it leaves', () => {
    const world = open()
    const { engine, buyer } = world
    const amount = money('0.25', BTC)
    done(engine, 'holds.create', { account: buyer, currency: BTC, amount, reason: 'card', expiresAt: null })
    engine.takeBatch()
    deposit(world, buyer, BTC, '0.5')
    expect(kept(engine)).toEqual([[buyer, 'BTC', '1.50000000']])
  })
})

test('of accounts under other models nothing is kept', () => {
  const world = openDerivatives()
  const { engine } = world
  const [buyer, seller] = [trader(world, 'anna', '100'), trader(world, 'ben', '100')]
  const instrument = contract(engine)
  place(engine, { account: seller, instrument, side: 'sell', quantity: 10, price: '0.4' })
  place(engine, { account: buyer, instrument, quantity: 10, price: '0.4' })
  expect(kept(engine)).toEqual([])
})
