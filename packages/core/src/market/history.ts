/** The history of the market, read off its events: candles that have closed, and funding by the hour. */
import type { Event, HistoryColumn, HistoryRow, HistoryTable, Plain } from '../image/index.js'
import type { ClosedCandle } from './tape-fields.js'

const number = (name: string): HistoryColumn => ({ name, kind: 'number' })
const text = (name: string): HistoryColumn => ({ name, kind: 'text' })
const exact = (name: string): HistoryColumn => ({ name, kind: 'amount' })

const NO_ROWS: readonly HistoryRow[] = []

/** One row for each minute, hour and day in which an instrument traded. The running ones are in the image. */
export const CANDLES: HistoryTable = {
  name: 'candles',
  columns: [
    number('instrument'),
    text('period'),
    number('start'),
    exact('open'),
    exact('high'),
    exact('low'),
    exact('close'),
    exact('volume'),
    exact('notional'),
    number('trades'),
    number('sequence'),
  ],
  key: ['instrument', 'period', 'start'],
  indexes: [],
  order: ['instrument', 'period', 'start'],
  rows({ data, sequence }: Event) {
    const closed = data.closedCandles as readonly ClosedCandle[] | undefined
    return Array.isArray(closed) ? closed.map((candle) => ({ ...candle, sequence })) : NO_ROWS
  },
}

/** What longs of a perpetual paid in each full hour, as part of their worth; below zero they were paid. */
export const FUNDING_HOURS: HistoryTable = {
  name: 'funding_hours',
  columns: [
    number('instrument'),
    number('hour'),
    text('symbol'),
    exact('index_price'),
    exact('index_price_before'),
    exact('funding_rate'),
    exact('interest_1h'),
    exact('interest_8h'),
    /** Since the beginning. */
    exact('interest'),
    number('sequence'),
  ],
  key: ['instrument', 'hour'],
  indexes: [],
  order: ['instrument', 'hour'],
  rows({ kind, data, sequence }: Event) {
    if (kind !== 'funding.recorded') return NO_ROWS
    const of = (name: string): Plain => data[name] ?? null
    return [
      {
        instrument: of('instrument'),
        hour: of('hour'),
        symbol: of('symbol'),
        index_price: of('indexPrice'),
        index_price_before: of('indexPriceBefore'),
        funding_rate: of('fundingRate'),
        interest_1h: of('interest1h'),
        interest_8h: of('interest8h'),
        interest: of('interest'),
        sequence,
      },
    ]
  },
}

/** Sessions that have ended and instruments that were settled, each once whatever is held of them. */
export const INSTRUMENT_SETTLEMENTS: HistoryTable = {
  name: 'instrument_settlements',
  columns: [
    number('sequence'),
    number('position'),
    number('time'),
    number('instrument'),
    text('symbol'),
    text('type'),
    exact('price'),
    exact('index_price'),
  ],
  key: ['sequence', 'position'],
  indexes: [['instrument', 'sequence', 'position']],
  order: ['sequence', 'position'],
  isAppended: true,
  rows({ kind, data, sequence, index, time }: Event) {
    if (kind !== 'instrument.session_ended' && kind !== 'instrument.settled') return NO_ROWS
    const isSession = kind === 'instrument.session_ended'
    return [
      {
        sequence,
        position: index,
        time,
        instrument: data.id ?? null,
        symbol: data.symbol ?? null,
        type: isSession ? 'settlement' : 'delivery',
        price: (isSession ? data.price : data.settlementPrice) ?? null,
        index_price: (isSession ? data.indexPrice : data.delivery) ?? null,
      },
    ]
  },
}

export const MARKET_HISTORY: readonly HistoryTable[] = [CANDLES, FUNDING_HOURS, INSTRUMENT_SETTLEMENTS]
