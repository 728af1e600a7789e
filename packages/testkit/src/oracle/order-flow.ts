/**
 * A market with one instrument in which the engine and the naive matcher get the same flow. Each step says where the two
 * differ: in the answer, in the trades, in what is left open, or in what the book shows.
 */
import {
  type Event,
  type InstrumentId,
  MILLISECOND,
  type OrderId,
  type Outcome,
  type Plain,
  type Row,
} from '@stemma/core'
import { FlowMarket, TICK, TICKS } from './flow-market.js'
import { type NaiveChange, NaiveMatcher, type NaiveState } from './naive-matcher.js'
import type { NaiveOrder, NaiveRequest, NaiveTrade } from './naive-order.js'

/** A request as the flow asks for it: how long it stands is counted in milliseconds from now. */
export type FlowRequest = Omit<NaiveRequest, 'expiresAt'> & { readonly standsFor: number }

export type FlowStep =
  | { readonly kind: 'place'; readonly account: number; readonly request: FlowRequest }
  | { readonly kind: 'replace'; readonly place: number; readonly change: NaiveChange }
  | { readonly kind: 'cancel'; readonly place: number }
  | { readonly kind: 'state'; readonly to: NaiveState }
  | { readonly kind: 'wait'; readonly milliseconds: number }

const AFTER: Readonly<Record<NaiveState, readonly NaiveState[]>> = {
  preopen: ['open', 'suspended', 'closed'],
  open: ['auction', 'suspended', 'closed'],
  auction: ['open', 'suspended', 'closed'],
  suspended: ['preopen', 'open', 'closed'],
  closed: ['preopen', 'open'],
}

export class OrderFlow {
  private readonly naive: NaiveMatcher
  private readonly instrument: number
  private readonly ids = new Map<number, OrderId>()
  private readonly labels = new Map<number, number>()
  private readonly trades: NaiveTrade[] = []
  private placed = 0

  constructor(private readonly market = new FlowMarket()) {
    this.naive = new NaiveMatcher(TICKS, market.kind !== 'event_contract')
    this.instrument = market.openContract()
    market.events()
  }

  /** Takes one step on both sides; null where they agree. */
  take(step: FlowStep): string | null {
    this.advance(step.kind === 'wait' ? step.milliseconds : 1)
    const answers = this.answers(step)
    for (const event of this.market.events()) this.keepTrade(event)
    const [one, other] = answers ?? ['', '']
    if (one !== other) return `the engine says ${one}, the naive matcher ${other}`
    return this.difference()
  }

  get tradeCount(): number {
    return this.naive.trades.length
  }

  private answers(step: FlowStep): readonly [string, string] | null {
    const open = [...this.naive.orders].sort((left, right) => left.label - right.label)
    const chosen = 'place' in step ? open[step.place % Math.max(1, open.length)] : undefined
    switch (step.kind) {
      case 'place':
        return this.place(step.account, step.request)
      case 'replace':
        return chosen === undefined ? null : this.replace(chosen, step.change)
      case 'cancel': {
        if (chosen === undefined) return null
        const order = this.ids.get(chosen.label) ?? 0
        return [this.ask('orders.cancel', { order }), this.naive.cancel(chosen.label)]
      }
      case 'state':
        return this.changeState(step.to)
      case 'wait':
        return null
    }
  }

  private place(account: number, { standsFor, ...asked }: FlowRequest): readonly [string, string] {
    const expiresAt = this.endOf(asked.timeInForce, standsFor)
    const label = this.placed + 1
    this.placed = label
    const outcome = this.market.run('orders.place', {
      account: this.market.account(account),
      instrument: this.instrument,
      side: asked.side,
      type: asked.type,
      timeInForce: asked.timeInForce,
      quantity: lotsOf(asked.quantity),
      cash: null,
      price: priceOf(asked.price),
      pricing: 'given',
      stopPrice: priceOf(asked.stopPrice),
      expiresAt: asked.timeInForce === 'gtd' ? expiresAt : null,
      clientOrderId: `order-${this.instrument}-${label}`,
      minimumQuantity: asked.minimumQuantity === 0 ? null : lotsOf(asked.minimumQuantity),
      allOrNone: asked.allOrNone,
      postOnly: asked.postOnly,
      strictLimit: asked.strictLimit,
      reduceOnly: false,
      selfMatchId: asked.selfMatchId,
      selfMatchInstruction: asked.selfMatchInstruction,
      tags: {},
      trailingOffset: priceOf(asked.trailingOffset),
      displayQuantity: asked.displayQuantity === null ? null : lotsOf(asked.displayQuantity),
      onReject: 'refuse',
    })
    if (outcome.kind === 'done') {
      const { order } = outcome.result as { order: OrderId }
      this.ids.set(label, order)
      this.labels.set(order, label)
    }
    return [verdictOf(outcome), this.naive.place(label, { ...asked, expiresAt })]
  }

  private replace(
    { label, type, stopPrice, trailingOffset }: NaiveOrder,
    asked: NaiveChange,
  ): readonly [string, string] {
    const { price: _price, ...unpriced } = asked
    const hasLimit = type !== 'stop' && type !== 'trailing_stop'
    const { stopPrice: _stop, ...unstopped } = hasLimit ? asked : unpriced
    const isMovable = stopPrice !== null && trailingOffset === null
    const change: NaiveChange = isMovable ? (hasLimit ? asked : unpriced) : unstopped
    const answer = this.ask('orders.replace', {
      order: this.ids.get(label) ?? 0,
      clientOrderId: null,
      price: priceOf(change.price ?? null),
      stopPrice: priceOf(change.stopPrice ?? null),
      quantity: change.quantity === undefined ? null : lotsOf(change.quantity),
      timeInForce: null,
      expiresAt: null,
      minimumQuantity: null,
      allOrNone: change.allOrNone ?? null,
      postOnly: change.postOnly ?? null,
      strictLimit: change.strictLimit ?? null,
      displayQuantity: change.displayQuantity == null ? null : lotsOf(change.displayQuantity),
      onReject: 'refuse',
    })
    return [answer, this.naive.replace(label, change)]
  }

  private changeState(to: NaiveState): readonly [string, string] | null {
    if (!AFTER[this.naive.state].includes(to)) return null
    this.naive.setState(to)
    return [
      this.ask('instruments.set_state', { instrument: this.instrument, state: to, version: null }),
      'accepted',
    ]
  }

  private advance(milliseconds: number): void {
    this.market.advance(milliseconds)
    this.naive.advance(this.market.now)
  }

  private endOf(timeInForce: NaiveRequest['timeInForce'], standsFor: number): number | null {
    if (timeInForce === 'gtd') return this.market.now + standsFor * MILLISECOND
    return timeInForce === 'day' ? this.market.dayEnd() : null
  }

  private difference(): string | null {
    const pairs: readonly (readonly [string, unknown, unknown])[] = [
      ['trades', this.trades, this.naive.trades],
      ['open orders', this.openInEngine(), this.naive.orders.map(told).sort()],
      ['bids', this.shown('buy'), this.naive.book('buy').map(({ label }) => label)],
      ['offers', this.shown('sell'), this.naive.book('sell').map(({ label }) => label)],
    ]
    for (const [name, one, other] of pairs) {
      const [left, right] = [JSON.stringify(one), JSON.stringify(other)]
      if (left !== right) return `${name}: the engine has ${left}, the naive matcher ${right}`
    }
    return null
  }

  private openInEngine(): string[] {
    const { orders, ordersIn } = this.market.engine.rooms.trading
    return ordersIn
      .of(this.instrument as InstrumentId)
      .map((row) =>
        told({
          label: this.labelOf(row),
          side: orders.side.get(row),
          price: ticksOf(orders.price.get(row)),
          quantity: unitsOf(orders.quantity.get(row)),
          filled: unitsOf(orders.filled.get(row)),
          stopPrice: ticksOf(orders.stopPrice.get(row)),
          isTriggered: orders.isTriggered.get(row),
        }),
      )
      .sort()
  }

  /** The displayed orders of a side, in the order in which they would trade. */
  private shown(side: 'buy' | 'sell'): number[] {
    const { books } = this.market.engine.rooms.trading
    const levels = books.of(this.instrument as InstrumentId)[side]
    const labels: number[] = []
    for (let rank = 0; rank < levels.depth; rank += 1)
      for (let row = levels.level(rank)?.first ?? -1; row >= 0; row = books.after(row))
        labels.push(this.labelOf(row))
    return labels
  }

  private labelOf(row: Row): number {
    return this.labels.get(this.market.engine.rooms.trading.orders.id(row)) ?? 0
  }

  /** A trade is told twice, once by each side; the one that takes is told first. */
  private keepTrade({ kind, data }: Event): void {
    if (kind !== 'order.filled' && kind !== 'order.partially_filled') return
    const { id } = data.order as { id: number }
    const label = this.labels.get(id) ?? 0
    if (data.isAggressor === true) {
      const price = ticksOf(data.lastPrice as bigint) ?? 0
      this.trades.push({ price, quantity: unitsOf(data.lastQuantity as bigint), taker: label, maker: 0 })
      return
    }
    const open = this.trades.pop()
    if (open === undefined) throw new Error('expected the taker of a trade to be told before its maker')
    this.trades.push({ ...open, maker: label })
  }

  private ask(command: string, input: Plain): string {
    return verdictOf(this.market.run(command, input))
  }
}

/** The naive matcher counts in units of which one can be shown: an iceberg's tip has at least 100 lots. */
const LOTS_OF_UNIT = 100n
const lotsOf = (units: number): bigint => BigInt(units) * LOTS_OF_UNIT
const unitsOf = (lots: bigint): number => Number(lots) / Number(LOTS_OF_UNIT)

const priceOf = (ticks: number | null): bigint | null => (ticks === null ? null : BigInt(ticks) * TICK)
const ticksOf = (price: bigint | null): number | null => (price === null ? null : Number(price / TICK))

function verdictOf(outcome: Outcome): string {
  if (outcome.kind === 'done') return 'accepted'
  return outcome.kind === 'refused'
    ? String(outcome.refusal.data?.reason ?? outcome.refusal.code)
    : outcome.kind
}

const told = ({
  label,
  side,
  price,
  quantity,
  filled,
  isTriggered,
  stopPrice,
}: Pick<
  NaiveOrder,
  'label' | 'side' | 'price' | 'quantity' | 'filled' | 'isTriggered' | 'stopPrice'
>): string =>
  `${String(label).padStart(6)} ${side} ${filled}/${quantity} @ ${price} stop ${stopPrice}${isTriggered ? ' triggered' : ''}`
