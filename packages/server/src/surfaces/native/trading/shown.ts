/**
 * Where what the engine keeps of trading gets the units beside it that the wire shows it by: the currency and the
 * digits of a quantity. Answers, history, dry runs and streams all go through here.
 */
import {
  type Amount,
  type Event,
  HISTORY,
  type HistoryRow,
  type Plain,
  type Quantity,
  termsOfTold,
} from '@stemma/core'
import type { InstrumentUnits, MarketTold } from '../../../host/market-view.js'
import type { Host } from '../../../services.js'
import { camel } from '../history.js'

export type Shown = { readonly [key: string]: Plain }

/** A record of one instrument, with the units of that instrument. */
export function withUnits(host: Host, record: Shown): Shown {
  const { currency, quantityScale } = unitsIn(host, record)
  return { ...record, currency, quantityScale }
}

function unitsIn(host: Host, { instrument }: Shown): InstrumentUnits {
  const units = host.unitsOf(Number(instrument))
  if (units === null) throw new Error(`expected instrument ${String(instrument)} to be there`)
  return units
}

/** An order as events, history and the engine tell it, its terms beside the rest. */
export function shownOrder(host: Host, order: Shown): Shown {
  const terms = termsOfTold(order.terms)
  const { minimumQuantity } = terms
  const units = unitsIn(host, order)
  return withUnits(host, {
    ...order,
    ...terms,
    feeCurrency: feeCurrencyOf(units, order),
    trailingOffset: terms.trailingOffset ?? null,
    displayQuantity: terms.displayQuantity ?? null,
    usdPrice: terms.usdPrice ?? null,
    volatility: terms.volatility ?? null,
    isRepriced: terms.isRepriced ?? false,
    mustWait: terms.mustWait ?? false,
    isProtected: terms.isProtected ?? false,
    link: terms.link === undefined ? null : { ...terms.link, quantityScale: units.quantityScale },
    quote: terms.quote ?? null,
    averagePrice: units.terms.average(order.cost as Amount, order.filled as Quantity),
    minimumQuantity: minimumQuantity === 0n ? null : minimumQuantity,
  })
}

/** What an order is charged in: its schedule and its side say so. */
const feeCurrencyOf = ({ feeCurrency }: InstrumentUnits, { feeSchedule, side }: Shown): Plain =>
  feeCurrency((feeSchedule ?? null) as number | null, side === 'sell' ? 'sell' : 'buy')

/** A row of the table of executions; a correction tells of its trade alone, so no order stands behind it. */
export function shownExecution(host: Host, row: HistoryRow): HistoryRow {
  const snapshot = (row.snapshot ?? {}) as Shown
  return withUnits(host, {
    ...row,
    event: `${row.sequence}.${row.position}`,
    fee_currency: feeCurrencyOf(unitsIn(host, row), snapshot),
    after: snapshot.state === undefined ? null : shownOrder(host, snapshot),
  })
}

const EXECUTIONS = HISTORY.find(({ name }) => name === 'executions')

/** The execution reports that events tell, in the words of history. */
export const executionsIn = (host: Host, events: readonly Event[]): readonly Shown[] =>
  events.flatMap((event) => EXECUTIONS?.rows(event) ?? []).map((row) => camel(shownExecution(host, row)))

export const isExecution = ({ kind }: Event): boolean =>
  kind.startsWith('order.') || kind.startsWith('trade.')

/** A row of position entries. */
export const shownEntry = (host: Host, row: HistoryRow): HistoryRow =>
  withUnits(host, { ...row, sequence: `${row.sequence}.${row.position}` })

/** A view of the market: the levels and figures count in the instrument's units too. */
export const shownMarket = ({ kind, view }: MarketTold): Shown => ({
  kind,
  ...withLevels(view as object as Shown),
})

export function withLevels(book: Shown): Shown {
  const { quantityScale = 0, currency = null, statistics = null } = book
  const levels = (side: Plain | undefined) =>
    ((side ?? []) as readonly Shown[]).map((level) => ({ ...level, quantityScale }))
  return {
    ...book,
    bids: levels(book.bids),
    offers: levels(book.offers),
    statistics: statistics === null ? null : { ...(statistics as Shown), quantityScale, currency },
  }
}
