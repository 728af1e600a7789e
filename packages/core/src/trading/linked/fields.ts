/**
 * Contingent orders: ones whose life hangs on another's. One triggers the other: the second waits, in no book and in no
 * reserve, until the first is filled. One cancels the other: both are live, and the first to fill or to end takes the
 * other out. Or one triggers two that cancel each other: a bracket (deribit section 6.1).
 */
import type { AccountId } from '../../hierarchy/index.js'
import { choice, exact, flag, ref, timeOrNull } from '../../image/index.js'
import type { OrderTrigger } from '../../market/index.js'
import type { Price, Quantity } from '../../money/index.js'
import type { OrderType, Side, TimeInForce } from '../fields.js'
import { FILL_CONDITIONS, type FillCondition, LINK_KINDS, type LinkKind } from './link.js'

/** Primary orders of an account that have others hanging on them. */
export const LINKED_ORDERS_MAX = 100

/** An order that hangs on the one that is placed: of the same account, in the same instrument. */
export type LinkedOrder = {
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly quantity: Quantity
  readonly price: Price | null
  readonly stopPrice: Price | null
  readonly trailingOffset: Price | null
  readonly trigger: OrderTrigger | null
  readonly label: string | null
  readonly postOnly: boolean
  readonly reprices: boolean
  readonly reduceOnly: boolean
  /** Ends where, once it is live, the price is there already that it would wait for. */
  readonly mustWait?: boolean
}

export type LinkedAsked = {
  readonly kind: LinkKind
  readonly condition: FillCondition
  readonly orders: readonly LinkedOrder[]
}

/** What became of a primary order, by its id, for as long as something hangs on it. */
export const contingencyFields = {
  account: ref<AccountId>(),
  kind: choice(LINK_KINDS),
  condition: choice(FILL_CONDITIONS),
  quantity: exact<Quantity>(),
  filled: exact<Quantity>(),
  isClosed: flag(),
  nextStepAt: timeOrNull(),
}

export * from './link.js'
