/**
 * The end of a session: the price and the funding at which every position is settled are fixed in one command, and the
 * positions follow in the steps of a process, while trading goes on.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, NO_ROW, type Plain, type ProcessKind, type Row } from '../image/index.js'
import { accrueFunding, type InstrumentId, nextSessionEnd, recordInstrument } from '../market/index.js'
import type { Price } from '../money/index.js'
import type { PositionId } from './fields.js'
import { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'
import { cancelUnfunded } from './unfunded.js'
import { settleVariation } from './variations.js'

const SESSION_PROCESS = 'instruments.settle_session'

export const sessionProcess: ProcessKind<TradingContext> = {
  name: SESSION_PROCESS,
  carryOut: (context, parameters, position, place): Plain => {
    const { positions, ordersOf } = context.trading
    const row = positions.row(
      (position as PositionId | null) ?? context.trading.positionAt(parameters, place),
    )
    if (!isPending(context, row)) return null
    settleVariation(context, row)
    const account = positions.account.get(row)
    if (!ordersOf.isEmpty(account)) cancelUnpaid(context, account)
    return null
  },
  path: ({ hierarchy }) => hierarchy.pathOf(hierarchy.root),
}

/** What a session took may have been locked for an exchange. */
function cancelUnpaid(context: TradingContext, account: AccountId): void {
  const session = new TradingSession()
  session.accounts.add(account)
  cancelUnfunded(context, session)
}

/** 08:00 UTC of an instrument. Without a price nobody has traded, and there is nothing to settle. */
export function endSession(context: TradingContext, id: Id): void {
  const { market, trading, processes, hierarchy, now } = context
  const row = market.instruments.row(id as InstrumentId)
  const session = market.sessions.row(id as InstrumentId)
  market.sessions.nextAt.set(session, nextSessionEnd(now))
  const price = market.valuationPrice(row)
  const held = trading.holderOrder.count(id as InstrumentId)
  if (price === null || held === 0) return
  closeSession(context, row, price)
  recordInstrument(context, row, 'session_ended', {
    price,
    indexPrice: market.indexPrice(row),
    session: market.sessions.number.get(session),
  })
  processes.start(context, {
    kind: SESSION_PROCESS,
    party: hierarchy.parties.id(hierarchy.root),
    path: hierarchy.pathOf(hierarchy.root),
    parameters: { instrument: id },
    items: held,
  })
}

/** Fixes the price and the funding at which everything that is open is settled. */
export function closeSession({ market, now }: TradingContext, row: Row, price: Price): void {
  accrueFunding(market, row, now)
  const { sessions } = market
  const session = sessions.row(market.instruments.id(row))
  sessions.number.set(session, sessions.number.get(session) + 1)
  sessions.price.set(session, price)
  sessions.endedAt.set(session, now)
  sessions.fundingAtEnd.set(session, sessions.funding.get(session))
}

/** Whether a position is open, or has gained or lost something that is not paid yet. */
function isPending({ trading }: TradingContext, position: Row): boolean {
  const { positions, variations } = trading
  const variation = variations.find(positions.id(position))
  if (variation === NO_ROW) return false
  return (
    positions.quantity.get(position) !== 0n ||
    variations.realized.get(variation) !== 0n ||
    variations.funding.get(variation) !== 0n
  )
}
