/** `margin.compare_models`: what an account comes to in each of its currencies as it is, and under another margin model. */
import type { AccountId } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import type { MarginContext } from '../margin.js'
import { checkStandard, type StandardType } from '../model-change.js'
import type { Assessment } from '../standard/assessment.js'
import { standardFigures } from '../standard/figures.js'
import { currenciesOf } from '../standard/pool.js'

export interface ComparedModels {
  readonly currency: CurrencyCode
  readonly before: Assessment
  readonly after: Assessment
}

export const compareModels = query({
  name: 'margin.compare_models',
  scope: 'balances:read',
  needs: (
    _context: MarginContext,
    { account }: { readonly account: AccountId; readonly type: StandardType },
  ) => [{ ability: 'read', target: { account } }],
  read(context, { account, type }): readonly ComparedModels[] {
    checkStandard(context, account)
    const { standard } = context.margin
    const figuresOf = (currency: CurrencyCode) => standardFigures(context, account, currency)
    return currenciesOf(context, account).map((currency) => ({
      currency,
      before: standard.assess(account, currency, figuresOf),
      after: standard.assess(account, currency, figuresOf, type),
    }))
  },
})
