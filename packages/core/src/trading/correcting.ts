/**
 * Corrections of trades, as new entries that point at what they correct. A busted trade is traded back between the same
 * accounts at the same price, fees included; a corrected one is busted and traded again at the right price. Which trade
 * it was is in history: the host reads it there and hands it in.
 */
import type { AccountId } from '../hierarchy/index.js'
import { entriesData, type PostedEntry } from '../ledger/index.js'
import type { InstrumentId } from '../market/index.js'
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
import type { ExecutionId, OrderId, Side, TradeId } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import { applyFill, type PositionChange } from './positions.js'
import type { TradingContext } from './trading.js'
import { recordUnsettled } from './unsettled.js'

/** One side of a trade, as its execution report told of it. */
export type TradedSide = {
  readonly account: AccountId
  readonly order: OrderId
  readonly execution: ExecutionId
  /** What the house took; below zero a rebate. */
  readonly fee: Amount
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
  const currency = market.instruments.currency.get(instrument)
  const worth = amount(BigInt(sign) * market.termsOf(instrument).worth(traded.price, traded.quantity))
  const isPaid = kindRules(market.instruments.kind.get(instrument)).paid === 'at_once'
  const entries = isPaid ? pay(context, currency, traded, worth) : []
  for (const side of ['buyer', 'seller'] as const) {
    const isBuyer = side === 'buyer'
    const { account, order, fee, execution: corrects } = traded[side]
    const execution = image.newId<ExecutionId>()
    const moved = quantityOf(BigInt(isBuyer ? sign : -sign) * traded.quantity)
    const cost = isBuyer ? worth : negate(worth)
    const taken = withFees ? amount(BigInt(sign) * fee) : ZERO
    const position = applyFill(context, {
      account,
      instrument,
      quantity: moved,
      cost,
      execution,
      fee: taken,
    })
    if (isPaid) recordUnsettled(context, account, instrument, negate(cost))
    const fees = withFees ? payBack(context, currency, account, fee, sign) : []
    const own = entries.filter((_entry, place) => (place === 0) === isBuyer)
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
      entries: [...own, ...fees],
    })
  }
}

function pay(
  { ledger }: TradingContext,
  currency: CurrencyCode,
  traded: Traded,
  paid: Amount,
): readonly PostedEntry[] {
  if (paid === ZERO) return []
  const lines = [
    { account: traded.buyer.account, amount: negate(paid) },
    { account: traded.seller.account, amount: paid },
  ]
  return ledger.post(currency, 'correction', lines, { mayOverdraw: true })
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
  readonly position: PositionChange
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
