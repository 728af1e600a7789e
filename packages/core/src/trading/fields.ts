/**
 * The tables of the trading room. Only what is open is in `orders`: one that was filled, cancelled, rejected or has
 * expired leaves the image, and history keeps how it ended. A position stays, as a balance does.
 */
import type { AccountId } from '../hierarchy/index.js'
import {
  choice,
  count,
  exact,
  exactOrNull,
  flag,
  type Id,
  type Instant,
  money,
  type Plain,
  ref,
  refOrNull,
  text,
  textOrNull,
  time,
  timeOrNull,
  value,
} from '../image/index.js'
import type { FeeScheduleId, InstrumentId, OrderTrigger } from '../market/index.js'
import type { CurrencyCode, Price, Quantity, Rate } from '../money/index.js'
import type { Link } from './linked/link.js'
import type { Quote } from './quotes/quote.js'

export type OrderId = Id<'order'>
export type ExecutionId = Id<'execution'>
export type TradeId = Id<'trade'>
export type PositionId = Id<'position'>
export type LotId = Id<'lot'>
export type UnsettledId = Id<'unsettled'>

export const SIDES = ['buy', 'sell'] as const
export type Side = (typeof SIDES)[number]
export const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy')

export const ORDER_TYPES = [
  'market',
  'limit',
  'stop',
  'stop_limit',
  'take',
  'take_limit',
  'market_to_limit',
  'trailing_stop',
] as const
export type OrderType = (typeof ORDER_TYPES)[number]

export const TIMES_IN_FORCE = ['day', 'gtc', 'gtd', 'ioc', 'fok'] as const
export type TimeInForce = (typeof TIMES_IN_FORCE)[number]

/** States of an order that is open. `pending_…` wait for an outside venue. */
export const OPEN_STATES = [
  'pending_new',
  'new',
  'partially_filled',
  'pending_replace',
  'pending_cancel',
] as const
/** Every state that an order may be told in. */
export const ORDER_STATES = [...OPEN_STATES, 'filled', 'cancelled', 'expired', 'rejected'] as const
export type OpenState = (typeof OPEN_STATES)[number]
export type OrderState = (typeof ORDER_STATES)[number]

/** How an opposite fill closes what is open: at the average cost, or the oldest lot first. */
export const NETTING_PROFILES = ['average', 'fifo'] as const
export type NettingProfile = (typeof NETTING_PROFILES)[number]

/** What happens when an order would trade with one of the same participant and self-match prevention id. */
export const SELF_MATCH_INSTRUCTIONS = ['reject_aggressor', 'cancel_resting', 'remove_both'] as const
export type SelfMatchInstruction = (typeof SELF_MATCH_INSTRUCTIONS)[number]

/** What few orders ask for, or carry along for their senders. */
export type OrderTerms = {
  readonly allOrNone: boolean
  readonly postOnly: boolean
  readonly strictLimit: boolean
  readonly reduceOnly: boolean
  /** A post-only order that would take rests a tick behind instead. */
  readonly reprices: boolean
  /** What a stop or take looks at; null: the trigger of its instrument. */
  readonly trigger: OrderTrigger | null
  /** The sender's name for it, and for as many others as they like. */
  readonly label: string | null
  /** The least that the first execution has to fill; none is 0. */
  readonly minimumQuantity: Quantity
  readonly selfMatchId: string | null
  readonly selfMatchInstruction: SelfMatchInstruction | null
  /** The cash that the quantity was reckoned from, where it was. */
  readonly cash: bigint | null
  /** Other orders that it was entered with. */
  readonly cross: string | null
  /** Words of the sender: capacity, the client's own account, and the like. Echoed, never read here. */
  readonly tags: { readonly [key: string]: Plain }
} & SpecialTerms

/** What hardly an order asks for: absent where it does not, so that the others do not carry it. */
export type SpecialTerms = {
  /** Of a trailing stop: how far behind the best price of its trigger it waits. */
  readonly trailingOffset?: Price
  /** Of an iceberg: how much of it the book shows at a time. */
  readonly displayQuantity?: Quantity
  /** Of an iceberg that rests: how much of it is filled when the tip that is shown now is used up. */
  readonly shownUntil?: Quantity
  /** Of an option order that is priced in dollars: its price follows the index. */
  readonly usdPrice?: Price
  /** Of an option order that is priced by a volatility of a year: its price follows index and time. */
  readonly volatility?: Rate
  /** Of one that follows: whether its price was changed last by what it follows, and not by its owner. */
  readonly isRepriced?: boolean
  /** Of stops and takes: refused where the price is there already that they would wait for. */
  readonly mustWait?: true
  /** Under market-maker protection. */
  readonly isProtected?: true
  /** The connection that it came over, where it may end with it. */
  readonly connection?: string
  /** How it hangs together with other orders. */
  readonly link?: Link
  /** Of a quote: what it is quoted under. */
  readonly quote?: Quote
}

/** A replacement that the venue has not answered. */
export type PendingReplacement = {
  readonly clientOrderId: string | null
  readonly price: Price | null
  readonly stopPrice: Price | null
  readonly reservePrice: Price
  readonly quantity: Quantity
  readonly timeInForce: TimeInForce
  readonly expiresAt: Instant | null
  readonly terms: OrderTerms
}

export const orderFields = {
  account: ref<AccountId>(),
  instrument: ref<InstrumentId>(),
  clientOrderId: textOrNull(),
  /** The user who acts, and the credential that sent it where it is not the user's own but their firm's. */
  user: refOrNull<Id>(),
  submittedBy: refOrNull<Id>(),
  side: choice(SIDES),
  type: choice(ORDER_TYPES),
  timeInForce: choice(TIMES_IN_FORCE),
  state: choice(OPEN_STATES),
  /** The limit; null while there is none. */
  price: exactOrNull<Price>(),
  stopPrice: exactOrNull<Price>(),
  isTriggered: flag(),
  /** What its open quantity is reserved at. */
  reservePrice: exact<Price>(),
  /** Of the whole order, filled or not. */
  quantity: exact<Quantity>(),
  filled: exact<Quantity>(),
  /** What its fills were worth together; with `filled` it gives the average price. */
  cost: money(),
  /**
   * Fees that were charged, exact in 10^-18 and as they were rounded, without rebates; and what was charged in all,
   * below zero a rebate.
   */
  feeExact: exact<bigint>(),
  takerFees: money(),
  fees: money(),
  feeSchedule: refOrNull<FeeScheduleId>(),
  /** Lower goes first at a price. */
  priority: count(),
  expiresAt: timeOrNull(),
  terms: value<OrderTerms>(),
  /** A replacement that an outside venue has not answered. */
  pending: value<PendingReplacement | null>(),
  createdAt: time(),
  /** When it was entered or last replaced. */
  enteredAt: time(),
  updatedAt: time(),
}

export const positionFields = {
  account: ref<AccountId>(),
  instrument: ref<InstrumentId>(),
  /** Above zero long, below zero short. */
  quantity: exact<Quantity>(),
  /** What was paid for the open quantity; below zero what a short brought in. */
  cost: money(),
  realized: money(),
  /** What it was charged in all; below zero rebates. */
  fees: money(),
  /** What it had gained or lost before it came in from the outside, and what it took along when it went out. */
  carried: money(),
  /** How closing fills take cost: settled when it was opened. */
  netting: choice(NETTING_PROFILES),
  bought: exact<Quantity>(),
  sold: exact<Quantity>(),
  /** The quantity at the beginning of `businessDate`. */
  quantityAtOpen: exact<Quantity>(),
  businessDate: text(),
  updatedAt: time(),
}

/** What was opened together, where lots close first in, first out. */
export const lotFields = {
  position: ref<PositionId>(),
  quantity: exact<Quantity>(),
  cost: money(),
  execution: ref<ExecutionId>(),
  openedAt: time(),
}

/** What a position in a future or perpetual has gained or lost, by the position's id. */
export const variationFields = {
  /** What the open quantity had cost, or was worth when it was last settled. */
  basis: money(),
  /** Since then, by closing; and the funding since then, below zero what was paid. */
  realized: money(),
  funding: money(),
  /** What one unit had paid in funding when `funding` was reckoned. */
  fundingIndex: exact<bigint>(),
  /** What settlements ever paid, below zero what they took; and how much of it was funding. */
  paid: money(),
  fundingPaid: money(),
  /** The session that it is settled for. */
  session: count(),
}

/** Money of trades that are booked and not yet settled: what will come and what will go at that time. */
export const unsettledFields = {
  account: ref<AccountId>(),
  currency: text<CurrencyCode>(),
  credits: money(),
  debits: money(),
  settlesAt: timeOrNull(),
}

/** Accounts with more open orders than they can pay for, by the account's id, until the rest of these is cancelled. */
export const shortfallFields = { nextStepAt: timeOrNull() }

/** Trades that were busted or corrected, by the trade's id: it happens once. */
export const correctionFields = { correctedAt: time() }
