/** What a trade or a price from outside does to the figures of an instrument's day. */
import type { Instant, Row } from '../image/index.js'
import { NO_ROW } from '../image/index.js'
import { businessDateOf } from '../ledger/index.js'
import { type Amount, add, NONE, type Price, plus, type Quantity, ZERO } from '../money/index.js'
import type { Market } from './market.js'

/** The figures of the business date of `at`; yesterday's last price becomes the close when the date turns. */
export function statisticsAt({ statistics, instruments }: Market, instrument: Row, at: Instant): Row {
  const id = instruments.id(instrument)
  const businessDate = businessDateOf(at)
  const known = statistics.find(id)
  if (known === NO_ROW)
    return statistics.insert(id, {
      businessDate,
      open: null,
      high: null,
      low: null,
      last: null,
      lastQuantity: null,
      lastAt: null,
      close: null,
      mark: null,
      markedAt: null,
      markSequence: 0,
      valuedSequence: 0,
      volume: NONE,
      notional: ZERO,
      trades: 0,
    })
  if (statistics.businessDate.get(known) === businessDate) return known
  statistics.businessDate.set(known, businessDate)
  statistics.close.set(known, statistics.last.get(known) ?? statistics.close.get(known))
  for (const column of [statistics.open, statistics.high, statistics.low]) column.set(known, null)
  statistics.volume.set(known, NONE)
  statistics.notional.set(known, ZERO)
  statistics.trades.set(known, 0)
  return known
}

export function recordTrade(
  market: Market,
  instrument: Row,
  {
    price,
    quantity,
    notional,
    at,
    sequence,
  }: {
    readonly price: Price
    readonly quantity: Quantity
    readonly notional: Amount
    readonly at: Instant
    readonly sequence: number
  },
): void {
  const { statistics } = market
  const row = statisticsAt(market, instrument, at)
  const [high, low] = [statistics.high.get(row), statistics.low.get(row)]
  if (statistics.open.get(row) === null) statistics.open.set(row, price)
  if (high === null || price > high) statistics.high.set(row, price)
  if (low === null || price < low) statistics.low.set(row, price)
  if (statistics.mark.get(row) === null && statistics.last.get(row) !== price)
    statistics.valuedSequence.set(row, sequence)
  statistics.last.set(row, price)
  statistics.lastQuantity.set(row, quantity)
  statistics.lastAt.set(row, at)
  statistics.volume.set(row, plus(statistics.volume.get(row), quantity))
  statistics.notional.set(row, add(statistics.notional.get(row), notional))
  statistics.trades.set(row, statistics.trades.get(row) + 1)
}

export function recordMark(
  market: Market,
  instrument: Row,
  price: Price,
  at: Instant,
  sequence: number,
): void {
  const { statistics } = market
  const row = statisticsAt(market, instrument, at)
  if (statistics.mark.get(row) !== price) statistics.valuedSequence.set(row, sequence)
  statistics.mark.set(row, price)
  statistics.markedAt.set(row, at)
  statistics.markSequence.set(row, sequence)
}
