/**
 * Cash equities and ETFs in a fully paid account: bought with money that is there, sold out of what is held
 * (rules/margin section 15: a buy reserves quantity × limit and fees; a sale of a long reserves the shares, no cash).
 */
import { type Amount, amount, ZERO } from '../../money/index.js'
import type { KindRules } from './kind.js'

export const equity: KindRules = {
  netting: 'fifo',
  paid: 'at_once',
  isMargined: false,
  canBeShort: false,
  requirement: () => ZERO,
  worstCost(open) {
    const offers = open.offerFees - open.offerProceeds
    const bids = open.bidCost + open.bidFees
    const worse = bids > offers ? bids : offers
    return worse > 0n ? amount(worse) : (ZERO as Amount)
  },
}
