import { describe, expect, test } from 'vitest'
import type { Plain } from '../image/index.js'
import { PRICE_MAX, QUANTITY_MAX } from '../money/index.js'
import { at, contract, instrumentInput, openMarket } from '../testing/market-world.js'
import { refusedWith, START } from '../testing/world.js'

const { engine } = openMarket()

/** A share is held to the fewest rules of its kind, so that each limit is met alone. */
const SHARE = instrumentInput('share', {
  kind: 'equity',
  priceLow: null,
  priceHigh: null,
  settlementDays: 1,
})

let symbols = 0
/** The code that it is refused with, or null where it is made. */
function fault(said: Readonly<Record<string, Plain>>): string | null {
  symbols += 1
  const more = { ...SHARE, symbol: `share-${symbols}`, ...said }
  try {
    contract(engine, more.symbol as string, more)
    return null
  } catch {
    return refusedWith(engine, 'instruments.create', more)
  }
}

const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]))
/** Metadata whose JSON has that many characters: {"k":"…"} has 8 beside the value. */
const json = (characters: number) => ({ k: 'x'.repeat(characters - 8) })
const TICKS_MAX = 2n ** 53n - 1n

/** Field, what is just allowed, and what is just not. */
const EDGES: readonly (readonly [
  name: string,
  allowed: Readonly<Record<string, Plain>>[],
  refused: Plain[],
])[] = [
  [
    'symbol',
    [{ symbol: 'a' }, { symbol: 'a'.repeat(64) }, { symbol: 'A.b_c:d/e-f9' }],
    [
      { symbol: '' },
      { symbol: 'a'.repeat(65) },
      { symbol: '-a' },
      { symbol: 'a-' },
      { symbol: 'a b' },
      { symbol: 'ä' },
    ],
  ],
  [
    'display name',
    [{ displayName: 'x' }, { displayName: 'x'.repeat(128) }],
    [{ displayName: '' }, { displayName: 'x'.repeat(129) }],
  ],
  [
    'quantity scale',
    [{ quantityScale: 0 }, { quantityScale: 9 }],
    [{ quantityScale: -1 }, { quantityScale: 10 }, { quantityScale: 0.5 }],
  ],
  ['tick', [{ tick: 1n }, { tick: PRICE_MAX }], [{ tick: 0n }, { tick: -1n }, { tick: PRICE_MAX + 1n }]],
  ['lot', [{ lot: 1n }, { lot: QUANTITY_MAX }], [{ lot: 0n }, { lot: QUANTITY_MAX + 1n }]],
  [
    'multiplier',
    [{ multiplier: 1n }, { multiplier: PRICE_MAX }],
    [{ multiplier: 0n }, { multiplier: PRICE_MAX + 1n }],
  ],
  [
    'lowest price',
    [{ priceLow: 0n }, { priceLow: at('0.01') }, { priceLow: at('0.50'), priceHigh: at('0.50') }],
    [{ priceLow: -at('0.01') }, { priceLow: at('0.005') }, { priceLow: at('0.51'), priceHigh: at('0.50') }],
  ],
  [
    'highest price',
    [{ priceHigh: TICKS_MAX, tick: 1n }, { priceHigh: 0n }],
    [{ priceHigh: TICKS_MAX + 1n, tick: 1n }, { priceHigh: PRICE_MAX + 1n }, { priceHigh: at('0.015') }],
  ],
  [
    'largest order',
    [{ quantityMax: 1n }, { quantityMax: QUANTITY_MAX }],
    [{ quantityMax: 0n }, { quantityMax: QUANTITY_MAX + 1n }],
  ],
  [
    'largest worth',
    [{ notionalMax: 1n }, { notionalMax: 2n ** 63n - 1n }],
    [{ notionalMax: 0n }, { notionalMax: 2n ** 63n }],
  ],
  [
    'days to settlement',
    [{ settlementDays: 0 }, { settlementDays: 30 }],
    [{ settlementDays: -1 }, { settlementDays: 31 }, { settlementDays: 1.5 }],
  ],
  ['expiry', [{ expiresAt: START + 1 }], [{ expiresAt: START }, { expiresAt: START - 1 }]],
  ['fee schedule', [{ feeSchedule: null }], [{ feeSchedule: 999_999 }]],
  ['event', [{ event: 'e'.repeat(64) }], [{ event: 'e'.repeat(65) }, { event: '' }]],
  ['venue', [{ venue: 'v'.repeat(64) }], [{ venue: 'v'.repeat(65) }, { venue: '' }]],
  [
    'own fields',
    [{ metadata: fields(64) }, { metadata: json(16_384) }, { metadata: { a: null, b: true } }],
    [{ metadata: fields(65) }, { metadata: json(16_385) }, { metadata: { a: [] } }],
  ],
  [
    'an event contract',
    [{ kind: 'event_contract', settlementDays: 0, priceHigh: at('1') }],
    [
      { kind: 'event_contract', settlementDays: 0, priceHigh: at('1.01') },
      { kind: 'event_contract', settlementDays: 0, priceHigh: null },
      { kind: 'event_contract', settlementDays: 1, priceHigh: at('1') },
      // One lot at one tick is worth a tenth of the smallest count of dollars.
      { kind: 'event_contract', settlementDays: 0, priceHigh: at('1'), tick: at('0.0000001') },
    ],
  ],
]

describe('what an instrument may be, at each edge and beyond', () => {
  test.each(EDGES)('%s', (_name, allowed, refused) => {
    for (const each of allowed) expect([each, fault(each)]).toEqual([each, null])
    for (const each of refused as Readonly<Record<string, Plain>>[])
      expect([each, fault(each)]).toEqual([each, 'malformed'])
  })

  test('a currency is one that is known', () => {
    expect(fault({ currency: 'JPY' })).toBe(null)
    for (const currency of ['XXX', 'usd', '']) expect(fault({ currency })).toBe('currency_unknown')
  })

  test('a symbol is there once', () => {
    expect(fault({ symbol: 'twice' })).toBe(null)
    expect(fault({ symbol: 'twice' })).toBe('name_taken')
  })
})
