/** `accounts.bar_products`: which products an account may not trade. What is listed takes the place of what was. */
import {
  type AccountId,
  accountRow,
  changesBetween,
  checkAttributes,
  nextVersion,
} from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { BARRED_PRODUCTS, PRODUCTS, type Product } from '../barred-products.js'
import type { TradingContext } from '../trading.js'

export type BarProducts = { readonly account: AccountId; readonly products: readonly Product[] }

export const barProducts = command({
  name: 'accounts.bar_products',
  scope: 'accounts:write',
  needs: (_context: TradingContext, { account }: BarProducts) => [
    { ability: 'administer', target: { account } },
  ],
  decide({ hierarchy, emit }, { account, products }) {
    const { accounts } = hierarchy
    const row = accountRow(hierarchy, account)
    if (accounts.book.get(row) !== 'customer')
      refuse('transition_invalid', 'the accounts of the operator’s own books stay as they are')
    if (accounts.status.get(row) === 'closed') refuse('transition_invalid', 'the account is closed')
    for (const [index, product] of products.entries())
      if (!PRODUCTS.includes(product))
        refuse('malformed', `expected one of ${PRODUCTS.join(', ')}`, { field: `/products/${index}` })
    const before = accounts.read(row)
    const { [BARRED_PRODUCTS]: _before, ...others } = before.attributes
    const listed = PRODUCTS.filter((product) => products.includes(product))
    const attributes = listed.length === 0 ? others : { ...others, [BARRED_PRODUCTS]: listed }
    checkAttributes(attributes)
    accounts.attributes.set(row, attributes)
    nextVersion(accounts, row)
    emit({
      kind: 'account.updated',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(row)],
      data: changesBetween(before, accounts.read(row)),
    })
    return { account, version: accounts.version.get(row) }
  },
})
