/** `margin.project`: the margins of an account in a currency once everything that expires by a time is gone. */
import { type AccountId, checkCurrency } from '../../hierarchy/index.js'
import { type Instant, query } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import type { MarginContext } from '../margin.js'
import { holdingsOf, hypotheticalFigures } from '../standard/hypothesis.js'
import { checkCarries } from './what-if-checks.js'

export type ProjectMargin = {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly expiringBy: Instant
}

export interface ProjectedMargin {
  readonly account: AccountId
  readonly currency: CurrencyCode
  readonly initialMargin: Amount
  readonly maintenanceMargin: Amount
}

export const projectMargin = query({
  name: 'margin.project',
  scope: 'balances:read',
  needs: (_context: MarginContext, { account }: ProjectMargin) => [{ ability: 'read', target: { account } }],
  read(context, { account, currency, expiringBy }): ProjectedMargin {
    checkCurrency(currency, '/currency')
    checkCarries(context, account)
    const { standard } = context.margin
    const holdings = holdingsOf(context, account)
    const { initialMargin, maintenanceMargin } = standard.assess(account, currency, (each) =>
      hypotheticalFigures(context, account, each, holdings, expiringBy),
    )
    return { account, currency, initialMargin, maintenanceMargin }
  },
})
