/**
 * Futures, perpetuals and options. What they require follows from prices, so the margin model reckons it; here nothing
 * is reserved. A fill of a future or perpetual moves no money: what it gains or loses is paid session by session. An
 * option is paid for at once, and its writer is paid.
 */
import { ZERO } from '../../money/index.js'
import type { KindRules } from './kind.js'

const derivative = {
  netting: 'average',
  canBeShort: true,
  isMargined: true,
  requirement: () => ZERO,
  worstCost: () => ZERO,
} as const

export const paidBySession: KindRules = { ...derivative, paid: 'by_session' }
export const option: KindRules = { ...derivative, paid: 'at_once' }
