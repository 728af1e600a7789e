/** `candles.running`: the candles of an instrument that have not closed yet; those that have are history. */
import { query } from '../../image/index.js'
import { runningCandles } from '../candles.js'
import { instrumentRow } from '../checks.js'
import type { InstrumentId } from '../fields.js'
import type { MarketContext } from '../market.js'
import type { ClosedCandle } from '../tape-fields.js'

export const getRunningCandles = query({
  name: 'candles.running',
  scope: 'marketdata:read',
  needs: () => [],
  read(
    { market }: MarketContext,
    { instrument }: { readonly instrument: InstrumentId },
  ): { readonly items: readonly ClosedCandle[] } {
    instrumentRow(market, instrument)
    return { items: runningCandles(market, instrument) }
  },
})
