/** From what a request asks to an order in hand: shapes are checked, what was left out is filled in, ids are given. */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, type Instant, NO_ROW, type Plain } from '../image/index.js'
import { endOfBusinessDay } from '../ledger/index.js'
import { type InstrumentId, instrumentRow, type OrderTrigger } from '../market/index.js'
import {
  type Amount,
  amount,
  divide,
  NONE,
  ONE,
  PRICE_MAX,
  type Price,
  QUANTITY_MAX,
  type Quantity,
  ZERO,
} from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { priceBehind } from './behind.js'
import { type Fault, fault } from './faults.js'
import type { OrderId, OrderTerms, OrderType, SelfMatchInstruction, Side, TimeInForce } from './fields.js'
import { quantityForCash } from './matching.js'
import type { Order } from './order.js'
import { peggedPrice } from './pegged-price.js'
import { checkPrintable, isPrintable } from './printable.js'
import { referencePrice } from './reference-price.js'
import { checkSpecialTerms, type SpecialAsked, specialTerms } from './special-terms.js'
import type { TradingContext } from './trading.js'
import { noReference, trailedPrice } from './trailing.js'
import { isWaitingType } from './triggers.js'

export const CLIENT_ORDER_ID_LENGTH_MAX = 64
export const SELF_MATCH_ID_LENGTH_MAX = 64
export const LABEL_LENGTH_MAX = 64
export const TAGS_MAX = 16
export const TAG_LENGTH_MAX = 128

/** Where a limit comes from: given, or the top of the own or the other side at entry. */
export type Pricing = 'given' | 'best_own' | 'best_opposite'

export type PlaceOrder = {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  /** One of quantity and cash is given. */
  readonly quantity: Quantity | null
  readonly cash: Amount | null
  readonly price: Price | null
  readonly pricing: Pricing
  readonly stopPrice: Price | null
  readonly expiresAt: Instant | null
  readonly clientOrderId: string | null
  readonly minimumQuantity: Quantity | null
  readonly allOrNone: boolean
  readonly postOnly: boolean
  readonly strictLimit: boolean
  readonly reduceOnly: boolean
  /** With post-only: rests a tick behind where it would take. */
  readonly reprices?: boolean
  /** Of stops and takes; the instrument's own unless said. */
  readonly trigger?: OrderTrigger | null
  /** Any number of orders may have the same. */
  readonly label?: string | null
  readonly selfMatchId: string | null
  readonly selfMatchInstruction: SelfMatchInstruction | null
  readonly tags: { readonly [key: string]: Plain }
  /** What a failed business check does: nothing at all, or an order that is recorded as rejected. */
  readonly onReject: 'record' | 'refuse'
} & SpecialAsked

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

export function checkClientOrderId(text: string | null): void {
  if (text !== null && (text.length > CLIENT_ORDER_ID_LENGTH_MAX || !VISIBLE_ASCII.test(text)))
    refuse('malformed', `expected 1 to ${CLIENT_ORDER_ID_LENGTH_MAX} visible characters`, {
      field: '/client_order_id',
    })
}

/** Client order ids are unique among an account's open orders. */
export function checkFree(
  { trading }: TradingContext,
  account: AccountId,
  clientOrderId: string | null,
): void {
  if (clientOrderId !== null && trading.clientOrderIds.find(account, clientOrderId) !== NO_ROW)
    refuse('client_order_id_taken', 'an open order of the account has that client order id', {
      field: '/client_order_id',
    })
}

/** What does not depend on the market: an order of that shape can be told about, accepted or not. */
export function checkShape(input: PlaceOrder, now: Instant): void {
  const { type, price, pricing, stopPrice, timeInForce, expiresAt } = input
  if ((input.quantity === null) === (input.cash === null))
    refuse('malformed', 'expected either a quantity or an amount of cash', { field: '/quantity' })
  checkNumber(input.quantity, QUANTITY_MAX, '/quantity')
  checkNumber(input.cash, QUANTITY_MAX, '/cash')
  if (input.cash !== null && type !== 'market_to_limit' && !(type === 'limit' && timeInForce === 'fok'))
    refuse('malformed', 'cash goes with market-to-limit, or a limit that is filled or killed', {
      field: '/cash',
    })
  const needsLimit = type === 'limit' || type === 'stop_limit' || type === 'take_limit'
  const isFollowing = (input.usdPrice ?? input.volatility ?? null) !== null
  if (isFollowing && (price !== null || pricing !== 'given'))
    refuse('malformed', 'what the price follows takes the place of the price', {
      field: input.usdPrice == null ? '/volatility' : '/usd_price',
    })
  if (needsLimit && pricing === 'given' && price === null && !isFollowing)
    refuse('malformed', `a ${type} order needs a price`, { field: '/price' })
  if (!needsLimit && (price !== null || pricing !== 'given'))
    refuse('malformed', `a ${type} order has no price`, { field: '/price' })
  const waits = isWaitingType(type)
  if ((waits && type !== 'trailing_stop') !== (stopPrice !== null))
    refuse('malformed', 'a stop price goes with stops and takes, and they need one', { field: '/stop_price' })
  if (!waits && (input.trigger ?? null) !== null)
    refuse('malformed', 'a trigger goes with stops and takes', { field: '/trigger' })
  if (input.reprices === true && !input.postOnly)
    refuse('malformed', 'only a post-only order is priced anew', { field: '/reprices' })
  if (input.label != null) checkPrintable(input.label, LABEL_LENGTH_MAX, '/label')
  for (const [given, field] of [
    [price, '/price'],
    [stopPrice, '/stop_price'],
  ] as const)
    if (given !== null && (given < 0n || given > PRICE_MAX))
      refuse('malformed', 'expected a price of at least zero', { field })
  checkTime(timeInForce, expiresAt, now)
  checkClientOrderId(input.clientOrderId)
  if (input.minimumQuantity !== null) checkNumber(input.minimumQuantity, QUANTITY_MAX, '/minimum_quantity')
  checkSelfMatch(input)
  checkSpecialTerms(input)
  checkTags(input.tags)
}

export function checkTime(timeInForce: TimeInForce, expiresAt: Instant | null, now: Instant): void {
  if ((timeInForce === 'gtd') !== (expiresAt !== null))
    refuse('malformed', 'a time of expiry goes with good-till-date, which needs one', {
      field: '/expires_at',
    })
  if (expiresAt !== null && expiresAt <= now)
    refuse('malformed', 'expected a time of expiry that is still to come', { field: '/expires_at' })
}

function checkNumber(given: bigint | null, most: bigint, field: string): void {
  if (given !== null && (given <= 0n || given > most))
    refuse('malformed', 'expected a number above zero that an order can have', { field })
}

function checkSelfMatch({ selfMatchId, selfMatchInstruction }: PlaceOrder): void {
  if (selfMatchId === null) {
    if (selfMatchInstruction !== null)
      refuse('malformed', 'an instruction goes with a self-match prevention id', { field: '/self_match_id' })
    return
  }
  if (selfMatchId.length > SELF_MATCH_ID_LENGTH_MAX || !VISIBLE_ASCII.test(selfMatchId))
    refuse('malformed', `expected 1 to ${SELF_MATCH_ID_LENGTH_MAX} visible characters`, {
      field: '/self_match_id',
    })
}

function checkTags(tags: PlaceOrder['tags']): void {
  const entries = Object.entries(tags)
  const isShort = ([name, value]: [string, Plain]): boolean =>
    name.length <= TAG_LENGTH_MAX &&
    typeof value === 'string' &&
    value.length <= TAG_LENGTH_MAX &&
    isPrintable(name) &&
    isPrintable(value)
  if (entries.length > TAGS_MAX || !entries.every(isShort))
    refuse('malformed', `expected at most ${TAGS_MAX} tags of ${TAG_LENGTH_MAX} characters`, {
      field: '/tags',
    })
}

/** An order in hand, and what is wrong with it before it is even judged. */
export function orderOf(
  context: TradingContext,
  input: PlaceOrder,
  { id, priority }: { readonly id: OrderId; readonly priority: number },
): { readonly order: Order; readonly fault: Fault | null } {
  const { market, doer, now } = context
  const instrument = instrumentRow(market, input.instrument)
  const reference = referencePrice(context, instrument)
  const price = priceOf(context, input)
  const order: Order = {
    id,
    account: input.account,
    instrument: input.instrument,
    clientOrderId: input.clientOrderId,
    user: doer.onBehalfOf ?? doer.user,
    submittedBy: doer.onBehalfOf === null ? null : doer.credential,
    side: input.side,
    type: input.type,
    timeInForce: input.timeInForce,
    state: 'new',
    price,
    stopPrice: input.stopPrice,
    isTriggered: false,
    reservePrice: price ?? input.stopPrice ?? collared(context, input, reference),
    quantity: input.quantity ?? NONE,
    filled: NONE,
    cost: ZERO,
    feeExact: 0n,
    takerFees: ZERO,
    fees: ZERO,
    feeSchedule: market.instruments.feeSchedule.get(instrument),
    priority,
    expiresAt: expiryOf(context, input.timeInForce, input.expiresAt, input.account),
    terms: termsOf(input),
    pending: null,
    createdAt: now,
    enteredAt: now,
    updatedAt: now,
  }
  order.stopPrice = trailedPrice(market, order)
  order.price = peggedPrice(market, order, now) ?? order.price
  order.price = priceBehind(context, order)
  order.reservePrice = order.price ?? order.stopPrice ?? order.reservePrice
  if (order.type === 'trailing_stop' && order.stopPrice === null) return { order, fault: noReference() }
  if (input.pricing !== 'given' && price === null)
    return { order, fault: fault('no_liquidity', 'no liquidity to derive a limit price from') }
  if (input.cash === null) return { order, fault: null }
  order.quantity = quantityForCash(context, order, input.cash, (each) =>
    input.side === 'buy' ? each : ((ONE - each) as Price),
  )
  return order.quantity > 0n
    ? { order, fault: null }
    : { order, fault: fault('no_liquidity', 'there is no liquidity to fill any portion of the cash at once') }
}

/**
 * What a market order at an outside venue is reserved at: the reference and a collar above it for a purchase
 * (rules/margin section 15). One that is matched here is reckoned by what the book asks.
 */
function collared(
  { settings, now }: TradingContext,
  { account, side }: PlaceOrder,
  reference: Price | null,
): Price {
  const collar = settings.effective('orders.market_collar_basis_points', account, now)
  if (reference === null || side === 'sell') return reference ?? (0n as Price)
  return divide(reference * BigInt(10_000 + collar), 10_000n, 'up') as Price
}

/** An id, and a priority behind everything that rests. */
export const newNumbers = ({ image }: TradingContext) => ({
  id: image.newId<OrderId>(),
  priority: image.newId<Id>() as number,
})

/** Day orders end with the business day, unless a setting lets them stand. */
export function expiryOf(
  { settings, now }: TradingContext,
  timeInForce: TimeInForce,
  expiresAt: Instant | null,
  account: AccountId,
): Instant | null {
  if (timeInForce !== 'day') return expiresAt
  return settings.effective('orders.day_orders_expire', account, now) ? endOfBusinessDay(now) : null
}

function priceOf(
  { trading, market }: TradingContext,
  { instrument, side, price, pricing }: PlaceOrder,
): Price | null {
  if (pricing === 'given') return price
  const book = trading.books.of(instrument)
  const isBuy = side === 'buy'
  const levels = (pricing === 'best_own') === isBuy ? book.buy : book.sell
  const best = levels.level(0)
  const { tick } = market.termsOf(market.instruments.row(instrument))
  return best === undefined ? null : ((BigInt(best.ticks) * tick) as Price)
}

const termsOf = (input: PlaceOrder): OrderTerms => ({
  allOrNone: input.allOrNone,
  postOnly: input.postOnly,
  strictLimit: input.strictLimit,
  reduceOnly: input.reduceOnly,
  reprices: input.reprices ?? false,
  trigger: input.trigger ?? null,
  label: input.label ?? null,
  minimumQuantity: input.minimumQuantity ?? NONE,
  selfMatchId: input.selfMatchId,
  // A participant's own id without an instruction refuses the incoming order (polymarket-us 4.7).
  selfMatchInstruction:
    input.selfMatchId === null ? null : (input.selfMatchInstruction ?? 'reject_aggressor'),
  cash: input.cash === null ? null : amount(input.cash),
  cross: null,
  tags: input.tags,
  ...specialTerms(input),
})
