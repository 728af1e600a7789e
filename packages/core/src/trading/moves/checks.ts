/** What a move has to meet before anything is booked, and what both accounts have to meet behind it. */
import { type AccountId, accountRow } from '../../hierarchy/index.js'
import type { Row } from '../../image/index.js'
import { type InstrumentId, instrumentRow, isDerivative } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  formatPrice,
  formatQuantity,
  magnitude,
  PRICE_MAX,
  QUANTITY_MAX,
  type Quantity,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { TradingContext } from '../trading.js'
import type { MoveLeg, Sides } from './moving.js'

/** Positions that one command moves: each changes some ten rows. */
export const LEGS_OF_MOVE_MAX = 250

/** The main account of both sides; they may deal, and neither is the house. */
export function checkMoveSides(context: TradingContext, { from, to }: Sides): AccountId {
  const { hierarchy, access } = context
  const { accounts } = hierarchy
  if (from === to) refuse('same_account', 'expected two accounts', { field: '/to' })
  const rows = [accountRow(hierarchy, from), accountRow(hierarchy, to)] as const
  const [main, other] = [from, to].map((id, place) => accounts.main.get(rows[place] as Row) ?? id)
  if (main === undefined || main !== other)
    return refuse('main_account_invalid', 'expected two accounts of one main account', { field: '/to' })
  for (const row of rows)
    if (!access.mayDeal(row)) refuse('account_not_active', `acc_${accounts.id(row)} may not deal`)
  return main
}

/** The currency that all legs settle in. */
export function checkLegs(context: TradingContext, sides: Sides, legs: readonly MoveLeg[]): CurrencyCode {
  if (legs.length < 1 || legs.length > LEGS_OF_MOVE_MAX)
    refuse('malformed', `expected 1 to ${LEGS_OF_MOVE_MAX} legs`, { field: '/legs' })
  const { market } = context
  const seen = new Set<InstrumentId>()
  let currency: CurrencyCode | null = null
  for (const [place, leg] of legs.entries()) {
    const at = `/legs/${place}`
    const row = instrumentRow(market, leg.instrument, `${at}/instrument`)
    if (seen.has(leg.instrument))
      refuse('malformed', 'expected each instrument once', { field: `${at}/instrument` })
    seen.add(leg.instrument)
    checkInstrument(context, row, at)
    const own = market.instruments.currency.get(row)
    currency ??= own
    if (own !== currency)
      refuse('currencies_differ', `expected legs in ${currency} alone`, { field: `${at}/instrument` })
    checkQuantity(context, sides, leg, row, at)
    checkPrice(context, leg, row, at)
  }
  return currency as CurrencyCode
}

function checkInstrument({ market }: TradingContext, row: Row, at: string): void {
  const { instruments } = market
  if (!isDerivative(instruments.kind.get(row)))
    refuse('malformed', 'expected a future, a perpetual or an option', { field: `${at}/instrument` })
  const state = market.state(row)
  if (state !== 'open')
    refuse('order_rejected', `the instrument is ${state}`, { data: { reason: 'instrument_not_open', state } })
}

function checkQuantity(
  { market, trading }: TradingContext,
  { from, to }: Sides,
  { instrument, quantity }: MoveLeg,
  row: Row,
  at: string,
): void {
  const field = `${at}/quantity`
  const { lot, quantityScale } = market.instruments
  const shown = (value: Quantity): string => formatQuantity(value, quantityScale.get(row))
  if (quantity <= 0n || quantity % lot.get(row) !== 0n)
    refuse('malformed', `expected whole lots of ${shown(lot.get(row))}, above zero`, { field })
  const held = trading.held(from, instrument)
  if (quantity > magnitude(held))
    refuse('insufficient_position', `${shown(magnitude(held))} is open`, { field })
  const after = trading.held(to, instrument) + (held > 0n ? quantity : -quantity)
  if (magnitude(after as Quantity) > QUANTITY_MAX)
    refuse('amount_out_of_range', 'no account can hold that much', { field })
}

/** A mark need not be on a tick, so neither need a price of a move. */
function checkPrice({ market }: TradingContext, { price }: MoveLeg, row: Row, at: string): void {
  if (price === null) return
  const field = `${at}/price`
  const { priceLow, priceHigh } = market.instruments
  const [low, high] = [priceLow.get(row), priceHigh.get(row)]
  if (price <= 0n || price > PRICE_MAX) refuse('malformed', 'expected a price above zero', { field })
  if (low !== null && price < low)
    refuse('malformed', `expected a price of at least ${formatPrice(low)}`, { field })
  if (high !== null && price > high)
    refuse('malformed', `expected a price of at most ${formatPrice(high)}`, { field })
}

/** What each side has beyond what its positions and orders require; null where a price is missing for that. */
export type Excesses = readonly [from: Amount | null, to: Amount | null]

export function excessesOf(
  { trading }: TradingContext,
  { from, to }: Sides,
  currency: CurrencyCode,
): Excesses {
  const of = (account: AccountId): Amount | null => trading.funds?.excess(account, currency) ?? null
  return [of(from), of(to)]
}

/** Neither side may be left with less than it requires, unless the move leaves it no worse than it was. */
export function checkMargin(
  context: TradingContext,
  sides: Sides,
  currency: CurrencyCode,
  before: Excesses,
): void {
  const behind = excessesOf(context, sides, currency)
  for (const [place, account] of [sides.from, sides.to].entries()) {
    const [was, is] = [before[place], behind[place]]
    if (was == null || is == null)
      refuse('order_rejected', 'a price is missing that the margin follows from', {
        data: { reason: 'no_reference_price' },
      })
    if (is >= 0n || is >= was) continue
    const missing = formatAmount(-is as Amount, currencyOf(currency))
    refuse('margin_insufficient', `acc_${account} would lack ${missing} ${currency} of margin`, {
      data: { account: `acc_${account}`, missing, currency },
    })
  }
}
