/** `margin.change_model`: an account under standard margin is margined currency by currency, or across them all. */
import { type AccountId, accountRow } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { MarginContext } from '../margin.js'
import {
  availableByCurrency,
  checkAvailable,
  checkStandard,
  STANDARD_TYPES,
  type StandardType,
} from '../model-change.js'

export type ChangeModel = { readonly account: AccountId; readonly type: StandardType }

export const changeModel = command({
  name: 'margin.change_model',
  scope: 'accounts:write',
  needs: (_context: MarginContext, { account }: ChangeModel) => [
    { ability: 'administer', target: { account } },
  ],
  decide(context, { account, type }) {
    const { hierarchy } = context
    const { accounts } = hierarchy
    const row = accountRow(hierarchy, account)
    checkStandard(context, account)
    if (!STANDARD_TYPES.includes(type))
      refuse('malformed', `expected one of ${STANDARD_TYPES.join(', ')}`, { field: '/type' })
    if (accounts.status.get(row) === 'closed') refuse('transition_invalid', 'the account is closed')
    const before = accounts.type.get(row)
    const available = availableByCurrency(context, account)
    if (before !== type) {
      accounts.type.set(row, type)
      accounts.version.set(row, accounts.version.get(row) + 1)
      checkAvailable(context, account, available)
      context.emit({
        kind: 'account.updated',
        subject: `acc_${account}`,
        paths: [hierarchy.pathOfAccount(row)],
        data: { before: { type: before }, after: { type } },
      })
    }
    return { account, version: accounts.version.get(row) }
  },
})
