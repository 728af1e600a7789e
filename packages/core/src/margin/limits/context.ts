/** What the limits see of a book: everything before the margin room, and of that room themselves. */
import type { TradingContext } from '../../trading/index.js'
import type { RiskLimits } from './risk-limits.js'

export interface LimitsContext extends TradingContext {
  readonly margin: { readonly limits: RiskLimits }
}
