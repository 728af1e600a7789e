/** What open orders in a currency pair lock, and give free; what corrections of its trades take back. */
import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import type { CurrencyCode } from '../money/index.js'
import { BTC, balance, money, pair, USDC } from '../testing/derivatives-world.js'
import { broken } from '../testing/hash.js'
import { at, place, placeFault, tryPlace, UNCHANGED } from '../testing/market-world.js'
import { both, buy, fills, margin, sell, spot } from '../testing/pairs-world.js'
import { done, refusedWith } from '../testing/world.js'

describe('what open orders lock', () => {
  test('a bid locks its cost in the quote, an offer the base', () => {
    const desk = spot()
    const { engine, buyer, seller } = desk
    buy(desk, 2_000, '40000')
    sell(desk, 15_000, '45000')
    expect(margin(engine, buyer, USDC)).toEqual({
      buyingPower: '42000.000000',
      withdrawable: '42000.000000',
      locked: '8000.000000',
    })
    expect(margin(engine, seller, BTC)).toEqual({
      buyingPower: '0.50000000',
      withdrawable: '0.50000000',
      locked: '1.50000000',
    })
    expect(broken(engine)).toEqual([])
  })

  test('a fill, a replacement and a cancel give free what they take away', () => {
    const desk = spot()
    const { engine, buyer, seller } = desk
    const bid = buy(desk, 10_000, '40000')
    sell(desk, 4_000, '40000')
    // 0.6 is left of it.
    expect(margin(engine, buyer, USDC).locked).toBe('24000.000000')
    done(engine, 'orders.replace', { ...UNCHANGED, order: bid, price: at('30000') })
    expect(margin(engine, buyer, USDC).locked).toBe('18000.000000')
    done(engine, 'orders.cancel', { order: bid })
    expect(margin(engine, buyer, USDC).locked).toBe('0.000000')
    expect(margin(engine, seller, BTC).buyingPower).toBe('1.60000000')
  })

  test('all that there is can be exchanged, and not a lot more; other pairs count', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    sell(desk, 20_000, '45000')
    expect(
      placeFault(engine, { account: seller, instrument, side: 'sell', quantity: 1, price: '45000' }),
    ).toBe('insufficient_currency')
    buy(desk, 12_500, '40000')
    const other = pair(engine, 'ETH' as CurrencyCode, USDC)
    const outcome = tryPlace(engine, { account: buyer, instrument: other, quantity: 1, price: '0.5' })
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: {
        detail: '0.000000 USDC available, requested 0.000050',
        data: { reason: 'insufficient_currency', currency: 'USDC' },
      },
    })
  })

  test('a good-till-date order that ends gives back what it locked', () => {
    const desk = spot()
    const { engine, buyer, instrument } = desk
    const now = engine.image.head.time
    const expiresAt = (now + 60_000_000) as never
    place(engine, { account: buyer, instrument, quantity: 1, price: '40000', timeInForce: 'gtd', expiresAt })
    expect(margin(engine, buyer, USDC).locked).toBe('4.000000')
    engine.tick((now + 61_000_000) as never)
    expect(margin(engine, buyer, USDC).locked).toBe('0.000000')
  })

  test('a stop locks at its stop price, and takes when the price is there', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    place(engine, {
      account: buyer,
      instrument,
      quantity: 1_000,
      type: 'stop',
      timeInForce: 'gtc',
      stopPrice: '41000',
    })
    expect(margin(engine, buyer, USDC).locked).toBe('4100.000000')
    sell(desk, 10_000, '41000')
    place(engine, { account: buyer, instrument, quantity: 1_000, price: '41000' })
    expect(both(engine, buyer)).toEqual(['0.20000000', '41800.000000'])
    expect(balance(engine, seller, BTC)).toBe('1.80000000')
  })

  test('money that is locked cannot be transferred', () => {
    const desk = spot()
    const { engine, buyer, seller } = desk
    buy(desk, 10_000, '40000')
    const transfer = (amount: string) => ({
      from: buyer,
      to: seller,
      currency: USDC,
      amount: money(amount, USDC),
      description: null,
    })
    expect(refusedWith(engine, 'transfers.create', transfer('10000.000001'))).toBe(
      'insufficient_available_balance',
    )
    done(engine, 'transfers.create', transfer('10000'))
  })

  test('what a busted trade takes away ends the sale that it had paid for', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    sell(desk, 10_000, '40000')
    buy(desk, 10_000, '40000')
    const [taken, made] = fills(engine).map(({ data }) => data)
    const resale = place(engine, {
      account: buyer,
      instrument,
      side: 'sell',
      quantity: 10_000,
      price: '42000',
    })
    const side = (account: AccountId, data: typeof taken) => ({
      account,
      order: (data?.order as { id: number } | undefined)?.id,
      execution: data?.execution,
      fee: 0n,
    })
    const traded = {
      trade: taken?.trade,
      instrument,
      price: at('40000'),
      quantity: 10_000n,
      buyer: side(buyer, taken),
      seller: side(seller, made),
    }
    done(engine, 'trades.bust', { trade: taken?.trade, traded } as never)
    expect(both(engine, buyer)).toEqual(['0.00000000', '50000.000000'])
    expect(both(engine, seller)).toEqual(['2.00000000', '0.000000'])
    expect(engine.rooms.trading.orders.has(resale)).toBe(false)
    expect(broken(engine)).toEqual([])
  })

  test('a corrected trade is one at the right price: the difference comes back', () => {
    const desk = spot()
    const { engine, buyer, seller, instrument } = desk
    sell(desk, 10_000, '40000')
    buy(desk, 10_000, '40000')
    const [taken] = fills(engine).map(({ data }) => data)
    const side = (account: AccountId) => ({ account, order: 1, execution: 1, fee: 0n })
    const traded = {
      trade: taken?.trade,
      instrument,
      price: at('40000'),
      quantity: 10_000n,
      buyer: side(buyer),
      seller: side(seller),
    }
    done(engine, 'trades.correct', { trade: taken?.trade, traded, price: at('39000') } as never)
    expect(both(engine, buyer)).toEqual(['1.00000000', '11000.000000'])
    expect(both(engine, seller)).toEqual(['1.00000000', '39000.000000'])
    expect(broken(engine)).toEqual([])
  })
})
