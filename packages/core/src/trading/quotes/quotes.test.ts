/** What becomes of quotes: each side is an order of its own, and the next one takes its place. */
import { describe, expect, test } from 'vitest'
import { derivedHashOf, hashOf } from '../../testing/hash.js'
import { at, place, UNCHANGED } from '../../testing/market-world.js'
import { both, faults, quotesWorld, side } from '../../testing/quotes-world.js'
import { done, refusedWith, run, SYSTEM_ACTOR } from '../../testing/world.js'

describe('quotes', () => {
  test('of several instruments are placed by one command, each side an order of its own', () => {
    const { quote, standing, perpetual, call, proves } = quotesWorld()
    const settled = quote(
      [
        both(perpetual, side('99990'), side('100010', 700), 'futures'),
        both(call, side('0.04', 10), null, 'options'),
      ],
      { quoteId: 'seven', connection: 'wire-1' },
    )
    expect(settled.map((each) => [each.instrument, each.side, each.fault])).toEqual([
      [perpetual, 'buy', null],
      [perpetual, 'sell', null],
      [call, 'buy', null],
    ])
    expect(standing('sell')).toMatchObject({
      id: settled[1]?.order,
      type: 'limit',
      timeInForce: 'gtc',
      price: at('100010'),
      quantity: 700n,
      terms: {
        isProtected: true,
        connection: 'wire-1',
        quote: { group: 'near', id: 'seven', set: 'futures' },
      },
    })
    expect(standing('buy', call)).toMatchObject({ price: at('0.04'), terms: { quote: { set: 'options' } } })
    expect(standing('sell', call)).toBeNull()
    proves()
  })

  test('the next one takes its place under the same order, and what is left out stays', () => {
    const { quote, standing, perpetual } = quotesWorld()
    const [bid, ask] = quote([both(perpetual, side('99990'), side('100010'), 'a')])
    quote([both(perpetual, side('99980', null), side(null, 600), 'b')], { quoteId: '2' })
    expect(standing('buy')).toMatchObject({ id: bid?.order, price: at('99980'), quantity: 500n })
    expect(standing('sell')).toMatchObject({
      id: ask?.order,
      price: at('100010'),
      quantity: 600n,
      terms: { quote: { id: '2', set: 'b' } },
    })
    quote([both(perpetual, null, side(null, 0))])
    expect(standing('buy')).not.toBeNull()
    expect(standing('sell')).toBeNull()
  })

  test('keeps its place in the queue when it shrinks or only its set changes, and goes to the end when it is sent again', () => {
    const { engine, ben, quote, standing, perpetual } = quotesWorld()
    quote([both(perpetual, side('99990', 500), null, 'a')])
    const rival = place(engine, { account: ben, instrument: perpetual, quantity: 500, price: '99990' })
    const { orders } = engine.rooms.trading
    const priorities = (): readonly [number, number] => [
      standing('buy')?.priority ?? 0,
      orders.priority.get(orders.row(rival)),
    ]
    const isFirst = (): boolean => priorities()[0] < priorities()[1]
    quote([both(perpetual, side('99990', 400), null, 'a')])
    expect(isFirst()).toBe(true)
    quote([both(perpetual, side('99990', 400), null, 'b')])
    expect(isFirst()).toBe(true)
    quote([both(perpetual, side('99990', 400), null, 'b')])
    expect(isFirst()).toBe(false)
  })

  test('what is filled counts as a part of the quantity', () => {
    const { ben, quote, standing, take, perpetual } = quotesWorld()
    quote([both(perpetual, side('99990', 500), null)])
    take(ben, 'sell', 200, '99990')
    quote([both(perpetual, side('99980', 600), null)])
    expect(standing('buy')).toMatchObject({ quantity: 600n, filled: 200n })
  })

  test('a side of which there is none is not changed', () => {
    const { quote, perpetual } = quotesWorld()
    expect(faults(quote([both(perpetual, side('99990', null), side(null, 500))]))).toEqual([
      'quote_missing',
      'quote_missing',
    ])
    expect(quote([both(perpetual, side(null, 0), null)])).toEqual([
      { instrument: perpetual, side: 'buy', order: null, fault: null },
    ])
  })

  test('each side is judged by itself, and one that fails leaves the others of the message', () => {
    const { quote, prices, perpetual, call } = quotesWorld()
    quote([both(perpetual, side('99990'), side('100010'))])
    const settled = quote([
      both(perpetual, side('99990.3'), side('100020')),
      both(call, side('0.04', 10), side('0.06', 10)),
    ])
    expect(faults(settled)).toEqual(['price_off_tick', null, null, null])
    expect(prices()).toEqual([null, at('100020')])
    expect(prices(call)).toEqual([at('0.04'), at('0.06')])
  })

  test('groups are layers: each has its own of an instrument and side', () => {
    const { set, quote, prices, perpetual } = quotesWorld()
    set('far')
    quote([both(perpetual, side('99990'), side('100010'))])
    quote([both(perpetual, side('99900'), side('100100'))], { group: 'far' })
    expect(prices()).toEqual([at('99990'), at('100010')])
    expect(prices(perpetual, 'far')).toEqual([at('99900'), at('100100')])
  })

  test('post-only ends where it would take, or rests a tick behind', () => {
    const { engine, ben, quote, standing, endOf, perpetual } = quotesWorld()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 500, price: '100000' })
    const [bid] = quote([both(perpetual, side('99990'), null)])
    expect(faults(quote([both(perpetual, side('100000', 500, { postOnly: true }), null)]))).toEqual([
      'would_take',
    ])
    expect(endOf(bid?.order)?.data.unsolicited).toBe('would_take')
    quote([both(perpetual, side('100000', 500, { postOnly: true, reprices: true }), null)])
    expect(standing('buy')?.price).toBe(at('99999.5'))
  })

  test('a quote takes what it reaches, and only the rest of it stands', () => {
    const { engine, anna, ben, quote, standing, perpetual, proves } = quotesWorld()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 300, price: '100000' })
    quote([both(perpetual, side('100000', 500), side('100010'))])
    expect(engine.rooms.trading.held(anna, perpetual)).toBe(300n)
    expect(standing('buy')).toMatchObject({ quantity: 500n, filled: 300n, state: 'partially_filled' })
    proves()
  })

  test('is not replaced as an order is; it can be cancelled as one', () => {
    const { engine, quote, standing, perpetual } = quotesWorld()
    const [bid] = quote([both(perpetual, side('99990'), null)])
    const change = { ...UNCHANGED, order: bid?.order ?? 0, price: at('99980') }
    expect(refusedWith(engine, 'orders.replace', change)).toBe('transition_invalid')
    done(engine, 'orders.cancel', { order: bid?.order ?? 0 })
    expect(standing('buy')).toBeNull()
  })

  test('nothing is taken back while the instrument is halted', () => {
    const { engine, quote, prices, perpetual } = quotesWorld()
    quote([both(perpetual, side('99990'), side('100010'))])
    done(engine, 'instruments.set_state', { instrument: perpetual, state: 'halted', version: null })
    expect(faults(quote([both(perpetual, side(null, 0), side('100020'))]))).toEqual([
      'instrument_not_open',
      'instrument_not_open',
    ])
    expect(prices()).toEqual([at('99990'), at('100010')])
  })

  test('a preview of one changes nothing, and foresees what comes', () => {
    const { engine, ben, message, perpetual, quote } = quotesWorld()
    place(engine, { account: ben, instrument: perpetual, side: 'sell', quantity: 300, price: '100000' })
    quote([both(perpetual, side('99990'), side('100010'))])
    const input = message([
      both(perpetual, side('100000', 400), side('100020')),
      both(perpetual, null, side(null, 0)),
    ])
    const hash = () => `${hashOf(engine.image)} ${derivedHashOf(engine.image)}`
    const [before, time] = [hash(), engine.image.head.time]
    const foreseen = engine.preview({ command: 'orders.quote', input, actor: SYSTEM_ACTOR, time })
    expect(hash()).toBe(before)
    expect(run(engine, 'orders.quote', input, { time })).toEqual(foreseen)
  })
})
