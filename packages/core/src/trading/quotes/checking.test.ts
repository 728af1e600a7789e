/** Messages of quotes that are refused as a whole: none of what they ask for is taken. */
import { describe, expect, test } from 'vitest'
import type { Plain } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { linearPerpetual, pair, publish, USDC } from '../../testing/derivatives-world.js'
import { both, quotesWorld, refusedFor, side } from '../../testing/quotes-world.js'
import { done, refusedWith, run } from '../../testing/world.js'
import { QUOTE_ID_LENGTH_MAX, QUOTES_OF_COMMAND_MAX } from './fields.js'

describe('a message that is refused as a whole', () => {
  test.each([
    ['no quotes', { quotes: [] }],
    ['a group without a name', { group: '' }],
    ['a message without a name', { quoteId: '' }],
    ['too long a name', { quoteId: 'x'.repeat(QUOTE_ID_LENGTH_MAX + 1) }],
    ['a connection of two words', { connection: 'two words' }],
  ])('%s', (_what, wrong) => {
    const { engine, message, perpetual } = quotesWorld()
    const good = message([both(perpetual, side('99990'), null)])
    expect(refusedWith(engine, 'orders.quote', { ...good, ...wrong })).toBe('malformed')
    done(engine, 'orders.quote', { ...good, quoteId: 'x'.repeat(QUOTE_ID_LENGTH_MAX) })
  })

  test.each<[string, string, (instrument: InstrumentId) => Plain]>([
    ['neither side', '/quotes/1/bid', (instrument) => both(instrument, null, null)],
    ['a side of nothing', '/quotes/1/ask/price', (instrument) => both(instrument, null, side(null, null))],
    ['a price below zero', '/quotes/1/bid/price', (instrument) => both(instrument, side('-1'), null)],
    [
      'a quantity below zero',
      '/quotes/1/bid/quantity',
      (instrument) => both(instrument, side('1', -1), null),
    ],
    [
      'a new price without post-only',
      '/quotes/1/bid/reprices',
      (instrument) => both(instrument, side('1', 10, { reprices: true }), null),
    ],
    [
      'too long a set',
      '/quotes/1/quote_set',
      (instrument) => both(instrument, side('1'), null, 'x'.repeat(QUOTE_ID_LENGTH_MAX + 1)),
    ],
  ])('%s', (_what, field, wrong) => {
    const { engine, message, prices, perpetual } = quotesWorld()
    const outcome = run(
      engine,
      'orders.quote',
      message([both(perpetual, side('99990'), null), wrong(perpetual)]),
    )
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'malformed', field } })
    expect(prices()).toEqual([null, null])
  })

  test(`more than ${QUOTES_OF_COMMAND_MAX} instruments`, () => {
    const { engine, message, quote, perpetual } = quotesWorld()
    const many = Array.from({ length: QUOTES_OF_COMMAND_MAX }, (_each, place) =>
      both(perpetual, side(`${90_000 + place}`), side(`${110_000 - place}`)),
    )
    expect(refusedWith(engine, 'orders.quote', message([...many, ...many.slice(0, 1)]))).toBe('malformed')
    expect(quote(many)).toHaveLength(2 * QUOTES_OF_COMMAND_MAX)
  })

  test('instruments that do not follow its index, or are not there', () => {
    const { engine, message, perpetual } = quotesWorld()
    const good = both(perpetual, side('99990'), null)
    publish(engine, [], { eth_usd: '4000' })
    const other = linearPerpetual(engine, 'ETH_USDC-PERPETUAL', {
      derivative: {
        base: 'ETH',
        index: 'eth_usd',
        option: null,
        style: 'linear',
        funding: { damper: 0n, cap: 0n },
      },
    })
    const spot = pair(engine, 'BTC' as never, USDC)
    for (const instrument of [other, spot]) {
      const outcome = run(engine, 'orders.quote', message([good, both(instrument, side('1'), null)]))
      expect(outcome).toMatchObject({ refusal: { code: 'malformed', field: '/quotes/1/instrument' } })
    }
    expect(refusedWith(engine, 'orders.quote', message([both(999_999 as never, side('1'), null)]))).toBe(
      'instrument_unknown',
    )
  })

  test('of a group that there is not, and of an account that may not quote', () => {
    const { engine, world, message, perpetual } = quotesWorld()
    const quotes = [both(perpetual, side('99990'), null)]
    expect(refusedFor(run(engine, 'orders.quote', message(quotes, { group: 'none' })))).toBe(
      'protection_missing',
    )
    done(engine, 'settings.set', {
      node: world.firm,
      name: 'orders.quotes',
      value: false,
      from: null,
    })
    expect(refusedFor(run(engine, 'orders.quote', message(quotes)))).toBe('quotes_disabled')
  })
})
