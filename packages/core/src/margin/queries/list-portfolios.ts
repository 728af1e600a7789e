/**
 * `portfolios.list`: what an account, or a group of accounts, came to when it was last reckoned, in each currency and by
 * each model. Nothing is reckoned anew: `margin.get` does that for one account and currency.
 */
import type { AccountId, GroupId } from '../../hierarchy/index.js'
import { query, type Values } from '../../image/index.js'
import type { MarginContext } from '../margin.js'
import type { portfolioFields } from '../portfolio-fields.js'

export type ListPortfolios = { readonly node: { readonly account: AccountId } | { readonly group: GroupId } }

export type PortfolioView = Omit<Values<typeof portfolioFields>, 'entity' | 'businessDate'>

export const listPortfolios = query({
  name: 'portfolios.list',
  scope: 'balances:read',
  needs: (_context: MarginContext, { node }: ListPortfolios) => [{ ability: 'read', target: node }],
  /** By currency and then by model; empty for what never held a position. */
  read({ margin }, { node }): { readonly items: readonly PortfolioView[] } {
    const { table, of } = margin.portfolios
    const items = of.of('account' in node ? node.account : node.group).map((row) => {
      const { entity: _entity, businessDate: _date, ...figures } = table.read(row)
      return figures
    })
    const placeOf = ({ currency, model }: PortfolioView): string => `${currency} ${model}`
    return { items: items.sort((left, right) => (placeOf(left) < placeOf(right) ? -1 : 1)) }
  },
})
