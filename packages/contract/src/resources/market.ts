/** Instruments, their fees, their books and the figures of their day on the wire. */
import {
  amount,
  choice,
  count,
  currency,
  fields,
  id,
  instant,
  list,
  nullable,
  object,
  optional,
  price,
  quantity,
  rate,
  text,
  type WireOf,
} from '../wire/index.js'
import { displayName, EXAMPLE, version } from './common.js'

export const INSTRUMENT_KINDS = [
  'event_contract',
  'equity',
  'future',
  'perpetual',
  'option',
  'currency_pair',
] as const
export const DERIVATIVE_STYLES = ['linear', 'inverse'] as const
export const OPTION_TYPES = ['call', 'put'] as const
export const STOP_TRIGGERS = ['last_trade', 'published_price'] as const
export const INSTRUMENT_STATES = [
  'pending',
  'preopen',
  'open',
  'auction',
  'suspended',
  'halted',
  'closed',
  'expired',
  'terminated',
] as const
export const FEE_KINDS = ['quadratic', 'notional', 'quantity', 'received'] as const
const ROUNDINGS = ['up', 'down', 'ceiling', 'floor', 'half_even', 'half_up'] as const

/** Levels of a book in one answer, and in a subscription. */
export const BOOK_DEPTH_MAX = 1_000
export const STREAM_DEPTH_MAX = 100
export const STREAM_INSTRUMENTS_MAX = 1_000

export const symbol = (description = 'What people call it') =>
  text({
    max: 64,
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?$/,
    meaning: 'a symbol of 1 to 64 letters, digits and . _ : / -',
    description,
  })
export const quantityScale = () => count({ max: 9, description: 'Digits after the point of a quantity' })

export const feeTerms = {
  name: text({ max: 64, description: 'Its name' }),
  kind: choice(
    FEE_KINDS,
    '`quadratic`: rate × quantity × price × (1 − price); `notional`: rate × notional; `quantity`: an amount for each unit; `received`, of currency pairs: rate × what the order receives, in that',
  ),
  taker_rate: rate('Of the order that takes'),
  maker_rate: rate('Of the order that rests; below zero a rebate'),
  rounding: choice(ROUNDINGS, 'How a fee becomes money'),
} as const
export const feeCap = () => rate('The most that a fill is charged, of its notional; above zero, at most one')

/** What may change of an instrument, given whole. */
export const limits = {
  price_low: nullable(price('The lowest price of an order')),
  price_high: nullable(price('The highest price of an order')),
  quantity_max: nullable(quantity('The largest order')),
} as const

export const indexName = (description = 'The name of an index') =>
  text({
    max: 32,
    pattern: /^[a-z0-9]+(?:_[a-z0-9]+)*$/,
    meaning: 'the name of an index such as btc_usd',
    description,
  })

/** What a derivative follows, and how a price becomes money. */
export const derivativeTerms = object({
  style: choice(
    DERIVATIVE_STYLES,
    '`linear`: worth price × quantity; `inverse`: dollars that settle in the coin, worth quantity / price',
  ),
  base: currency('The coin that is dealt in'),
  index: indexName('The index price that it follows'),
  option: optional(
    object({ type: choice(OPTION_TYPES), strike: price('The price that it may be bought or sold at') }),
  ),
  funding: optional(
    object({
      damper: rate('How far the mark may be from the index before funding is paid'),
      cap: rate('The most that is paid in eight hours'),
    }),
  ),
})

/** Fractions of the worth of a position. */
export const marginRates = object({
  initial: rate('What opening takes'),
  maintenance: rate('What has to be kept'),
  initial_per_unit: rate('Added to the initial rate for each unit of the base coin'),
  maintenance_per_unit: rate('Added to the maintenance rate for each unit'),
  option_floor: rate('The least initial rate of a short option'),
})

const openInterest = quantity('What all that are long hold together')

const dayFigures = {
  business_date: text({ max: 10, description: 'The day that open, high, low and volume belong to' }),
  open: nullable(price()),
  high: nullable(price()),
  low: nullable(price()),
  last: nullable(price('The last trade')),
  last_quantity: nullable(quantity()),
  last_at: nullable(instant()),
  close: nullable(price('The last price of the day before')),
  mark: nullable(price('A price from outside')),
  marked_at: nullable(instant()),
  volume: quantity(),
  notional: amount(),
  trades: count(),
} as const
export const statistics = object({
  instrument: id('ins'),
  symbol: symbol(),
  currency: currency(),
  open_interest: openInterest,
  statistics: nullable(object({ currency: currency(), ...dayFigures })),
})

export const instrument = object({
  id: id('ins'),
  symbol: symbol(),
  display_name: displayName(),
  kind: choice(INSTRUMENT_KINDS),
  state: choice(INSTRUMENT_STATES),
  currency: currency('What is paid and settled in; of a currency pair the quote'),
  base_currency: nullable(currency('Of currency pairs: what is bought and sold')),
  tick: price('Prices are whole multiples of it'),
  quantity_scale: quantityScale(),
  lot: quantity('Quantities are whole multiples of it'),
  multiplier: price('What a price of one is worth for one unit'),
  ...limits,
  notional_max: nullable(amount('currency', 'The largest order by its worth')),
  settlement_days: count({ description: 'Business days from a trade to its settlement' }),
  fees: nullable(object({ id: id('fee'), ...feeTerms, cap_rate: nullable(feeCap()) })),
  event: nullable(
    text({ max: 64, description: 'Instruments of one event, of which at most one comes true' }),
  ),
  venue: nullable(text({ max: 64, description: 'Null: matched here' })),
  stop_trigger: choice(STOP_TRIGGERS, 'What triggers stops that are matched here'),
  derivative: nullable(derivativeTerms),
  margin_rates: nullable(marginRates),
  index_price: nullable(price('What it follows stands at')),
  session: nullable(
    object({
      number: count({ description: 'How many have ended' }),
      price: nullable(price('What the last one was settled at')),
      ended_at: nullable(instant()),
      next_at: nullable(instant('When this one ends')),
      funding_rate: rate('What longs pay of their worth in eight hours; below zero shorts pay'),
      funding_of_period: rate('What longs paid of their worth in the last eight hours'),
    }),
  ),
  expires_at: nullable(instant()),
  settlement_price: nullable(price()),
  settled_at: nullable(instant()),
  open_interest: openInterest,
  statistics: nullable(object({ currency: currency(), ...dayFigures })),
  metadata: fields('The operator’s own fields'),
  version: version(),
  created_at: instant(),
  updated_at: instant(),
})

const level = object({ price: price(), quantity: quantity(), orders: count({ description: 'How many' }) })
export const book = object({
  instrument: id('ins'),
  symbol: symbol(),
  state: choice(INSTRUMENT_STATES),
  bids: list(level, { max: BOOK_DEPTH_MAX }),
  offers: list(level, { max: BOOK_DEPTH_MAX }),
})

/** What a subscription to the market is told of one instrument. */
export const marketView = object({
  kind: choice(['snapshot', 'update'], 'The first of an instrument, or what takes its place'),
  instrument: id('ins'),
  symbol: symbol(),
  currency: currency(),
  state: choice(INSTRUMENT_STATES),
  sequence: count({ description: 'What it was seen at' }),
  bids: list(level, { max: STREAM_DEPTH_MAX }),
  offers: list(level, { max: STREAM_DEPTH_MAX }),
  statistics: nullable(object({ currency: currency(), ...dayFigures })),
})

export type MarketView = WireOf<typeof marketView>

export const EXAMPLE_INSTRUMENT = {
  id: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  display_name: 'Rain tomorrow',
  kind: 'event_contract',
  state: 'open',
  currency: 'USD',
  base_currency: null,
  tick: '0.01',
  quantity_scale: 0,
  lot: '1',
  multiplier: '1',
  price_low: '0.01',
  price_high: '0.99',
  quantity_max: '10000',
  notional_max: null,
  settlement_days: 0,
  fees: null,
  event: 'weather',
  venue: null,
  stop_trigger: 'last_trade',
  derivative: null,
  margin_rates: null,
  index_price: null,
  session: null,
  expires_at: null,
  settlement_price: null,
  settled_at: null,
  open_interest: '0',
  statistics: null,
  metadata: { source: 'weather service' },
  version: 2,
  created_at: EXAMPLE.at,
  updated_at: EXAMPLE.at,
} as const
export const EXAMPLE_BOOK = {
  instrument: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  state: 'open',
  bids: [{ price: '0.37', quantity: '100', orders: 1 }],
  offers: [],
} as const
export const EXAMPLE_STATISTICS = {
  currency: 'USD',
  business_date: '2026-11-20',
  open: '0.35',
  high: '0.38',
  low: '0.35',
  last: '0.37',
  last_quantity: '100',
  last_at: EXAMPLE.at,
  close: null,
  mark: null,
  marked_at: null,
  volume: '250',
  notional: '91.50',
  trades: 3,
} as const
