/**
 * `margin.simulate`: what an account would come to in a currency if it held other positions, beside its own or in their
 * place, each taken at its mark. Nothing is changed.
 */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  magnitude,
  plus,
  QUANTITY_MAX,
  type Quantity,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { MarginContext } from '../margin.js'
import type { Assessment } from '../standard/assessment.js'
import { marginBalance } from '../standard/figures.js'
import { type Holdings, holdingsOf, hypotheticalFigures } from '../standard/hypothesis.js'
import { checkCarries, checkLots } from './what-if-checks.js'

/** Positions that one simulation adds. */
export const SIMULATED_POSITIONS_MAX = 1_000

export type SimulateMargin = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly positions: readonly { readonly instrument: InstrumentId; readonly quantity: Quantity }[]
  /** Whether they come beside the positions that the account has in the currency, or take their place. */
  readonly isAdded: boolean
}

export interface SimulatedMargin extends Assessment {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly held: Amount
  /** Of the currency alone, without what is held. */
  readonly balance: Amount
  readonly ownEquity: Amount
  readonly optionsValue: Amount
  readonly sessionRealized: Amount
  readonly sessionUnrealized: Amount
  readonly holdings: readonly { readonly instrument: InstrumentId; readonly quantity: Quantity }[]
}

export const simulateMargin = query({
  name: 'margin.simulate',
  scope: 'balances:read',
  needs: (_context: MarginContext, { account }: SimulateMargin) => [{ ability: 'read', target: { account } }],
  read(context, input): SimulatedMargin {
    const { account, currency } = input
    const { standard } = context.margin
    checkCurrency(currency, '/currency')
    checkCarries(context, account)
    const holdings = simulated(context, input)
    const figuresOf = (each: CurrencyCode) => hypotheticalFigures(context, account, each, holdings)
    const own = figuresOf(currency)
    return {
      ...standard.assess(account, currency, figuresOf),
      account,
      currency,
      held: own.held,
      balance: (own.posted - own.held) as Amount,
      ownEquity: (marginBalance(own) - own.held + own.optionsValue) as Amount,
      optionsValue: own.optionsValue,
      sessionRealized: own.sessionRealized,
      sessionUnrealized: own.sessionUnrealized,
      holdings: [...holdings].map(([instrument, quantity]) => ({ instrument, quantity })),
    }
  },
})

function simulated(
  context: MarginContext,
  { account, currency, positions, isAdded }: SimulateMargin,
): Holdings {
  const { market } = context
  if (positions.length > SIMULATED_POSITIONS_MAX)
    refuse('malformed', `expected at most ${SIMULATED_POSITIONS_MAX} positions`, { field: '/positions' })
  const holdings = holdingsOf(context, account)
  const isOfCurrency = (id: InstrumentId): boolean =>
    market.instruments.currency.get(market.instruments.row(id)) === currency
  if (!isAdded) for (const id of [...holdings.keys()]) if (isOfCurrency(id)) holdings.delete(id)
  for (const [place, { instrument, quantity }] of positions.entries()) {
    const row = instrumentRow(market, instrument, `/positions/${place}/instrument`)
    if (!isOfCurrency(instrument))
      refuse('currencies_differ', `expected instruments that settle in ${currency}`, {
        field: `/positions/${place}/instrument`,
      })
    checkLots(context, row, quantity, `/positions/${place}/quantity`)
    const sum = plus(holdings.get(instrument) ?? (0n as Quantity), quantity)
    if (magnitude(sum) > QUANTITY_MAX)
      refuse('amount_out_of_range', 'no account can hold that much', {
        field: `/positions/${place}/quantity`,
      })
    holdings.set(instrument, sum)
  }
  return holdings
}
