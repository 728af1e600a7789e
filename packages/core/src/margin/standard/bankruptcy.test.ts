import { describe, expect, test } from 'vitest'
import type { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import { after, DAY, HOUR, MINUTE, SECOND } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import {
  BTC,
  type DerivativesWorld,
  inversePerpetual,
  margined,
  openDerivatives,
  option,
  publish,
  USDC,
} from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { place } from '../../testing/market-world.js'
import { done, START } from '../../testing/world.js'

const posted = ({ rooms: { ledger } }: Engine, account: AccountId | null, currency: CurrencyCode): bigint =>
  account === null ? 0n : ledger.posted(ledger.find(account, currency))
const balance = (engine: Engine, account: AccountId | null, currency: CurrencyCode): string =>
  formatAmount(posted(engine, account, currency) as never, currencyOf(currency))
const insurance = ({ rooms: { ledger } }: Engine) => ledger.findHouseAccount('insurance')
const set = ({ engine, firm }: DerivativesWorld, name: string, value: boolean | number) =>
  done(engine, 'settings.set', { node: firm, name, value, from: null })
/** Second by second: each step is due behind the one before. */
function run(engine: Engine, seconds = 120): void {
  const begun = engine.image.head.time
  for (let passed = 1; passed <= seconds; passed += 1) engine.tick(after(begun, passed * SECOND))
}

describe('an account that cannot pay', () => {
  /** One coin long at 100,000 with 0.05 coin, and somebody who buys all of it back at 90,000, free of fees. */
  function crashed(isInsured: boolean) {
    const world = openDerivatives('100000')
    const { engine } = world
    set(world, 'margin.liquidation_fee_basis_points', 0)
    if (isInsured) set(world, 'margin.insurance', true)
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    const [buyer, maker] = [
      margined(world, 'buyer', { BTC: '0.05' }),
      margined(world, 'maker', { BTC: '10' }),
    ]
    place(engine, { account: maker, instrument, side: 'sell', quantity: 100_000, price: '100000' })
    place(engine, { account: buyer, instrument, quantity: 100_000, price: '100000' })
    place(engine, { account: maker, instrument, quantity: 100_000, price: '90000' })
    publish(engine, [[instrument, '90000']], { btc_usd: '90000' })
    run(engine)
    expect(engine.rooms.trading.held(buyer, instrument)).toBe(0n)
    return { world, engine, buyer, maker }
  }

  test('is paid for by the insurance account, to the last unit, before the session takes what was lost', () => {
    const { engine, buyer, maker } = crashed(true)
    const told = (engine.takeBatch()?.events ?? []).filter(
      ({ kind }) => kind === 'account.bankruptcy_covered',
    )
    expect(told).toHaveLength(1)
    // Lost 100,000 × (1/90,000 − 1/100,000) = 0.1111111111 of 0.05; each of some thirty parts rounds by half a unit.
    const paid = told[0]?.data.amount as bigint
    expect(paid > 611_111_111n - 20n && paid < 611_111_111n + 20n).toBe(true)
    expect(posted(engine, buyer, BTC)).toBe(500_000_000n + paid)
    expect(posted(engine, insurance(engine), BTC)).toBe(-paid)
    engine.tick(after(START, 23 * HOUR + MINUTE))
    expect(posted(engine, buyer, BTC)).toBe(0n)
    // What the maker won is what the buyer had and what the insurance paid, but for what rounding left over.
    const rounding = posted(engine, engine.rooms.ledger.houseAccount('rounding'), BTC)
    expect(posted(engine, maker, BTC) + rounding).toBe(100_500_000_000n + paid)
    expect(engine.rooms.margin.liquidations.size).toBe(0)
    expect(broken(engine)).toEqual([])
  })

  test('is not paid for unless the operator says so: its balance stays below zero', () => {
    const { engine, buyer } = crashed(false)
    engine.tick(after(START, 23 * HOUR + MINUTE))
    expect(Number(balance(engine, buyer, BTC))).toBeCloseTo(0.05 - 0.1111111111, 7)
    expect(insurance(engine)).toBeNull()
    expect(broken(engine)).toEqual([])
  })

  /** A call on a coin, written for 0.05, that is delivered at 200,000 and pays half a coin. */
  function delivered(type: string, balances: Readonly<Record<string, string>>) {
    const world = openDerivatives('100000')
    const { engine } = world
    set(world, 'margin.insurance', true)
    publish(engine, [], { usdc_usd: '1' })
    const expiry = after(START, 3 * DAY)
    const call = option(engine, 'inverse', 'call', '100000', expiry)
    publish(engine, [[call, '0.05']])
    const [writer, buyer] = [
      margined(world, 'writer', balances, type),
      margined(world, 'buyer', { BTC: '1' }),
    ]
    place(engine, { account: writer, instrument: call, side: 'sell', quantity: 10, price: '0.05' })
    place(engine, { account: buyer, instrument: call, quantity: 10, price: '0.05' })
    publish(engine, [], { btc_usd: '200000' })
    engine.tick(after(expiry, MINUTE))
    engine.tick(after(expiry, 2 * MINUTE))
    return { engine, writer, buyer }
  }

  test('a writer who owes more at expiry than there is', () => {
    // 0.3 + 0.05 − 0.5.
    const { engine, writer, buyer } = delivered('segregated_standard', { BTC: '0.3' })
    expect(balance(engine, writer, BTC)).toBe('0.00000000')
    expect(balance(engine, insurance(engine), BTC)).toBe('-0.15000000')
    expect(balance(engine, buyer, BTC)).toBe('1.45000000')
    expect(broken(engine)).toEqual([])
  })

  test('of a pool only what its other currencies do not pay for', () => {
    // 0.15 coin is owed, 30,000 dollars; 1,000 USDC pay for 0.005 of it.
    const { engine, writer } = delivered('cross_standard', { BTC: '0.3', USDC: '1000' })
    expect(balance(engine, insurance(engine), BTC)).toBe('-0.14500000')
    expect(balance(engine, writer, BTC)).toBe('-0.00500000')
    expect(balance(engine, writer, USDC)).toBe('1000.000000')
    expect(broken(engine)).toEqual([])
  })

  test('a pool that has enough elsewhere owes nothing', () => {
    const { engine, writer } = delivered('cross_standard', { BTC: '0.3', USDC: '30000' })
    expect(insurance(engine)).toBeNull()
    expect(balance(engine, writer, BTC)).toBe('-0.15000000')
  })

  test('a name that is taken makes no difference', () => {
    const world = openDerivatives('100000')
    margined(world, 'insurance', {})
    set(world, 'margin.insurance', true)
    const { engine } = world
    const call = option(engine, 'inverse', 'call', '100000', after(START, DAY))
    publish(engine, [[call, '0.05']])
    const [writer, buyer] = [
      margined(world, 'writer', { BTC: '0.3' }),
      margined(world, 'buyer', { BTC: '1' }),
    ]
    place(engine, { account: writer, instrument: call, side: 'sell', quantity: 10, price: '0.05' })
    place(engine, { account: buyer, instrument: call, quantity: 10, price: '0.05' })
    publish(engine, [], { btc_usd: '200000' })
    engine.tick(after(START, DAY + MINUTE))
    engine.tick(after(START, DAY + 2 * MINUTE))
    const account = insurance(engine)
    const { accounts } = engine.rooms.hierarchy
    expect(account === null ? null : accounts.name.get(accounts.row(account))).toBe('insurance-2')
  })
})
