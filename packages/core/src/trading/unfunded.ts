/**
 * Open orders that a fill or a correction has taken the ground from: not paid for any more, sales of what is not held,
 * and orders that may only reduce where there is nothing left to reduce. The newest goes first. Where they are many the
 * account is noted as short, and the rest of them go in steps; nobody trades with them meanwhile.
 */
import type { AccountId } from '../hierarchy/index.js'
import { after, type Id, NO_ROW, type Row, STEP_PAUSE } from '../image/index.js'
import { NONE } from '../money/index.js'
import { cancelOpenOrder } from './ending.js'
import { SIDES, type Side } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import type { UnsolicitedReason } from './reports.js'
import { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'

/** Orders of accounts that cannot pay for them any more that one command cancels. */
export const UNFUNDED_OF_COMMAND_MAX = 250

/** What is too much: of a side, the newest of all orders go, or of those that may only reduce. */
interface Excess {
  readonly side: Side
  readonly isReduceOnly: boolean
  readonly reason: UnsolicitedReason
}

/** What an account has open in an instrument, and what it holds of it. */
interface Exposed {
  readonly account: AccountId
  readonly instrument: Row
}

/**
 * After a fill, open orders that the account cannot pay for any more are cancelled, in each of its instruments on its
 * own: the newest first, so that what waited longest stays (polymarket-us section 10; the order is not documented there).
 */
export function cancelUnfunded(context: TradingContext, session: TradingSession): void {
  const { trading, market, horizon } = context
  for (const account of session.accounts) {
    const exposures = trading.openOrders.of(account)
    const isThrough = exposures.every(({ instrument }) =>
      cancelExcess(context, session, { account, instrument: market.instruments.row(instrument) }),
    )
    if (!isThrough && !trading.shortfalls.has(account))
      trading.shortfalls.insert(account, { nextStepAt: after(horizon, STEP_PAUSE) })
  }
  session.accounts.clear()
}

/** The next step for an account that is short. */
export function stepShortfall(context: TradingContext, account: Id): void {
  const { shortfalls } = context.trading
  shortfalls.remove(shortfalls.row(account as AccountId))
  const session = new TradingSession()
  session.accounts.add(account as AccountId)
  cancelUnfunded(context, session)
}

/** Whether a resting order of an account that is short may still trade. */
export function isStillGood(context: TradingContext, row: Row): boolean {
  const { orders } = context.trading
  const instrument = context.market.instruments.row(orders.instrument.get(row))
  const exposed = { account: orders.account.get(row), instrument }
  return [unpaid, oversold, ...SIDES.map(notReducing)].every((ground) => {
    const excess = ground(context, exposed)
    return excess === null || (excess.isReduceOnly && !orders.terms.get(row).reduceOnly)
  })
}

/** False where the command has cancelled as much as one may and there is more. */
function cancelExcess(context: TradingContext, session: TradingSession, exposed: Exposed): boolean {
  let oldestFirst: Row[] | null = null
  for (const ground of [oversold, ...SIDES.map(notReducing), unpaid]) {
    for (let excess = ground(context, exposed); excess !== null; excess = ground(context, exposed)) {
      oldestFirst ??= openOf(context, exposed)
      const newest = takeNewest(context, oldestFirst, excess)
      if (newest === NO_ROW) break
      if (session.unfunded === UNFUNDED_OF_COMMAND_MAX) return false
      session.unfunded += 1
      cancelOpenOrder(context, newest, excess.reason)
    }
  }
  return true
}

type Ground = (context: TradingContext, exposed: Exposed) => Excess | null

/** Sales of what the account no longer holds, where it may not be short: a correction can take it away. */
const oversold: Ground = ({ trading, market }, { account, instrument }) => {
  if (kindRules(market.instruments.kind.get(instrument)).canBeShort) return null
  const id = market.instruments.id(instrument)
  const offered = trading.openOrders.find(account, id)?.offerQuantity ?? NONE
  return offered > trading.held(account, id)
    ? { side: 'sell', isReduceOnly: false, reason: 'unfunded' }
    : null
}

/** Orders that may only reduce, while what is open on their side exceeds the position. */
const notReducing =
  (side: Side): Ground =>
  ({ trading, market }, { account, instrument }) => {
    const id = market.instruments.id(instrument)
    const exposure = trading.openOrders.find(account, id)
    if (exposure === null || exposure.reduceOnlyOrders === 0) return null
    const held = trading.held(account, id)
    const reducible = side === 'sell' ? held : -held
    const open = side === 'sell' ? exposure.offerQuantity : exposure.bidQuantity
    return open > reducible ? { side, isReduceOnly: true, reason: 'would_not_reduce' } : null
  }

/** What the account cannot pay for, of the side that costs the more. */
const unpaid: Ground = ({ trading }, { account, instrument }) => {
  const side = trading.funds?.unfundedSide(account, instrument) ?? null
  return side === null ? null : { side, isReduceOnly: false, reason: 'unfunded' }
}

/** The open orders of the account in the instrument that count, but those that a venue was asked to cancel; the newest is the last. */
function openOf({ trading, market }: TradingContext, { account, instrument }: Exposed): Row[] {
  const { orders, ordersOf } = trading
  const id = market.instruments.id(instrument)
  return ordersOf
    .of(account)
    .filter((row) => orders.instrument.get(row) === id && orders.state.get(row) !== 'pending_cancel')
    .filter((row) => orders.terms.get(row).link?.isWaiting !== true)
}

function takeNewest(
  { trading: { orders } }: TradingContext,
  oldestFirst: Row[],
  { side, isReduceOnly }: Excess,
): Row {
  const place = oldestFirst.findLastIndex(
    (row) => orders.side.get(row) === side && (!isReduceOnly || orders.terms.get(row).reduceOnly),
  )
  return place < 0 ? NO_ROW : (oldestFirst.splice(place, 1)[0] as Row)
}
