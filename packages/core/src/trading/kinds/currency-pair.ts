/**
 * Currency pairs: crypto spot, and currencies against each other. A fill exchanges one currency for the other at once and
 * leaves nothing but the two balances; nothing is lent, so what an open order would give stays locked until it is filled
 * or ends: of purchases the quote with its fees, of sales the base.
 */
import { amount, ZERO } from '../../money/index.js'
import type { KindRules } from './kind.js'

export const currencyPair: KindRules = {
  netting: 'average',
  paid: 'exchanged',
  isMargined: false,
  // There is no position to be short of: what is sold is a balance.
  canBeShort: true,
  requirement: () => ZERO,
  // Sales pay their fees out of what they bring, which may be less.
  worstCost: (open) => amount(open.bidCost + open.bidFees + open.excess),
}
