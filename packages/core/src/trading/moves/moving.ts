/**
 * One leg of a move: a part of a position leaves one account and comes to another of the same main account, as a trade
 * between the two at a price, with an execution for each side and no order, fee or market price. Both sides book the very
 * same amount, so whatever one realizes by it the other has as its cost; of an option it is paid, as it is at any trade.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { Row } from '../../image/index.js'
import { entriesData, type PostedEntry } from '../../ledger/index.js'
import type { InstrumentId } from '../../market/index.js'
import {
  type Amount,
  amount,
  formatPrice,
  formatQuantity,
  magnitude,
  multiplyDivide,
  negate,
  type Price,
  type Quantity,
  quantity as quantityOf,
  ZERO,
} from '../../money/index.js'
import type { ExecutionId, Side, TradeId } from '../fields.js'
import { kindRules } from '../kinds/kind-rules.js'
import { applyFill } from '../positions.js'
import type { TradingContext } from '../trading.js'
import type { MoveId } from './fields.js'

export type MoveLeg = {
  readonly instrument: InstrumentId
  /** How much of the position, above zero whichever way it is open. */
  readonly quantity: Quantity
  /** Null: what the source paid for it on average, so that the source realizes nothing. */
  readonly price: Price | null
}

export interface Sides {
  readonly from: AccountId
  readonly to: AccountId
}

export type MovedLeg = {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly quantityScale: number
  readonly trade: TradeId
  /** What the target does: it buys where a long comes to it. */
  readonly side: Side
  readonly quantity: Quantity
  readonly price: Price
}

/** Books a leg that was checked. */
export function moveLeg(context: TradingContext, sides: Sides, leg: MoveLeg, move: MoveId): MovedLeg {
  const { market, trading, image } = context
  const instrument = market.instruments.row(leg.instrument)
  const terms = market.termsOf(instrument)
  const held = trading.held(sides.from, leg.instrument)
  const received = quantityOf(held > 0n ? leg.quantity : -leg.quantity)
  const cost = leg.price === null ? shareOfCost(context, sides.from, leg) : terms.worth(leg.price, received)
  const price = leg.price ?? terms.averageOnTick(cost, received) ?? (0n as Price)
  const trade = image.newId<TradeId>()
  const side: Side = received > 0n ? 'buy' : 'sell'
  const moved: MovedLeg = {
    instrument: leg.instrument,
    symbol: market.instruments.symbol.get(instrument),
    quantityScale: market.instruments.quantityScale.get(instrument),
    trade,
    side,
    quantity: leg.quantity,
    price,
  }
  const [left, came] = [image.newId<ExecutionId>(), image.newId<ExecutionId>()]
  const paid = pay(context, instrument, sides, cost)
  const shared = { move, moved, instrument, notional: amount(cost < 0n ? -cost : cost) }
  book(context, {
    ...shared,
    account: sides.from,
    quantity: quantityOf(-received),
    cost: negate(cost),
    execution: left,
    counterExecution: came,
    entries: paid.slice(0, 1),
  })
  book(context, {
    ...shared,
    account: sides.to,
    quantity: received,
    cost,
    execution: came,
    counterExecution: left,
    entries: paid.slice(1),
  })
  return moved
}

/** What the part of the position had cost, to the last unit: half-even, the rest stays with the source. */
function shareOfCost({ trading }: TradingContext, from: AccountId, leg: MoveLeg): Amount {
  const row = trading.holders.find(leg.instrument, from)
  const [cost, open] = [trading.positions.cost.get(row), magnitude(trading.positions.quantity.get(row))]
  return leg.quantity === open ? cost : multiplyDivide(cost, leg.quantity, open, 'half_even')
}

/** An option changes hands for its price; what is paid by session moves no money. */
function pay(
  { ledger, market }: TradingContext,
  instrument: Row,
  { from, to }: Sides,
  cost: Amount,
): readonly PostedEntry[] {
  if (cost === ZERO || kindRules(market.instruments.kind.get(instrument)).paid !== 'at_once') return []
  const lines = [
    { account: from, amount: cost },
    { account: to, amount: negate(cost) },
  ]
  return ledger.post(market.instruments.currency.get(instrument), 'order_execution', lines, {
    mayOverdraw: true,
  })
}

interface MovedSide {
  readonly move: MoveId
  readonly moved: MovedLeg
  readonly instrument: Row
  readonly notional: Amount
  readonly account: AccountId
  /** Above zero what the account has more of. */
  readonly quantity: Quantity
  readonly cost: Amount
  readonly execution: ExecutionId
  readonly counterExecution: ExecutionId
  readonly entries: readonly PostedEntry[]
}

/** The position of one side, and its report. It stands at the path of its own account and names no other. */
function book(context: TradingContext, side: MovedSide): void {
  const { hierarchy, emit } = context
  const { account, instrument, moved, quantity, execution } = side
  const position = applyFill(context, { account, instrument, quantity, cost: side.cost, execution })
  const size = formatQuantity(moved.quantity, moved.quantityScale)
  const direction: Side = quantity > 0n ? 'buy' : 'sell'
  emit({
    kind: 'trade.moved',
    subject: `trd_${moved.trade}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: {
      execution,
      counterExecution: side.counterExecution,
      move: side.move,
      order: { id: null, account, instrument: moved.instrument, side: direction },
      trade: moved.trade,
      account,
      instrument: moved.instrument,
      symbol: moved.symbol,
      lastPrice: moved.price,
      lastQuantity: moved.quantity,
      notional: side.notional,
      fee: ZERO,
      isAggressor: false,
      description: `Position moved: ${size} @ ${formatPrice(moved.price)}`,
      position,
      entries: entriesData(side.entries),
    },
  })
}
