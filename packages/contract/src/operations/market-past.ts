/** What the market was: candles, funding by the hour, what was settled, and how indexes moved. */
import { operation } from '../operation.js'
import { EXAMPLE, page, paging, period } from '../resources/common.js'
import { indexName, symbol } from '../resources/market.js'
import {
  CANDLE_RESOLUTIONS,
  candle,
  EXAMPLE_CANDLE,
  EXAMPLE_FUNDING_HOUR,
  EXAMPLE_INSTRUMENT_SETTLEMENT,
  EXAMPLE_SETTLEMENT,
  fundingHour,
  INSTRUMENT_SETTLEMENT_TYPES,
  instrumentSettlement,
  SETTLEMENT_TYPES,
  settlement,
} from '../resources/market-past.js'
import {
  choice,
  currency,
  id,
  instant,
  instrumentRef,
  list,
  nullable,
  object,
  optional,
  price,
  rate,
} from '../wire/index.js'

/** Hours of fifteen days, and the one in between. */
const VOLATILITY_HOURS_MAX = 361
/** Instruments of one list of settlements. */
export const SETTLED_INSTRUMENTS_MAX = 100

const OF_INSTRUMENTS = [
  operation('candles.list', {
    kind: 'history',
    method: 'GET',
    path: '/instruments/{instrument}/candles',
    summary: 'Read what an instrument traded at over time',
    description:
      'From the candle of its first trade to the running one, without gaps: one without a trade stands at the close before it. The running one still changes.',
    scope: 'marketdata:read',
    input: object({
      instrument: instrumentRef(),
      resolution: choice(CANDLE_RESOLUTIONS, 'How long each lasts'),
      ...period,
      ...paging,
    }),
    output: page(candle),
    refusals: ['instrument_unknown'],
    example: {
      request: { instrument: 'rain-tomorrow', resolution: '1h' },
      response: { items: [EXAMPLE_CANDLE], next_cursor: null },
    },
  }),
  operation('funding_hours.list', {
    kind: 'history',
    method: 'GET',
    path: '/instruments/{instrument}/funding-hours',
    summary: 'Read what longs of a perpetual paid, by full hours',
    scope: 'marketdata:read',
    input: object({ instrument: instrumentRef('The perpetual: its id or its symbol'), ...period, ...paging }),
    output: page(fundingHour),
    refusals: ['instrument_unknown'],
    example: {
      request: { instrument: 'BTC-PERPETUAL' },
      response: { items: [EXAMPLE_FUNDING_HOUR], next_cursor: null },
    },
  }),
  operation('funding_hours.sum', {
    kind: 'history',
    method: 'GET',
    path: '/instruments/{instrument}/funding-hours/sum',
    summary: 'Read what longs of a perpetual paid between two times, of their worth',
    description: 'From the last full hour before the first to the last one before the second.',
    scope: 'marketdata:read',
    input: object({
      instrument: instrumentRef('The perpetual: its id or its symbol'),
      from: instant(),
      to: instant('Not before `from`'),
    }),
    output: object({
      instrument: id('ins'),
      symbol: symbol(),
      from: instant(),
      to: instant(),
      interest: rate('Below zero they were paid'),
    }),
    refusals: ['instrument_unknown'],
    example: {
      request: { instrument: 'BTC-PERPETUAL', from: '2026-11-20T09:00:00.000000Z', to: EXAMPLE.at },
      response: {
        instrument: EXAMPLE.instrument,
        symbol: 'BTC-PERPETUAL',
        from: '2026-11-20T09:00:00.000000Z',
        to: EXAMPLE.at,
        interest: '0.0005',
      },
    },
  }),
  operation('instrument_settlements.list', {
    kind: 'history',
    method: 'GET',
    path: '/instrument-settlements',
    summary: 'Read what instruments were settled at: sessions that ended, and deliveries',
    scope: 'marketdata:read',
    input: object({
      instruments: optional(list(instrumentRef(), { max: SETTLED_INSTRUMENTS_MAX })),
      types: optional(list(choice(INSTRUMENT_SETTLEMENT_TYPES), { max: INSTRUMENT_SETTLEMENT_TYPES.length })),
      ...period,
      ...paging,
    }),
    output: page(instrumentSettlement),
    refusals: ['instrument_unknown'],
    example: {
      request: { instruments: ['BTC-PERPETUAL'] },
      response: { items: [EXAMPLE_INSTRUMENT_SETTLEMENT], next_cursor: null },
    },
  }),
] as const

const OF_ACCOUNTS = [
  operation('settlements.list', {
    kind: 'history',
    method: 'GET',
    path: '/accounts/{account}/settlements',
    summary:
      'Read what was settled of the positions of an account, and what it owed when it had nothing left',
    description: 'Of a currency: what its instruments settled in it, and what was owed in it.',
    scope: 'positions:read',
    input: object({
      account: id('acc'),
      instrument: optional(instrumentRef()),
      currency: optional(currency('Not beside `instrument`')),
      types: optional(list(choice(SETTLEMENT_TYPES), { max: SETTLEMENT_TYPES.length })),
      ...period,
      ...paging,
    }),
    output: page(settlement),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account, currency: 'BTC' },
      response: { items: [EXAMPLE_SETTLEMENT], next_cursor: null },
    },
  }),
] as const

const OF_INDEXES = [
  operation('indexes.hours', {
    kind: 'history',
    method: 'GET',
    path: '/indexes/{index}/hours',
    summary: 'Read where an index stood, by full hours',
    description:
      'As it was recorded with the funding of the oldest perpetual that follows it; nothing where none does.',
    scope: 'marketdata:read',
    input: object({ index: indexName(), ...period, ...paging }),
    output: page(object({ hour: instant(), price: nullable(price('Null while it had none')) })),
    refusals: [],
    example: {
      request: { index: 'btc_usd' },
      response: { items: [{ hour: EXAMPLE.at, price: '98000' }], next_cursor: null },
    },
  }),
  operation('indexes.volatility', {
    kind: 'history',
    method: 'GET',
    path: '/indexes/{index}/volatility',
    summary: 'Read how much an index moved, for each full hour of the last fifteen days',
    description:
      'The deviation of the logarithms of hourly changes over the fifteen days before each hour, for a year of 8,760 hours; 0.5 is fifty percent. The prices are those of `indexes.hours`. A figure to look at: nothing is charged by it.',
    scope: 'marketdata:read',
    input: object({ index: indexName() }),
    output: object({
      index: indexName(),
      items: list(object({ hour: instant(), volatility: rate('For a year') }), { max: VOLATILITY_HOURS_MAX }),
    }),
    refusals: [],
    example: {
      request: { index: 'btc_usd' },
      response: { index: 'btc_usd', items: [{ hour: EXAMPLE.at, volatility: '0.5' }] },
    },
  }),
] as const

export const MARKET_PAST_OPERATIONS = [...OF_INSTRUMENTS, ...OF_ACCOUNTS, ...OF_INDEXES] as const
