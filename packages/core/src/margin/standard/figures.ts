/**
 * The figures of an account in one currency under standard margin (deribit section 13.2). They are reckoned when they
 * are asked for, at the prices of that moment: what the account holds is a few rows.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { LedgerContext } from '../../ledger/index.js'
import type { InstrumentId } from '../../market/index.js'
import { type Amount, amount, type CurrencyCode } from '../../money/index.js'
import { kindRules, leavesPositions, type TradingContext, variationAt } from '../../trading/index.js'
import { ordersRequirement } from './open-orders.js'
import { standardRequirement } from './requirement.js'

export type StandardContext = Pick<TradingContext, 'trading' | 'market' | 'now'> &
  Pick<LedgerContext, 'ledger'>

export interface StandardFigures {
  readonly posted: Amount
  readonly held: Amount
  /** Of futures and perpetuals since their last session: by closing and funding, and of what is open. */
  readonly sessionRealized: Amount
  readonly sessionUnrealized: Amount
  /** Options at their marks; below zero where more is written than bought. */
  readonly optionsValue: Amount
  readonly positionsInitial: Amount
  readonly ordersInitial: Amount
  /** What open orders in currency pairs lock. */
  readonly spotReserve: Amount
  readonly maintenance: Amount
  /** Positions and orders that cannot be reckoned, as a price is missing: they are in no figure. */
  readonly unpriced: number
}

/** What the equity of an account in a currency is made of. */
type Worth = Pick<StandardFigures, 'posted' | 'sessionRealized' | 'sessionUnrealized' | 'optionsValue'>

/** The figures of an account by currency: as they are, or as they would be. */
export type FiguresOf = (currency: CurrencyCode) => StandardFigures

interface WorthSums {
  sessionRealized: bigint
  sessionUnrealized: bigint
  optionsValue: bigint
}

interface Sums extends WorthSums {
  positionsInitial: bigint
  ordersInitial: bigint
  maintenance: bigint
  unpriced: number
}

/** Without the orders in `except`, where it is given. */
export function standardFigures(
  context: StandardContext,
  account: AccountId,
  currency: CurrencyCode,
  except: InstrumentId | null = null,
): StandardFigures {
  const { ledger, trading } = context
  const sums: Sums = {
    sessionRealized: 0n,
    sessionUnrealized: 0n,
    optionsValue: 0n,
    positionsInitial: 0n,
    ordersInitial: 0n,
    maintenance: 0n,
    unpriced: 0,
  }
  addPositions(context, account, currency, sums)
  addOrders(context, account, currency, except, sums)
  const balance = ledger.find(account, currency)
  return {
    posted: ledger.posted(balance),
    held: ledger.held(balance),
    sessionRealized: amount(sums.sessionRealized),
    sessionUnrealized: amount(sums.sessionUnrealized),
    optionsValue: amount(sums.optionsValue),
    positionsInitial: amount(sums.positionsInitial),
    ordersInitial: amount(sums.ordersInitial),
    spotReserve: trading.openOrders.locked(account, currency, except),
    maintenance: amount(sums.maintenance),
    unpriced: sums.unpriced,
  }
}

function addPositions(
  context: StandardContext,
  account: AccountId,
  currency: CurrencyCode,
  sums: Sums,
): void {
  const { trading, market } = context
  const { positions, positionsOf } = trading
  for (let row = positionsOf.head(account); row !== NO_ROW; row = positionsOf.after(row)) {
    const instrument = market.instruments.row(positions.instrument.get(row))
    if (market.instruments.currency.get(instrument) !== currency) continue
    addWorth(context, row, instrument, sums)
    const held = positions.quantity.get(row)
    if (held === 0n) continue
    const rules = kindRules(market.instruments.kind.get(instrument))
    const collateral = rules.requirement(held, market.termsOf(instrument))
    const required = standardRequirement(market, instrument, held)
    if (required === null) sums.unpriced += 1
    sums.positionsInitial += collateral + (required?.initial ?? 0n)
    sums.maintenance += collateral + (required?.maintenance ?? 0n)
  }
}

/** What a position has gained or lost in its session, or is worth as an option; nothing where there is no price for it. */
function addWorth(context: StandardContext, position: Row, instrument: Row, sums: WorthSums): void {
  const { trading, market } = context
  const price = market.valuationPrice(instrument)
  const variation = variationAt(context, position, price)
  if (variation !== null) {
    sums.sessionRealized += variation.realized + variation.funding
    sums.sessionUnrealized += variation.unrealized
  } else if (price !== null && kindRules(market.instruments.kind.get(instrument)).isMargined)
    sums.optionsValue += market.termsOf(instrument).worth(price, trading.positions.quantity.get(position))
}

function addOrders(
  { trading, market }: StandardContext,
  account: AccountId,
  currency: CurrencyCode,
  except: InstrumentId | null,
  sums: Sums,
): void {
  for (const exposure of trading.openOrders.of(account)) {
    const instrument = market.instruments.row(exposure.instrument)
    if (exposure.instrument === except || market.instruments.currency.get(instrument) !== currency) continue
    if (!leavesPositions(market.instruments.kind.get(instrument))) continue
    const held = trading.held(account, exposure.instrument)
    const required = ordersRequirement(market, instrument, held, exposure)
    if (required === null) sums.unpriced += 1
    sums.ordersInitial += required ?? 0n
  }
}

/** The equity of an account in a currency alone: without what its positions and orders require, which takes longer. */
export function standardEquity(context: StandardContext, account: AccountId, currency: CurrencyCode): Amount {
  const { ledger, trading, market } = context
  const { positions, positionsOf } = trading
  const sums: WorthSums = { sessionRealized: 0n, sessionUnrealized: 0n, optionsValue: 0n }
  for (let row = positionsOf.head(account); row !== NO_ROW; row = positionsOf.after(row)) {
    const instrument = market.instruments.row(positions.instrument.get(row))
    if (market.instruments.currency.get(instrument) === currency) addWorth(context, row, instrument, sums)
  }
  return equity({
    posted: ledger.posted(ledger.find(account, currency)),
    sessionRealized: amount(sums.sessionRealized),
    sessionUnrealized: amount(sums.sessionUnrealized),
    optionsValue: amount(sums.optionsValue),
  })
}

export const sessionResult = ({
  sessionRealized,
  sessionUnrealized,
}: Pick<StandardFigures, 'sessionRealized' | 'sessionUnrealized'>): Amount =>
  amount(sessionRealized + sessionUnrealized)

/** The balance as if the session ended now. */
export const marginBalance = (figures: Omit<Worth, 'optionsValue'>): Amount =>
  amount(figures.posted + sessionResult(figures))

export const equity = (figures: Worth): Amount => amount(marginBalance(figures) + figures.optionsValue)

export const initialMargin = ({ positionsInitial, ordersInitial }: StandardFigures): Amount =>
  amount(positionsInitial + ordersInitial)

/** What further orders may require: what is held for withdrawals or locked for exchanges is not there for them. */
export const availableFunds = (figures: StandardFigures): Amount =>
  amount(marginBalance(figures) - figures.held - initialMargin(figures) - figures.spotReserve)

/** What is left above the positions alone. */
export const freeFunds = (figures: StandardFigures): Amount =>
  amount(marginBalance(figures) - figures.held - figures.positionsInitial)

/** Money of the currency itself that nothing keeps: what the session lost is gone, what it gained has not come yet. */
export function ownCash(figures: StandardFigures): Amount {
  const session = sessionResult(figures)
  return amount(figures.posted - figures.held - figures.spotReserve + (session < 0n ? session : 0n))
}

/** What may leave the account: gains of the session cannot before it ends. */
export function withdrawableFunds(figures: StandardFigures): Amount {
  const gained = sessionResult(figures)
  const left = availableFunds(figures) - (gained > 0n ? gained : 0n)
  return amount(left > 0n ? left : 0n)
}
