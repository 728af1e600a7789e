/**
 * What open orders require under standard margin, instrument by instrument: the worse of both sides filled, on the
 * position that is there, and their fees; purchases of options their premium too. The requirement of a size grows faster
 * than the size, so along each side it falls first and rises then: nothing between is worse than its end.
 */
import type { Row } from '../../image/index.js'
import type { Market } from '../../market/index.js'
import { type Amount, amount, type Quantity, quantity, ZERO } from '../../money/index.js'
import { kindRules, type OpenSums } from '../../trading/index.js'
import { standardRequirement } from './requirement.js'

/** Null where a price is missing that it follows from. */
export function ordersRequirement(
  market: Market,
  instrument: Row,
  held: Quantity,
  open: OpenSums,
): Amount | null {
  const rules = kindRules(market.instruments.kind.get(instrument))
  if (!rules.isMargined) return rules.worstCost(open, held, market.termsOf(instrument))
  const premium = rules.paid === 'at_once' ? open.bidCost : ZERO
  const now = standardRequirement(market, instrument, held)
  const bought = standardRequirement(market, instrument, quantity(held + open.bidQuantity))
  const sold = standardRequirement(market, instrument, quantity(held - open.offerQuantity))
  if (now === null || bought === null || sold === null) return null
  const bids = bought.initial - now.initial + premium + open.bidFees
  const offers = sold.initial - now.initial + open.offerFees
  const worse = bids > offers ? bids : offers
  return amount(worse > 0n ? worse : 0n)
}
