/**
 * What differs between the kinds of instruments in trading and accounting: whether and how one can be short, what a
 * position has to keep behind it, what the open orders may cost at worst, and how lots close. A further kind is a
 * further file beside this one; orders, matching and positions stay as they are.
 */
import type { Terms } from '../../market/index.js'
import type { Amount, Quantity } from '../../money/index.js'
import type { NettingProfile } from '../fields.js'

/** The open orders of one account in one instrument, both sides apart; fees are what they may still be charged. */
export interface OpenSums {
  readonly bidQuantity: Quantity
  /** What the bids cost at their prices, rounded up. */
  readonly bidCost: Amount
  readonly bidFees: Amount
  readonly offerQuantity: Quantity
  /** What the offers bring in at their prices, rounded down. */
  readonly offerProceeds: Amount
  readonly offerFees: Amount
  /** By how much fees exceed what a contract frees that is bought back, or brings that is sold: nearly always nothing. */
  readonly excess: Amount
}

export interface KindRules {
  readonly netting: NettingProfile
  /**
   * What a fill moves: its worth in money at once; nothing, as what it gains and loses is paid at the end of each session;
   * or one currency for another, which leaves no position.
   */
  readonly paid: 'at_once' | 'by_session' | 'exchanged'
  /** Whether what it requires follows from prices: then the margin model of the account reckons it, not this file. */
  readonly isMargined: boolean
  /** Whether a fully paid account may sell what it does not have. */
  readonly canBeShort: boolean
  /** What has to stay behind a position. */
  requirement(quantity: Quantity, terms: Terms): Amount
  /** The most that buying power can fall when any of the open orders fill, on the position that is there. */
  worstCost(open: OpenSums, quantity: Quantity, terms: Terms): Amount
}
