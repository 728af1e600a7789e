/**
 * Settlement of an instrument: every position closes at the settlement price against the house, which pays and takes
 * what the longs gain and the shorts owe; of a future and a perpetual that is the variation up to it. What rounding leaves over stays on the operator's rounding account, less than
 * one unit for each position; contracts and money sum to zero after every step.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, NO_ROW, type Plain, type ProcessKind, type Row } from '../image/index.js'
import { entriesData } from '../ledger/index.js'
import { finalPrice, hasSessions, recordInstrument } from '../market/index.js'
import {
  type Amount,
  formatPrice,
  formatQuantity,
  NONE,
  negate,
  type Price,
  quantity,
  type Rate,
  ZERO,
} from '../money/index.js'
import type { ExecutionId, PositionId } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import { applyFill } from './positions.js'
import { closeSession } from './session-end.js'
import type { TradingContext } from './trading.js'
import { settleVariation } from './variations.js'

export const SETTLE_PROCESS = 'instruments.settle'

export const settleProcess: ProcessKind<TradingContext> = {
  name: SETTLE_PROCESS,
  carryOut: (context, parameters, position, place) => {
    const id = (position as PositionId | null) ?? context.trading.positionAt(parameters, place)
    return isUnsettled(context, context.trading.positions.row(id)) ? settlePosition(context, id) : null
  },
  path: ({ hierarchy }) => hierarchy.pathOf(hierarchy.root),
}

function settlePosition(context: TradingContext, id: PositionId): Plain {
  const { trading, market, ledger, image } = context
  const row = trading.positions.row(id)
  const account = trading.positions.account.get(row)
  const held = trading.positions.quantity.get(row)
  const house = ledger.houseAccount('rounding')
  if (account === house) return null
  const instrument = market.instruments.row(trading.positions.instrument.get(row))
  const price = market.instruments.settlementPrice.get(instrument)
  if (price === null) throw new Error('expected a settlement price')
  const isPaid = kindRules(market.instruments.kind.get(instrument)).paid === 'at_once'
  if (!isPaid) settleVariation(context, row)
  if (held === NONE) return null
  const execution = image.newId<ExecutionId>()
  const scale = market.instruments.quantityScale.get(instrument)
  // Half-even, which is the same on either side: what a long is paid a short of that size pays.
  const worth = market.termsOf(instrument).worth(price, held)
  const paid = isPaid ? worth : ZERO
  const entries = payOut(context, market.instruments.currency.get(instrument), account, paid, house)
  const close = { instrument, execution }
  const position = applyFill(context, { ...close, account, quantity: quantity(-held), cost: negate(worth) })
  const counterPosition = applyFill(context, { ...close, account: house, quantity: held, cost: worth })
  context.emit({
    kind: 'position.settled',
    subject: `pos_${id}`,
    paths: [context.hierarchy.pathOfAccount(context.hierarchy.accounts.row(account))],
    data: {
      id,
      account,
      instrument: position.instrument,
      symbol: market.instruments.symbol.get(instrument),
      execution,
      price,
      indexPrice: market.indexPrice(instrument),
      amount: paid,
      description: `Settled ${formatQuantity(held, scale)} @ ${formatPrice(price)}`,
      position,
      counterPosition: { ...counterPosition, path: context.hierarchy.pathOf(context.hierarchy.root) },
      entries: entriesData(entries),
    },
  })
  return null
}

function payOut(
  { ledger }: TradingContext,
  currency: Parameters<TradingContext['ledger']['post']>[0],
  account: AccountId,
  paid: Amount,
  house: AccountId,
) {
  if (paid === ZERO) return []
  const lines = [
    { account, amount: paid },
    { account: house, amount: negate(paid) },
  ]
  return ledger.post(currency, 'settlement', lines, { mayOverdraw: true })
}

/** What an instrument is settled at from now on, where `delivery` is the price of what it follows, or its own. */
export function fixSettlement(context: TradingContext, instrument: Row, delivery: Price): void {
  const { market, now } = context
  const { instruments, sessions } = market
  const price = finalPrice(instruments.derivative.get(instrument), delivery)
  if (hasSessions(instruments.kind.get(instrument))) {
    closeSession(context, instrument, price)
    const session = sessions.row(instruments.id(instrument))
    sessions.nextAt.set(session, null)
    sessions.fundingRate.set(session, 0n as Rate)
  }
  instruments.settlementPrice.set(instrument, price)
  instruments.settledAt.set(instrument, now)
}

/** Starts the settlement of all that is held of an instrument. */
export function startSettlement(context: TradingContext, instrument: Row, delivery: Price): Id {
  const { trading, market, processes, hierarchy } = context
  const id = market.instruments.id(instrument)
  recordInstrument(context, instrument, 'settled', { delivery })
  return processes.start(context, {
    kind: SETTLE_PROCESS,
    party: hierarchy.root === NO_ROW ? (0 as Id) : hierarchy.parties.id(hierarchy.root),
    path: hierarchy.pathOf(hierarchy.root),
    parameters: { instrument: id },
    items: trading.holderOrder.count(id),
  })
}

/** A position that is closed may still have a session to be paid for. */
const isUnsettled = ({ trading }: TradingContext, row: Row): boolean =>
  trading.positions.quantity.get(row) !== NONE || trading.variations.has(trading.positions.id(row))
