/**
 * `margin.get`: what an account can do with its money in one currency, each figure with the formula that it follows
 * from, its inputs, and where each of them comes from.
 */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import { type Amount, add, amount, type CurrencyCode, ZERO } from '../../money/index.js'
import { pendingOf, variationAt } from '../../trading/index.js'
import type { MarginContext } from '../margin.js'
import { buyingPower, type MarginModel, modelOf, withdrawable } from '../models.js'
import type { Derivation } from './derivation.js'
import { type StandardView, standardParts } from './standard-view.js'

export interface MarginView {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly model: MarginModel
  readonly posted: Amount
  readonly held: Amount
  readonly requirement: Amount
  readonly openOrders: Amount
  /** What open orders in currency pairs lock, which is counted in `openOrders` but under standard margin. */
  readonly spotReserve: Amount
  readonly buyingPower: Amount
  readonly withdrawable: Amount
  readonly unsettledCredits: Amount
  readonly unsettledDebits: Amount
  /** What the positions are worth at their valuation prices; null while one of them has no price. */
  readonly positionsValue: Amount | null
  /** Posted and the worth of the positions. */
  readonly equity: Amount | null
  /** Under standard margin alone. */
  readonly standard: StandardView | null
  readonly derivations: readonly Derivation[]
}

export const getMargin = query({
  name: 'margin.get',
  scope: 'balances:read',
  needs: (
    _context: MarginContext,
    { account }: { readonly account: AccountId; readonly currency: CurrencyCode },
  ) => [{ ability: 'read', target: { account } }],
  read(context, { account, currency }): MarginView {
    checkCurrency(currency, '/currency')
    return marginView(context, account, currency)
  },
})

export function marginView(context: MarginContext, account: AccountId, currency: CurrencyCode): MarginView {
  const { margin, hierarchy, trading } = context
  const inputs = margin.inputs(account, currency)
  const positionsValue = worthOf(context, account, currency)
  const { posted, held, requirement, reserved, reservedMost, unsettledCredits } = inputs
  const from = (name: string, value: Amount, source: string) => ({ name, amount: value, source })
  const sources = {
    posted: from('posted', posted, 'balance: credits less debits'),
    held: from('held', held, 'balance: holds, withdrawals and prepared transfers'),
    requirement: from('requirement', requirement, 'positions: payout of what is short'),
    reserved: from('open_orders', reserved, 'open orders: the worse side of each instrument, summed'),
    reservedMost: from('open_orders_largest', reservedMost, 'open orders: the largest of one instrument'),
    unsettled: from('unsettled_credits', unsettledCredits, 'trades: proceeds that have not settled'),
  }
  const view = {
    account,
    currency,
    model: modelOf(hierarchy.accounts.type.get(hierarchy.accounts.row(account))),
    posted,
    held,
    requirement,
    openOrders: reserved,
    spotReserve: trading.openOrders.locked(account, currency),
    buyingPower: buyingPower(inputs),
    withdrawable: withdrawable(inputs),
    unsettledCredits,
    unsettledDebits: trading.unsettledDebits(account, currency),
    positionsValue,
    equity: positionsValue === null ? null : add(posted, positionsValue),
    standard: null,
    derivations: [
      {
        figure: 'buying_power',
        formula: 'posted - held - requirement - open_orders',
        inputs: [sources.posted, sources.held, sources.requirement, sources.reserved],
      },
      {
        figure: 'withdrawable',
        formula: 'max(0, posted - held - requirement - open_orders_largest - unsettled_credits)',
        inputs: [sources.posted, sources.held, sources.requirement, sources.reservedMost, sources.unsettled],
      },
    ],
  }
  return margin.standard.carries(account) ? { ...view, ...standardParts(context, account, currency) } : view
}

function worthOf(context: MarginContext, account: AccountId, currency: CurrencyCode): Amount | null {
  const { trading, market } = context
  let value: Amount = ZERO
  for (const row of trading.positionsOf.of(account)) {
    const quantity = trading.positions.quantity.get(row)
    const instrument = market.instruments.row(trading.positions.instrument.get(row))
    if (market.instruments.currency.get(instrument) !== currency) continue
    const price = market.valuationPrice(instrument)
    const variation = variationAt(context, row, price)
    if (variation !== null) {
      value = add(value, pendingOf(variation))
      continue
    }
    if (quantity === 0n) continue
    if (price === null) return null
    value = amount(value + market.termsOf(instrument).notional(price, quantity))
  }
  return value
}
