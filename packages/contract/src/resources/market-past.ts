/** What the market was: candles, funding by the hour, settlements and indexes on the wire. */
import {
  amount,
  choice,
  count,
  currency,
  id,
  instant,
  nullable,
  object,
  price,
  quantity,
  rate,
  text,
} from '../wire/index.js'
import { EXAMPLE } from './common.js'
import { symbol } from './market.js'

export const CANDLE_RESOLUTIONS = [
  '1m',
  '3m',
  '5m',
  '10m',
  '15m',
  '30m',
  '1h',
  '2h',
  '3h',
  '6h',
  '12h',
  '1d',
] as const
export const SETTLEMENT_TYPES = ['settlement', 'delivery', 'bankruptcy'] as const
/** An instrument is never bankrupt. */
export const INSTRUMENT_SETTLEMENT_TYPES = ['settlement', 'delivery'] as const

export const candle = object({
  start: instant('When it began: whole multiples of its length since 1970, in UTC'),
  currency: currency(),
  open: price(),
  high: price(),
  low: price(),
  close: price(),
  volume: quantity('What was traded'),
  notional: amount('currency', 'What that was worth'),
  trades: count(),
})

export const fundingHour = object({
  instrument: id('ins'),
  symbol: symbol(),
  hour: instant('The full hour at which it was recorded'),
  index_price: nullable(price('Where its index stood')),
  index_price_before: nullable(price('Where it stood an hour before')),
  funding_rate: rate('What longs pay of their worth in eight hours, at the rate that held then'),
  interest_1h: rate('What they paid of it in the hour; below zero they were paid'),
  interest_8h: rate('What they paid in the last eight'),
  interest: rate('What they paid since the beginning'),
})

export const settlement = object({
  sequence: text({ max: 32, description: 'Where it stands in the book: sequence.index' }),
  time: instant(),
  type: choice(
    SETTLEMENT_TYPES,
    '`settlement`: a session ended; `delivery`: it was settled for good; `bankruptcy`: what the account owed and the house paid',
  ),
  account: id('acc'),
  instrument: nullable(id('ins', 'Null of a bankruptcy')),
  symbol: nullable(symbol()),
  currency: currency(),
  quantity: nullable(quantity('What was held')),
  price: nullable(price('At which it was settled')),
  index_price: nullable(price('What it follows stood at')),
  realized: nullable(amount('currency', 'What the session had realized; of a delivery what closing it did')),
  unrealized: nullable(amount('currency', 'What was open')),
  funding: nullable(amount('currency', 'Below zero it was paid')),
  amount: nullable(amount('currency', 'What was paid to the account')),
})

export const instrumentSettlement = object({
  sequence: text({ max: 32, description: 'Where it stands in the book: sequence.index' }),
  time: instant(),
  type: choice(
    INSTRUMENT_SETTLEMENT_TYPES,
    '`settlement`: a session ended; `delivery`: it was settled for good',
  ),
  instrument: id('ins'),
  symbol: symbol(),
  price: nullable(price('At which it was settled')),
  index_price: nullable(price('What it follows stood at')),
})

export const EXAMPLE_CANDLE = {
  start: EXAMPLE.at,
  currency: 'USD',
  open: '0.35',
  high: '0.38',
  low: '0.35',
  close: '0.37',
  volume: '250',
  notional: '91.50',
  trades: 3,
} as const
export const EXAMPLE_FUNDING_HOUR = {
  instrument: EXAMPLE.instrument,
  symbol: 'BTC-PERPETUAL',
  hour: EXAMPLE.at,
  index_price: '98000',
  index_price_before: '97900',
  funding_rate: '0.0005',
  interest_1h: '0.0000625',
  interest_8h: '0.0001875',
  interest: '0.0001875',
} as const
export const EXAMPLE_SETTLEMENT = {
  sequence: '990.1',
  time: EXAMPLE.at,
  type: 'settlement',
  account: EXAMPLE.account,
  instrument: EXAMPLE.instrument,
  symbol: 'BTC-PERPETUAL',
  currency: 'BTC',
  quantity: '200',
  price: '98500',
  index_price: '98490',
  realized: '0.00000000',
  unrealized: '0.00001035',
  funding: '0.00000000',
  amount: '0.00001035',
} as const
export const EXAMPLE_INSTRUMENT_SETTLEMENT = {
  sequence: '990.0',
  time: EXAMPLE.at,
  type: 'settlement',
  instrument: EXAMPLE.instrument,
  symbol: 'BTC-PERPETUAL',
  price: '98500',
  index_price: '98490',
} as const
