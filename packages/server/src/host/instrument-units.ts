/**
 * The units that instruments count in, straight from the image. They never change once an instrument is there, so a
 * surface may read and show numbers by them at any moment, without waiting for the disk.
 */
import { type EngineContext, type FeeScheduleId, type InstrumentId, NO_ROW, type OrderId } from '@stemma/core'
import type { InstrumentUnits } from './market-view.js'

type Rooms = Pick<EngineContext, 'market' | 'trading'>

/** By id or by symbol; null where there is none. */
export function unitsOf({ market }: Rooms, named: number | string): InstrumentUnits | null {
  const { instruments, instrumentBySymbol } = market
  const row =
    typeof named === 'number' ? instruments.find(named as InstrumentId) : instrumentBySymbol.find(named)
  if (row === NO_ROW) return null
  return {
    id: instruments.id(row),
    symbol: instruments.symbol.get(row),
    currency: instruments.currency.get(row),
    quantityScale: instruments.quantityScale.get(row),
    terms: market.termsOf(row),
    feeCurrency: (schedule, side) => market.feeCurrency(row, schedule as FeeScheduleId | null, side),
  }
}

/** Whose an open order is, and of what; null where it is not open. Neither ever changes. */
export function placeOfOrder(
  { trading }: Rooms,
  order: number,
): { readonly account: number; readonly instrument: number } | null {
  const { orders } = trading
  const row = orders.find(order as OrderId)
  return row === NO_ROW ? null : { account: orders.account.get(row), instrument: orders.instrument.get(row) }
}
