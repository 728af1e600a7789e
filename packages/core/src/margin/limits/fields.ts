/** The tables of risk limits: what each node may do at most, and the nodes that lost more than they may in a day. */
import type { AccountId, GroupId, PartyId } from '../../hierarchy/index.js'
import {
  choice,
  count,
  exactOrNull,
  flag,
  type Id,
  money,
  ref,
  refOrNull,
  textOrNull,
  time,
  timeOrNull,
  value,
} from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  type Price,
  powerOfTen,
  QUANTITY_MAX,
  QUANTITY_SCALE_MAX,
  type Quantity,
  type Rate,
} from '../../money/index.js'

export type RiskLimitId = Id<'risk-limit'>
export type LossLockoutId = Id<'loss-lockout'>

/** A node of the tree that limits stand at. */
export type NodeId = AccountId | GroupId | PartyId

/** A quantity of whatever instrument: whole counts of 10^-9, the finest scale that there is. */
export type Units = bigint & { readonly __brand: 'Units' }

export const UNITS_SCALE = QUANTITY_SCALE_MAX
export const UNITS_MAX = (QUANTITY_MAX * powerOfTen(UNITS_SCALE)) as Units

export const unitsOf = (quantity: Quantity, scale: number): Units =>
  (quantity * powerOfTen(UNITS_SCALE - scale)) as Units

/** What a limit can be on. Null is no limit. */
export const boundFields = {
  /** Of one order. */
  orderQuantity: exactOrNull<Units>(),
  orderNotional: exactOrNull<Amount>(),
  /**
   * The net position with what is bid for, and, the other way round, with what is offered: either is within it. Of a
   * group or a party the net over its accounts.
   */
  position: exactOrNull<Units>(),
  priceLow: exactOrNull<Price>(),
  priceHigh: exactOrNull<Price>(),
  /** How far from the last price, as a part of it. */
  priceDeviation: exactOrNull<Rate>(),
  openOrders: value<number | null>(),
  /** In a second of the book's time. */
  orderRate: value<number | null>(),
  /** Realized, unrealized and fees of the business day together. */
  dailyLoss: exactOrNull<Amount>(),
}

export const riskLimitFields = {
  node: ref<NodeId>(),
  /** The node whose administrators alone may change the limit and lift what it locked: the node, or one above it. */
  authority: ref<NodeId>(),
  /** Null: of all instruments. */
  instrument: refOrNull<InstrumentId>(),
  /** What its amounts are in; with one it holds for instruments of that currency alone. */
  currency: textOrNull<CurrencyCode>(),
  ...boundFields,
  /** Whether what a loss locked is free again when the business date turns. */
  liftsDaily: flag(),
  setBy: refOrNull<Id>(),
  updatedAt: time(),
}

/** Orders of a node in a second, by the node's id; only where a rate is limited. */
export const orderRateFields = { second: count(), orders: count() }

export const LOCKOUT_STATES = ['locked', 'lifted'] as const

export const lossLockoutFields = {
  node: ref<NodeId>(),
  authority: ref<NodeId>(),
  limit: ref<RiskLimitId>(),
  currency: textOrNull<CurrencyCode>(),
  /** What was allowed, and what had been lost when it was locked. */
  allowed: money(),
  loss: money(),
  /** A lock that was lifted within its day: the loss counts anew from what it was then. */
  state: choice(LOCKOUT_STATES),
  forgiven: money(),
  lockedAt: time(),
  /** When it lifts itself, or, lifted, is forgotten. */
  until: timeOrNull(),
  /** The last account whose orders are through, and when the next step is due, while there are any left to cancel. */
  cursor: refOrNull<AccountId>(),
  nextStepAt: timeOrNull(),
}
