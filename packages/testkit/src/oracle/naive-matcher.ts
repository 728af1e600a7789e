/**
 * The naive matcher: one instrument, the rules of orders as they are documented (polymarket-us 4.3, 4.4, 4.7 and 11), and
 * no thought for speed. It keeps an array of orders, sorts it whenever it is asked, and tries every tick of an auction. The
 * engine and this one get the same flow and must agree on every answer, every trade and every order that is left.
 */
import { naiveAuctionPrice } from './naive-auction.js'
import {
  canRest,
  isMeaningless,
  isWaiting,
  type NaiveOrder,
  type NaiveRequest,
  type NaiveSide,
  type NaiveTrade,
  type NaiveVerdict,
  openOf,
  shownOf,
} from './naive-order.js'

export type NaiveState = 'preopen' | 'open' | 'auction' | 'suspended' | 'closed'

export type NaiveChange = Partial<
  Pick<
    NaiveRequest,
    | 'price'
    | 'stopPrice'
    | 'quantity'
    | 'timeInForce'
    | 'expiresAt'
    | 'allOrNone'
    | 'postOnly'
    | 'strictLimit'
    | 'displayQuantity'
  >
>

export class NaiveMatcher {
  readonly trades: NaiveTrade[] = []
  orders: NaiveOrder[] = []
  state: NaiveState = 'open'
  private last: number | null = null
  private priorities = 0

  /** Of a derivative, and of a pair, a stop may lie on either side of its limit (deribit section 6.1). */
  constructor(
    private readonly ticks: { readonly low: number; readonly high: number },
    private readonly isFree = false,
  ) {}

  /** `label` names the order from now on. */
  place(label: number, request: NaiveRequest): NaiveVerdict {
    if (request.type === 'trailing_stop' && this.last === null) return 'no_reference_price'
    const order = {
      ...request,
      label,
      filled: 0,
      isTriggered: false,
      priority: this.nextPriority(),
      shownUntil: null,
    }
    this.trail(order)
    const verdict = this.judge(order)
    if (verdict !== 'accepted') return verdict
    this.enter(order)
    this.followUp()
    return verdict
  }

  /** What is left out stays; a replacement that fails leaves the order as it was. */
  replace(label: number, change: NaiveChange): NaiveVerdict {
    const before = this.find(label)
    const after = { ...before, ...change }
    const verdict = this.judge(after)
    if (verdict !== 'accepted') return verdict
    this.drop(before)
    const keepsPlace =
      before.price === after.price &&
      before.stopPrice === after.stopPrice &&
      before.allOrNone === after.allOrNone &&
      before.displayQuantity === after.displayQuantity &&
      after.quantity <= before.quantity
    if (keepsPlace) this.orders.push(after)
    else this.enter({ ...after, priority: this.nextPriority() })
    this.followUp()
    return verdict
  }

  cancel(label: number): NaiveVerdict {
    if (this.state === 'closed') return 'instrument_not_open'
    this.drop(this.find(label))
    return 'accepted'
  }

  /** A crossed book trades at one price before it is open, and when an auction closes; closing ends day orders. */
  setState(to: NaiveState): void {
    if (to === 'open' || (to === 'closed' && this.state === 'auction')) this.uncross()
    this.state = to
    if (to === 'closed') this.orders = this.orders.filter(({ timeInForce }) => timeInForce !== 'day')
    this.followUp()
  }

  /** Whatever ends at or before `now` is gone. */
  advance(now: number): void {
    this.orders = this.orders.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  }

  find(label: number): NaiveOrder {
    const found = this.orders.find((each) => each.label === label)
    if (found === undefined) throw new Error(`expected an open order, was ${label}`)
    return found
  }

  /** What is displayed on a side, best price first and first in first at a price. */
  book(side: NaiveSide): NaiveOrder[] {
    const sign = side === 'buy' ? -1 : 1
    return this.orders
      .filter((each) => each.side === side && each.price !== null && !each.allOrNone && !isWaiting(each))
      .sort((left, right) => sign * (priceOf(left) - priceOf(right)) || left.priority - right.priority)
  }

  private judge(order: NaiveOrder): NaiveVerdict {
    const { type, side, price, stopPrice, postOnly, strictLimit, allOrNone } = order
    if (this.state === 'suspended' || this.state === 'closed') return 'instrument_not_open'
    const isPlain = type === 'limit' && canRest(order) && !postOnly && !strictLimit && !allOrNone
    if (this.state !== 'open' && !isPlain) return 'instrument_not_open'
    if (isMeaningless(order)) return 'order_type_invalid'
    if (order.quantity <= order.filled || order.minimumQuantity > order.quantity) return 'quantity_invalid'
    for (const each of [price, stopPrice])
      if (each !== null && (each < this.ticks.low || each > this.ticks.high)) return 'price_out_of_bounds'
    if (type === 'stop_limit' && !this.isFree && price !== null && stopPrice !== null)
      if (side === 'buy' ? stopPrice < price : stopPrice > price) return 'price_out_of_bounds'
    if (this.hasWrongTip(order)) return canShowTip(order) ? 'display_quantity_invalid' : 'order_type_invalid'
    const reached = this.reachedBy(order)
    if (type === 'market' && reached.length === 0) return 'no_liquidity'
    if (type === 'market_to_limit' && reached.length === 0 && this.last === null) return 'no_reference_price'
    if (postOnly && reached.length > 0) return 'would_take'
    if (strictLimit && reached.length > 0 && reached[0]?.price !== price) return 'would_not_trade_at_limit'
    const isJudgedNow = this.state === 'open' && stopPrice === null
    const isRefused = order.selfMatchInstruction === 'reject_aggressor'
    return isJudgedNow && isRefused && this.ownOf(order).length > 0 ? 'self_match' : 'accepted'
  }

  /** The orders of the other side that it may trade with, in the order in which it would. */
  private reachedBy({ side, price }: NaiveOrder): NaiveOrder[] {
    const others = this.book(side === 'buy' ? 'sell' : 'buy')
    if (price === null) return others
    return others.filter((each) => (side === 'buy' ? priceOf(each) <= price : priceOf(each) >= price))
  }

  /** Those of the same self-match prevention id among the ones that it would come to. */
  private ownOf(order: NaiveOrder): NaiveOrder[] {
    if (order.selfMatchId === null) return []
    const own: NaiveOrder[] = []
    let left = openOf(order)
    for (const { each, size } of this.turnsFor(order)) {
      if (left <= 0) break
      if (each.selfMatchId !== order.selfMatchId) left -= size
      else if (!own.includes(each)) own.push(each)
    }
    return own
  }

  /** How it would trade with them: an iceberg comes back behind all that stand at its price. */
  private turnsFor(order: NaiveOrder): { readonly each: NaiveOrder; readonly size: number }[] {
    const waiting = this.reachedBy(order).map((each) => ({ each, open: openOf(each), size: shownOf(each) }))
    const turns: { readonly each: NaiveOrder; readonly size: number }[] = []
    for (let turn = waiting.shift(); turn !== undefined; turn = waiting.shift()) {
      const { each, open, size } = turn
      turns.push({ each, size })
      if (open === size) continue
      const behind = waiting.filter((other) => other.each.price === each.price).length
      const left = open - size
      waiting.splice(behind, 0, { each, open: left, size: Math.min(left, each.displayQuantity ?? left) })
    }
    return turns
  }

  private hasWrongTip(order: NaiveOrder): boolean {
    const { displayQuantity: tip, quantity } = order
    return tip !== null && (!canShowTip(order) || quantity - tip >= 100 * tip)
  }

  private enter(order: NaiveOrder): void {
    if (isWaiting(order) && this.isReached(order)) order.isTriggered = true
    if (isWaiting(order) || this.state !== 'open') this.rest(order)
    else this.trade(order)
  }

  private trade(order: NaiveOrder): void {
    const own = this.ownOf(order)
    const instruction = order.selfMatchInstruction
    if (own.length > 0 && instruction !== 'reject_aggressor') for (const each of own) this.drop(each)
    if (own.length > 0 && instruction !== 'cancel_resting') return
    const isWhole = order.allOrNone || order.timeInForce === 'fok'
    const least = isWhole ? openOf(order) : order.minimumQuantity
    const reached = this.reachedBy(order)
    if (reached.reduce((sum, each) => sum + openOf(each), 0) >= least)
      for (let maker = reached[0]; maker !== undefined && openOf(order) > 0; maker = this.reachedBy(order)[0])
        this.exchange(order, maker, Math.min(openOf(order), shownOf(maker)), priceOf(maker))
    if (openOf(order) === 0) return
    if (order.type === 'market_to_limit' && order.price === null) order.price = this.last
    if (canRest(order) && order.price !== null) this.rest(order)
  }

  private rest(order: NaiveOrder): void {
    if (order.displayQuantity !== null) order.shownUntil = order.filled + order.displayQuantity
    this.orders.push(order)
  }

  /** A tip that is used up makes room for the next, at the end of the queue. */
  private refresh(order: NaiveOrder): void {
    if (order.displayQuantity === null || order.shownUntil === null || order.filled < order.shownUntil) return
    order.priority = this.nextPriority()
    order.shownUntil = Math.min(order.filled + order.displayQuantity, order.quantity)
  }

  /** A trailing stop follows the last price as long as that gets better for it. */
  private trail(order: NaiveOrder): void {
    if (order.trailingOffset === null || order.isTriggered || this.last === null) return
    const sign = order.side === 'sell' ? -1 : 1
    const behind = this.last + sign * order.trailingOffset
    const isNearer = order.stopPrice === null || sign * (order.stopPrice - behind) > 0
    if (isNearer) order.stopPrice = behind
  }

  private exchange(taker: NaiveOrder, maker: NaiveOrder, quantity: number, price: number): void {
    taker.filled += quantity
    maker.filled += quantity
    this.last = price
    this.trades.push({ price, quantity, taker: taker.label, maker: maker.label })
    this.orders = this.orders.filter((each) => openOf(each) > 0)
    for (const each of [taker, maker]) if (this.orders.includes(each)) this.refresh(each)
  }

  /** Stops that the last price reaches, buys before sells; then all-or-none orders that the book can fill. */
  private followUp(): void {
    for (const each of this.orders) this.trail(each)
    if (this.state !== 'open') return
    for (let next = this.nextToAct(); next !== undefined; next = this.nextToAct()) {
      this.drop(next)
      if (isWaiting(next)) next.isTriggered = true
      this.trade(next)
      for (const each of this.orders) this.trail(each)
    }
  }

  private nextToAct(): NaiveOrder | undefined {
    const stops = this.orders.filter((each) => isWaiting(each) && this.isReached(each))
    stops.sort((left, right) => {
      if (left.side !== right.side) return left.side === 'buy' ? -1 : 1
      const sign = left.side === 'buy' ? 1 : -1
      return sign * ((left.stopPrice ?? 0) - (right.stopPrice ?? 0)) || left.priority - right.priority
    })
    if (stops[0] !== undefined) return stops[0]
    return this.orders
      .filter((each) => each.allOrNone && !isWaiting(each))
      .sort((left, right) => left.priority - right.priority)
      .find((each) => this.reachedBy(each).reduce((sum, other) => sum + openOf(other), 0) >= openOf(each))
  }

  private isReached({ side, stopPrice }: NaiveOrder): boolean {
    if (this.last === null || stopPrice === null) return false
    return side === 'buy' ? this.last >= stopPrice : this.last <= stopPrice
  }

  /** All at one price; of two that meet, the later counts as the one that takes. */
  private uncross(): void {
    const price = naiveAuctionPrice([...this.book('buy'), ...this.book('sell')], this.last, this.ticks)
    if (price === null) return
    for (;;) {
      const [bid, offer] = [this.book('buy')[0], this.book('sell')[0]]
      if (bid === undefined || offer === undefined || priceOf(bid) < price || priceOf(offer) > price) return
      const [maker, taker] = bid.priority < offer.priority ? [bid, offer] : [offer, bid]
      if (taker.selfMatchId !== null && taker.selfMatchId === maker.selfMatchId) {
        if (taker.selfMatchInstruction !== 'reject_aggressor') this.drop(maker)
        if (taker.selfMatchInstruction !== 'cancel_resting') this.drop(taker)
      } else this.exchange(taker, maker, Math.min(openOf(bid), openOf(offer)), price)
    }
  }

  private drop(order: NaiveOrder): void {
    this.orders = this.orders.filter((each) => each !== order)
  }

  private nextPriority(): number {
    this.priorities += 1
    return this.priorities
  }
}

const canShowTip = (order: NaiveOrder): boolean => order.price !== null && canRest(order) && !order.allOrNone

const priceOf = ({ price }: NaiveOrder): number => {
  if (price === null) throw new Error('expected an order with a price')
  return price
}
