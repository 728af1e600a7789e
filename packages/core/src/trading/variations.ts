/**
 * Variation: what a position in a future or perpetual has gained or lost and nobody has paid yet. Since the last
 * settlement it is what was realized, the funding, and the worth of what is open less its basis: what it had cost, or
 * what it was worth at the last settlement. What one position gains another loses, to the last unit. A settlement pays it
 * out of and into the operator's rounding account, where only what rounding leaves over stays.
 *
 * A position is settled at the price of the session that ended with exactly what it held then: whoever trades before its
 * turn has come is settled first.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Id, NO_ROW, type Row } from '../image/index.js'
import { entriesData } from '../ledger/index.js'
import { fundingAt } from '../market/index.js'
import {
  type Amount,
  add,
  amount,
  currencyOf,
  divide,
  negate,
  PRICE_SCALE,
  type Price,
  powerOfTen,
  subtract,
  ZERO,
} from '../money/index.js'
import type { TradingContext } from './trading.js'

/** What a position has open as a claim or a debt that is not money yet. */
export interface Variation {
  readonly realized: Amount
  readonly unrealized: Amount
  readonly funding: Amount
}

export const pendingOf = ({ realized, unrealized, funding }: Variation): Amount =>
  amount(realized + unrealized + funding)

/** As of now at `price`; null where the position has no sessions. */
export function variationAt(
  context: Pick<TradingContext, 'trading' | 'market' | 'now'>,
  position: Row,
  price: Price | null,
): Variation | null {
  const { trading, market, now } = context
  const { positions, variations } = trading
  const row = variations.find(positions.id(position))
  if (row === NO_ROW) return null
  const instrument = market.instruments.row(positions.instrument.get(position))
  const basis = variations.basis.get(row)
  const worth =
    price === null ? basis : market.termsOf(instrument).worth(price, positions.quantity.get(position))
  const accrued = fundingOf(context, position, row, fundingAt(market, instrument, now))
  return {
    realized: variations.realized.get(row),
    unrealized: subtract(worth, basis),
    funding: add(variations.funding.get(row), accrued),
  }
}

/** What a position pays or gets while the funding of one unit comes to `upTo`: half-even. */
function fundingOf(
  { trading, market }: Pick<TradingContext, 'trading' | 'market'>,
  position: Row,
  row: Row,
  upTo: bigint,
): Amount {
  const since = upTo - trading.variations.fundingIndex.get(row)
  if (since === 0n) return ZERO
  const { positions } = trading
  const instrument = market.instruments.row(positions.instrument.get(position))
  const { scale } = currencyOf(market.instruments.currency.get(instrument))
  const digits = PRICE_SCALE + market.instruments.quantityScale.get(instrument)
  const paid = positions.quantity.get(position) * since * powerOfTen(scale)
  return negate(amount(divide(paid, powerOfTen(digits), 'half_even')))
}

function accrue(context: TradingContext, position: Row, row: Row, upTo: bigint): void {
  const { variations } = context.trading
  variations.funding.set(row, add(variations.funding.get(row), fundingOf(context, position, row, upTo)))
  variations.fundingIndex.set(row, upTo)
}

/**
 * The variation of a position that is about to trade: settled and funded up to now. The house has none: it takes over
 * what is delivered and was settled before.
 */
export function openVariation(context: TradingContext, position: Row, instrument: Row): Row {
  const { trading, market, hierarchy, now } = context
  const { variations, positions } = trading
  const account = hierarchy.accounts.row(positions.account.get(position))
  if (hierarchy.accounts.book.get(account) !== 'customer') return NO_ROW
  const funding = fundingAt(market, instrument, now)
  const row = variations.find(positions.id(position))
  if (row === NO_ROW)
    return variations.insert(positions.id(position), {
      basis: ZERO,
      realized: ZERO,
      funding: ZERO,
      fundingIndex: funding,
      paid: ZERO,
      fundingPaid: ZERO,
      session: market.sessions.number.get(market.sessions.row(market.instruments.id(instrument))),
    })
  settleVariation(context, position)
  accrue(context, position, row, funding)
  return row
}

/** Pays what a position has gained or lost by the end of the last session; once for each. */
export function settleVariation(context: TradingContext, position: Row): void {
  const { trading, market, ledger } = context
  const { positions, variations } = trading
  const row = variations.find(positions.id(position))
  const instrument = positions.instrument.get(position)
  const session = market.sessions.row(instrument)
  const number = market.sessions.number.get(session)
  const price = market.sessions.price.get(session)
  if (row === NO_ROW || price === null || variations.session.get(row) === number) return
  accrue(context, position, row, market.sessions.fundingAtEnd.get(session))
  const account = positions.account.get(position)
  const worth = market
    .termsOf(market.instruments.row(instrument))
    .worth(price, positions.quantity.get(position))
  const funding = variations.funding.get(row)
  const realized = variations.realized.get(row)
  const unrealized = subtract(worth, variations.basis.get(row))
  const due = pendingOf({ realized, unrealized, funding })
  variations.basis.set(row, worth)
  variations.realized.set(row, ZERO)
  variations.funding.set(row, ZERO)
  variations.paid.set(row, add(variations.paid.get(row), due))
  variations.fundingPaid.set(row, add(variations.fundingPaid.get(row), funding))
  variations.session.set(row, number)
  if (due === ZERO) return
  const lines = [
    { account, amount: due },
    { account: ledger.houseAccount('rounding'), amount: negate(due) },
  ]
  const currency = market.instruments.currency.get(market.instruments.row(instrument))
  const entries = ledger.post(currency, 'settlement', lines, { mayOverdraw: true })
  tell(context, position, account, {
    session: number,
    price,
    indexPrice: market.indexPrice(market.instruments.row(instrument)),
    quantity: positions.quantity.get(position),
    realized,
    unrealized,
    funding,
    amount: due,
    entries: entriesData(entries),
  })
}

function tell(
  { trading, market, hierarchy, emit }: TradingContext,
  position: Row,
  account: AccountId,
  settled: { readonly [key: string]: Parameters<TradingContext['emit']>[0]['data'][string] },
): void {
  const id: Id = trading.positions.id(position)
  const instrument = trading.positions.instrument.get(position)
  emit({
    kind: 'position.session_settled',
    subject: `pos_${id}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
    data: {
      id,
      account,
      instrument,
      symbol: market.instruments.symbol.get(market.instruments.row(instrument)),
      ...settled,
    },
  })
}
