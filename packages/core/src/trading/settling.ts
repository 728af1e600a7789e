/**
 * Settlement of an instrument: every position closes at the settlement price against the house, which pays and takes
 * what the longs gain and the shorts owe. What rounding leaves over stays on the operator's rounding account, less than
 * one unit for each position; contracts and money sum to zero after every step.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, NO_ROW, type Plain, type ProcessKind } from '../image/index.js'
import { entriesData } from '../ledger/index.js'
import { recordInstrument } from '../market/index.js'
import {
  type Amount,
  amount,
  formatPrice,
  formatQuantity,
  NONE,
  negate,
  quantity,
  ZERO,
} from '../money/index.js'
import type { ExecutionId, PositionId } from './fields.js'
import { applyFill } from './positions.js'
import type { TradingContext } from './trading.js'

export const SETTLE_PROCESS = 'instruments.settle'

export const settleProcess: ProcessKind<TradingContext> = {
  name: SETTLE_PROCESS,
  carryOut: (context, _parameters, position) => settlePosition(context, position as PositionId),
  path: ({ hierarchy }) => hierarchy.pathOf(hierarchy.root),
}

function settlePosition(context: TradingContext, id: PositionId): Plain {
  const { trading, market, ledger, image } = context
  const row = trading.positions.row(id)
  const account = trading.positions.account.get(row)
  const held = trading.positions.quantity.get(row)
  const house = ledger.houseAccount('rounding')
  if (held === NONE || account === house) return null
  const instrument = market.instruments.row(trading.positions.instrument.get(row))
  const price = market.instruments.settlementPrice.get(instrument)
  if (price === null) throw new Error('expected a settlement price')
  const execution = image.newId<ExecutionId>()
  const scale = market.instruments.quantityScale.get(instrument)
  // Half-even, on the size: what a long is paid and a short of that size pays is the same.
  const size = market.termsOf(instrument).notional(price, quantity(held < 0n ? -held : held))
  const paid = amount(held > 0n ? size : -size)
  const entries = payOut(context, market.instruments.currency.get(instrument), account, paid, house)
  const close = { instrument, execution }
  const position = applyFill(context, { ...close, account, quantity: quantity(-held), cost: negate(paid) })
  const counterPosition = applyFill(context, { ...close, account: house, quantity: held, cost: paid })
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

/** Starts the settlement of all that is held of an instrument. */
export function startSettlement(context: TradingContext, instrument: number): Id {
  const { trading, market, processes, hierarchy } = context
  const id = market.instruments.id(instrument)
  const held = trading.holders.of(id).filter((row) => trading.positions.quantity.get(row) !== NONE)
  recordInstrument(context, instrument, 'settled', {})
  return processes.start(context, {
    kind: SETTLE_PROCESS,
    party: hierarchy.root === NO_ROW ? (0 as Id) : hierarchy.parties.id(hierarchy.root),
    path: hierarchy.pathOf(hierarchy.root),
    parameters: { instrument: id },
    items: held.map((row) => trading.positions.id(row)),
  })
}
