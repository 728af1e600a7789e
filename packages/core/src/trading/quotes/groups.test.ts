/** Groups of protection: what each lets stand, ends and keeps away. */
import { describe, expect, test } from 'vitest'
import type { Plain } from '../../image/index.js'
import { publish } from '../../testing/derivatives-world.js'
import { at, place } from '../../testing/market-world.js'
import { both, faults, quotesWorld, refusedFor, side } from '../../testing/quotes-world.js'
import { done, refusedWith, run } from '../../testing/world.js'
import type { OrderId } from '../fields.js'
import { QUOTE_GROUP_LENGTH_MAX, QUOTE_GROUPS_MAX } from '../protection/index.js'

describe('groups of protection', () => {
  test('a group that is triggered ends its own quotes alone, and takes none until it is over', () => {
    const { engine, anna, ben, set, quote, prices, take, wait, perpetual, call, proves } = quotesWorld()
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
    const { engine, ben, set, quote, prices, perpetual, call } = quotesWorld()
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
    const { engine, anna, set, quote, prices, endOf, perpetual } = quotesWorld()
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
    const { set, quote, prices, endOf, standing, perpetual } = quotesWorld()
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
    const { engine, anna, set, perpetual } = quotesWorld()
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
    const { engine, anna, message, quote, prices, wait, perpetual, call, proves } = quotesWorld()
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
    const { engine, anna, set } = quotesWorld()
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
