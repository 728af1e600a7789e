/** `accounts.open`: an account, or a subaccount, of a party. */
import { command } from '../../image/index.js'
import type { HierarchyContext } from '../hierarchy.js'
import { type NewAccount, openNewAccount } from '../opening.js'

export type OpenAccount = NewAccount

export const openAccount = command({
  name: 'accounts.open',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, input: OpenAccount) => [
    { ability: 'administer', target: { party: input.party } },
  ],
  decide(context, input) {
    return { account: openNewAccount(context, input) }
  },
})
