/** `participants.names`: what a user and an account are called, with the firm of each, for whoever may read them. */
import type { AccountId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { type Need, query } from '../../image/index.js'
import type { LedgerContext } from '../ledger.js'

export type AskParticipantNames = { readonly user: UserId | null; readonly account: AccountId | null }

type Named = { readonly firm: string; readonly name: string }

export const participantNames = query({
  name: 'participants.names',
  scope: null,
  needs: (_context: LedgerContext, { user, account }: AskParticipantNames): readonly Need[] => [
    ...(user === null ? [] : [{ ability: 'read' as const, target: { user } }]),
    ...(account === null ? [] : [{ ability: 'read' as const, target: { account } }]),
  ],
  read(
    { hierarchy, identity },
    { user, account },
  ): { readonly user: Named | null; readonly account: Named | null } {
    const { parties, accounts } = hierarchy
    const firmOf = (party: ReturnType<typeof accounts.party.get>): string =>
      parties.name.get(parties.row(party))
    const userRow = user === null ? null : identity.users.row(user)
    const accountRow = account === null ? null : accounts.row(account)
    return {
      user:
        userRow === null
          ? null
          : { firm: firmOf(identity.users.party.get(userRow)), name: identity.users.name.get(userRow) },
      account:
        accountRow === null
          ? null
          : { firm: firmOf(accounts.party.get(accountRow)), name: accounts.name.get(accountRow) },
    }
  },
})
