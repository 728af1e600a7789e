/** What a move of positions books, of each kind that moves. */
import { describe, expect, test } from 'vitest'
import { after, DAY, HOUR, SECOND } from '../../image/index.js'
import { BTC, balance, future, inversePerpetual, option, publish } from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { at, place } from '../../testing/market-world.js'
import { desk, move, shown, trade } from '../../testing/moves-world.js'
import { START } from '../../testing/world.js'

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
