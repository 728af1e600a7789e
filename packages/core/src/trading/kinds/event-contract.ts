/**
 * Event contracts: fully collateralised. A long has paid its whole risk; a short keeps the payout behind it
 * (polymarket-us section 10: opening a short at p brings p and requires 1, closing it gives both back).
 *
 * Of the open orders the worse side counts: either all bids fill or all offers do. Nothing between is worse: a bid that
 * closes a short costs p and frees 1, one beyond it costs p; an offer out of a long brings p, one beyond it costs 1 - p;
 * so along each side the cost falls first and rises then, and with both sides filled the pairs that net out free 1. Where
 * fees are so dear that even a close costs something, that much is added for every order: then some of them alone are worse.
 */
import {
  amount,
  magnitude,
  NONE,
  ONE,
  type Price,
  type Quantity,
  quantity as quantityOf,
  smaller,
} from '../../money/index.js'
import type { KindRules } from './kind.js'

const PAYOUT = ONE as Price

const shortOf = (quantity: Quantity): Quantity => (quantity < 0n ? magnitude(quantity) : NONE)

export const eventContract: KindRules = {
  netting: 'average',
  paid: 'at_once',
  isMargined: false,
  canBeShort: true,
  requirement: (quantity, terms) => terms.notional(PAYOUT, shortOf(quantity), 'up'),
  worstCost(open, quantity, terms) {
    const closed = smaller(open.bidQuantity, shortOf(quantity))
    const bids = open.bidCost + open.bidFees - terms.notional(PAYOUT, closed, 'down')
    const after = quantityOf(quantity - open.offerQuantity)
    const opened = quantityOf(shortOf(after) - shortOf(quantity))
    const offers = open.offerFees - open.offerProceeds + terms.notional(PAYOUT, opened, 'up')
    const worse = bids > offers ? bids : offers
    return amount((worse > 0n ? worse : 0n) + open.excess)
  },
}
