/**
 * Liquidation of accounts under standard margin: once what has to be kept is not less than the margin balance, open orders
 * are cancelled, and positions are closed at the market a part at a time, the one that requires most first, until the rest
 * is kept (rules/margin section 17.3). Each step is due work of its own. What is closed so costs a fee. Whether and at
 * which fee are settings, and so is who pays what the account cannot.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { after, type Id, NO_ROW, type Row, SECOND, STEP_PAUSE } from '../../image/index.js'
import { entriesData } from '../../ledger/index.js'
import {
  add,
  currencyOf,
  magnitude,
  multiplyDivide,
  NONE,
  type Quantity,
  quantity,
  toOutputPrecision,
  ZERO,
} from '../../money/index.js'
import { cancelOpenOrder, chargeFee, closingOrder, type OrderId, placeOrder } from '../../trading/index.js'
import type { MarginContext } from '../margin.js'
import { coverShortfalls, isInsured, shortfallsOf } from './bankruptcy.js'
import { marginBalance } from './figures.js'
import { currenciesOf, dollarsFor, poolFigures } from './pool.js'
import { standardRequirement } from './requirement.js'

/** Orders that one step cancels, and of how many parts of a position one step closes one. */
export const LIQUIDATED_ORDERS_OF_STEP = 250
export const PARTS_OF_POSITION = 4n
/** Where nobody is there to trade with, it is tried again. */
const RETRY = 10 * SECOND
const FULL_BASIS_POINTS = 10_000n

/** Accounts whose figures are new: those that do not keep what they have to begin to be liquidated. */
export function checkMaintenance(context: MarginContext, accounts: readonly AccountId[]): void {
  const { margin, settings, horizon, now, hierarchy, emit } = context
  for (const account of accounts) {
    if (margin.liquidations.has(account) || !margin.standard.carries(account)) continue
    const isDue = isShort(context, account)
      ? settings.effective('margin.liquidation', account, now)
      : isInsured(context, account) && shortfallsOf(context, account).length > 0
    if (!isDue) continue
    margin.liquidations.insert(account, { nextStepAt: after(horizon, STEP_PAUSE) })
    emit({
      kind: 'account.liquidation_started',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: { account },
    })
  }
}

/** The next step of an account: it ends as soon as enough is kept. */
export function stepLiquidation(context: MarginContext, id: Id): void {
  const account = id as AccountId
  const { margin, horizon, hierarchy, emit } = context
  const row = margin.liquidations.row(account)
  const position = largestPosition(context, account)
  const isOver = position === NO_ROW || !isShort(context, account)
  if (isOver) {
    margin.liquidations.remove(row)
    coverShortfalls(context, account)
    emit({
      kind: 'account.liquidation_ended',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: { account },
    })
    return
  }
  const isDone = cancelSome(context, account) || closePart(context, account, position)
  margin.liquidations.nextStepAt.set(row, after(horizon, isDone ? STEP_PAUSE : RETRY))
}

/** Whether in any currency, or in the pool of all, what has to be kept is not less than the margin balance. */
function isShort(context: MarginContext, account: AccountId): boolean {
  const { standard } = context.margin
  const alone = currenciesOf(context, account).filter((code) => standard.poolRate(account, code) === null)
  const isAlone = alone.some((currency) => {
    const figures = standard.figures(account, currency)
    return figures.maintenance > 0n && figures.maintenance >= marginBalance(figures)
  })
  if (isAlone || !standard.isPooled(account)) return isAlone
  const pool = poolFigures(context, account, {})
  return pool.maintenance > 0n && pool.maintenance >= pool.marginBalance
}

/** The position that requires most, in dollars where its currency has an index; of those in currencies that are short. */
function largestPosition(context: MarginContext, account: AccountId): Row {
  const { trading, market } = context
  let [largest, most] = [NO_ROW, 0n]
  for (const row of trading.positionsOf.of(account)) {
    const instrument = market.instruments.row(trading.positions.instrument.get(row))
    const required = standardRequirement(market, instrument, trading.positions.quantity.get(row))
    if (required === null || required.maintenance === 0n || market.state(instrument) !== 'open') continue
    const currency = market.instruments.currency.get(instrument)
    const unit = 10n ** BigInt(currencyOf(currency).scale)
    const dollars = (required.maintenance * (dollarsFor(context, currency) ?? unit)) / unit
    if (dollars > most) [largest, most] = [row, dollars]
  }
  return largest
}

/** True where there were orders to cancel. */
function cancelSome(context: MarginContext, account: AccountId): boolean {
  const open = context.trading.ordersOf.of(account)
  for (const row of open.slice(0, LIQUIDATED_ORDERS_OF_STEP)) cancelOpenOrder(context, row, 'liquidation')
  return open.length > 0
}

/** Closes a part of a position at the market; false where nobody is there to trade with. */
function closePart(context: MarginContext, account: AccountId, position: Row): boolean {
  const { trading, market } = context
  const held = trading.positions.quantity.get(position)
  const instrument = trading.positions.instrument.get(position)
  const lot = market.instruments.lot.get(market.instruments.row(instrument))
  const size = magnitude(held)
  const part = (size / PARTS_OF_POSITION / lot) * lot
  const wanted = quantity(part > 0n ? part : size < lot ? size : lot)
  const tried = context.attempt(() =>
    placeOrder.decide(context, {
      ...closingOrder({
        account,
        instrument,
        held,
        quantity: wanted,
        price: null,
        tags: { origin: 'liquidation' },
      }),
      // It trades with whoever is there, accounts of the same main account too.
      selfMatchId: 'liquidation',
    }),
  )
  if ('refusal' in tried) return false
  const closed = magnitude(quantity(held - trading.positions.quantity.get(position)))
  if (closed === NONE) return false
  charge(context, { account, position, closed, order: tried.result.order })
  return true
}

/** The fee of what was closed, on its worth at the mark; rounded up to output precision. */
function charge(
  context: MarginContext,
  {
    account,
    position,
    closed,
    order,
  }: {
    readonly account: AccountId
    readonly position: Row
    readonly closed: Quantity
    readonly order: OrderId
  },
): void {
  const { trading, market, settings, hierarchy, now, emit } = context
  const { positions } = trading
  const instrument = market.instruments.row(positions.instrument.get(position))
  const currency = market.instruments.currency.get(instrument)
  const mark = market.valuationPrice(instrument)
  const points = BigInt(settings.effective('margin.liquidation_fee_basis_points', account, now))
  const worth = mark === null ? ZERO : market.termsOf(instrument).notional(mark, closed)
  const exact = multiplyDivide(worth, points, FULL_BASIS_POINTS, 'up')
  const fee = toOutputPrecision(exact, currencyOf(currency), 'up')
  const entries = chargeFee(context, account, fee, currency)
  positions.fees.set(position, add(positions.fees.get(position), fee))
  emit({
    kind: 'account.liquidated',
    subject: `acc_${account}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: {
      account,
      instrument: positions.instrument.get(position),
      symbol: market.instruments.symbol.get(instrument),
      order,
      quantity: closed,
      fee,
      entries: entriesData(entries),
    },
  })
}
