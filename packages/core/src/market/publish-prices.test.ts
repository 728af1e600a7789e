import { describe, expect, test } from 'vitest'
import { after, SECOND } from '../image/index.js'
import { textHash } from '../testing/hash.js'
import { at, contract, openMarket, place, share, trader } from '../testing/market-world.js'
import { answer, done, refusedWith, run } from '../testing/world.js'
import type { InstrumentView } from './index.js'

const priced = (...prices: [instrument: number, price: string][]) => ({
  prices: prices.map(([instrument, price]) => ({ instrument, price: at(price) })),
})

describe('prices.publish', () => {
  test('the last price of each instrument is kept with its sequence, and no event tells of it', () => {
    const world = openMarket()
    const { engine } = world
    const [first, second] = [share(engine, 'ONE'), share(engine, 'TWO')]
    const outcome = run(engine, 'prices.publish', priced([first, '10.123456789012345678'], [second, '20']))
    expect(outcome).toMatchObject({ kind: 'done', result: { published: 2 }, events: [] })
    const { statistics } = answer<InstrumentView>(engine, 'instruments.get', {
      instrument: first,
      symbol: null,
    })
    expect(statistics).toMatchObject({
      mark: at('10.123456789012345678'),
      markSequence: engine.image.head.sequence,
    })
    expect(engine.rooms.market.valuationPrice(engine.rooms.market.instruments.row(second))).toBe(at('20'))
  })

  test('what it takes, at the edge and beyond', () => {
    const { engine } = openMarket()
    const acme = share(engine)
    const rain = contract(engine)
    const refused = (prices: readonly { readonly instrument: number; readonly price: bigint }[]) =>
      refusedWith(engine, 'prices.publish', { prices })
    const many = (count: number) =>
      Array.from({ length: count }, () => ({ instrument: acme, price: at('1') }))
    expect(refused([])).toBe('malformed')
    expect(refused(many(1_001))).toBe('malformed')
    expect(refused(many(2))).toBe('malformed')
    expect(refused([{ instrument: acme, price: 0n }])).toBe('malformed')
    expect(refused([{ instrument: acme, price: at('1000000000000') + 1n }])).toBe('malformed')
    expect(refused([{ instrument: rain, price: at('1') + 1n }])).toBe('malformed')
    expect(refused([{ instrument: 999_999, price: at('1') }])).toBe('instrument_unknown')
    done(engine, 'prices.publish', {
      prices: [
        { instrument: acme, price: at('1000000000000') },
        { instrument: rain, price: at('1') },
      ],
    })
  })

  test('a thousand instruments are one command', () => {
    const { engine } = openMarket()
    const prices = Array.from({ length: 1_000 }, (_, place) => ({
      instrument: share(engine, `S${place}`),
      price: at('5'),
    }))
    expect(done(engine, 'prices.publish', { prices })).toEqual({ published: 1_000 })
  })

  test('stops follow the published price where the instrument says so, else the last trade, never one that a venue holds', () => {
    const world = openMarket()
    const { engine } = world
    const { trading } = engine.rooms
    const exchange = { name: 'elsewhere', displayName: 'E', url: 'https://e.example/', sealedSecret: 's' }
    const { venue } = done<{ venue: number }>(engine, 'venues.create', exchange)
    const accepted = { venue, number: 1, price: null, quantity: null, fee: null, reference: null, text: null }
    for (const [symbol, terms, state] of [
      ['TRADED', { stopTrigger: 'last_trade' }, false],
      ['PRICED', { stopTrigger: 'published_price' }, true],
      ['OUTSIDE', { stopTrigger: 'published_price', venue: 'elsewhere' }, false],
    ] as const) {
      const account = trader(world, `${symbol}-a`, '1000.00', 'cash')
      const instrument = share(engine, symbol, terms)
      const stop = place(engine, {
        account,
        instrument,
        quantity: 1,
        type: 'stop_limit',
        timeInForce: 'gtc',
        price: '11',
        stopPrice: '12',
      })
      if (symbol === 'OUTSIDE') done(engine, 'venues.report', { ...accepted, kind: 'accepted', order: stop })
      done(engine, 'prices.publish', priced([instrument, '11.99']))
      engine.tick(after(engine.image.head.time, SECOND))
      expect(trading.orders.isTriggered.get(trading.orders.row(stop))).toBe(false)
      done(engine, 'prices.publish', priced([instrument, '12']))
      engine.tick(after(engine.image.head.time, SECOND))
      expect(trading.orders.isTriggered.get(trading.orders.row(stop))).toBe(state)
    }
    expect(engine.verify(textHash).filter((check) => !check.holds)).toEqual([])
  })
})
