/** The two sides of a quote: they never meet each other, whichever way they move. */
import { describe, expect, test } from 'vitest'
import { at } from '../../testing/market-world.js'
import { both, faults, quotesWorld, side } from '../../testing/quotes-world.js'

describe('the two sides of a quote', () => {
  test.each([
    ['up', '100020', '100040'],
    ['down', '99960', '99980'],
  ])('a pair that moves %s through where it stood does not meet itself', (_way, bid, ask) => {
    const { engine, quote, prices, perpetual } = quotesWorld()
    quote([both(perpetual, side('99990'), side('100010'))])
    expect(faults(quote([both(perpetual, side(bid), side(ask))]))).toEqual([null, null])
    expect(prices()).toEqual([at(bid), at(ask)])
    expect(engine.rooms.trading.positions.size).toBe(0)
  })

  test('a first bid at an ask that moves up, or goes, does not meet it', () => {
    const { engine, quote, prices, perpetual } = quotesWorld()
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
    const { quote, prices, endOf, perpetual, proves } = quotesWorld()
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
    const { quote, prices, perpetual } = quotesWorld()
    quote([both(perpetual, side('99990'), side('100010'))])
    expect(faults(quote([both(perpetual, side('100010'), null)]))).toEqual(['quote_crossed'])
    expect(prices()).toEqual([null, at('100010')])
  })
})
