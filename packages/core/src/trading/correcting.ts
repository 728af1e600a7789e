/**
 * Corrections of trades, as new entries that point at what they correct. A busted trade is traded back between the same
 * accounts at the same price, fees included; a corrected one is busted and traded again at the right price. Which trade
 * it was is in history: the host reads it there and hands it in.
 */
import type { AccountId } from '../hierarchy/index.js'
import { entriesData, type PostedEntry } from '../ledger/index.js'
import type { FeeScheduleId, InstrumentId } from '../market/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  formatPrice,
  formatQuantity,
  negate,
  type Price,
  type Quantity,
  quantity as quantityOf,
  ZERO,
} from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { exchange } from './exchange.js'
import type { ExecutionId, OrderId, Side, TradeId } from './fields.js'
import { leavesPositions } from './kinds/kind-rules.js'
import { applyFill, type PositionChange } from './positions.js'
import type { TradingContext } from './trading.js'

/** One side of a trade, as its execution report told of it. */
export type TradedSide = {
  readonly account: AccountId
  readonly order: OrderId
  readonly execution: ExecutionId
  /** What the house took; below zero a rebate. */
  readonly fee: Amount
  /** The order's, which says in which currency that was. */
  readonly feeSchedule?: FeeScheduleId | null
}

export type Traded = {
  readonly trade: TradeId
  readonly instrument: InstrumentId
  readonly price: Price
  readonly quantity: Quantity
  readonly buyer: TradedSide
  readonly seller: TradedSide
}

/** What became of a trade. */
export type Correction = 'busted' | 'corrected'

export function checkNotCorrected({ trading }: TradingContext, trade: TradeId): void {
  if (trading.corrections.has(trade)) refuse('already_reversed', 'the trade was busted or corrected before')
}

/** Books the trade between its accounts, `sign` -1 back; each side's event names what it corrects. */
export function bookCorrection(
  context: TradingContext,
  traded: Traded,
  kind: Correction,
  { sign, trade, withFees }: { readonly sign: 1 | -1; readonly trade: TradeId; readonly withFees: boolean },
): void {
  const { market, image } = context
  const instrument = market.instruments.row(traded.instrument)
  const terms = market.termsOf(instrument)
  const worth = amount(BigInt(sign) * terms.worth(traded.price, traded.quantity))
  const entries = exchange(context, 'correction', {
    instrument,
    buyer: traded.buyer.account,
    seller: traded.seller.account,
    quantity: quantityOf(BigInt(sign) * traded.quantity),
    notional: amount(BigInt(sign) * terms.notional(traded.price, traded.quantity)),
  })
  const hasPosition = leavesPositions(market.instruments.kind.get(instrument))
  for (const side of ['buyer', 'seller'] as const) {
    const isBuyer = side === 'buyer'
    const { account, order, fee, feeSchedule = null, execution: corrects } = traded[side]
    const execution = image.newId<ExecutionId>()
    const moved = quantityOf(BigInt(isBuyer ? sign : -sign) * traded.quantity)
    const cost = isBuyer ? worth : negate(worth)
    const taken = withFees ? amount(BigInt(sign) * fee) : ZERO
    const change = { account, instrument, quantity: moved, cost, execution, fee: taken }
    const position = hasPosition ? applyFill(context, change) : null
    const currency = market.feeCurrency(instrument, feeSchedule, isBuyer ? 'buy' : 'sell')
    const fees = withFees ? payBack(context, currency, account, fee, sign) : []
    record(context, {
      kind,
      traded,
      execution,
      corrects,
      order,
      side: isBuyer ? 'buy' : 'sell',
      trade,
      position,
      account,
      entries: [...entries[side], ...fees],
    })
  }
}

function payBack(
  { ledger }: TradingContext,
  currency: CurrencyCode,
  account: AccountId,
  fee: Amount,
  sign: 1 | -1,
): readonly PostedEntry[] {
  if (fee === ZERO) return []
  const taken = amount(BigInt(sign) * fee)
  const lines = [
    { account, amount: negate(taken) },
    { account: ledger.houseAccount('fees'), amount: taken },
  ]
  return ledger.post(currency, 'correction', lines, { mayOverdraw: true })
}

interface Told {
  readonly kind: Correction
  readonly traded: Traded
  readonly execution: ExecutionId
  readonly corrects: ExecutionId
  readonly order: OrderId
  /** The account's in the trade that is corrected, also where it is booked back. */
  readonly side: Side
  readonly trade: TradeId
  readonly position: PositionChange | null
  readonly account: AccountId
  readonly entries: readonly PostedEntry[]
}

function record({ hierarchy, market, emit }: TradingContext, told: Told): void {
  const { kind, traded, execution, corrects, order, side, trade, position, account, entries } = told
  const row = market.instruments.row(traded.instrument)
  const size = formatQuantity(traded.quantity, market.instruments.quantityScale.get(row))
  emit({
    kind: `trade.${kind}`,
    subject: `trd_${traded.trade}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: {
      execution,
      corrects,
      order: { id: order, account, instrument: traded.instrument, side },
      trade,
      correctedTrade: traded.trade,
      account,
      instrument: traded.instrument,
      symbol: market.instruments.symbol.get(row),
      lastPrice: traded.price,
      lastQuantity: traded.quantity,
      description: `Trade ${kind}: ${size} @ ${formatPrice(traded.price)}`,
      position,
      entries: entriesData(entries),
    },
  })
}
