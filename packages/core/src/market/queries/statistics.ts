/** `statistics.get`: what an instrument traded at and how much, for whoever may see the market and not all of its terms. */
import { NO_ROW, query, type Values } from '../../image/index.js'
import type { CurrencyCode, Quantity } from '../../money/index.js'
import { instrumentRow } from '../checks.js'
import type { InstrumentId, statisticsFields } from '../fields.js'
import type { MarketContext } from '../market.js'

export interface StatisticsView {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly currency: CurrencyCode
  /** What all that are long hold together. */
  readonly openInterest: Quantity
  /** Null before the first trade or price. */
  readonly statistics: Values<typeof statisticsFields> | null
}

export const getStatistics = query({
  name: 'statistics.get',
  scope: 'marketdata:read',
  needs: () => [],
  read({ market }: MarketContext, { instrument }: { readonly instrument: InstrumentId }): StatisticsView {
    const row = instrumentRow(market, instrument)
    const traded = market.statistics.find(instrument)
    return {
      instrument,
      symbol: market.instruments.symbol.get(row),
      currency: market.instruments.currency.get(row),
      openInterest: market.openInterest(row),
      statistics: traded === NO_ROW ? null : market.statistics.read(traded),
    }
  },
})
