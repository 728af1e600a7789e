/** `users.create`: a user of a party, with the bindings that its roles' templates write. */
import {
  type AccountId,
  checkDisplayName,
  checkName,
  type KycState,
  type PartyId,
} from '../../hierarchy/index.js'
import { command, type Need } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { addUser } from '../add-user.js'
import { checkRoles, checkScopes, checkSealed } from '../checks.js'

export type CreateUser = {
  readonly party: PartyId
  readonly name: string
  readonly displayName: string
  readonly sealedEmail: string | null
  /** Null: the party's. */
  readonly kyc: KycState | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** An account to bind the user to at once, with the level full; null for none. */
  readonly account: AccountId | null
}

export const createUser = command({
  name: 'users.create',
  scope: 'users:write',
  needs: (_context: AccessContext, { party, account }: CreateUser): Need[] => [
    { ability: 'administer', target: { party } },
    ...(account === null ? [] : [{ ability: 'administer' as const, target: { account } }]),
  ],
  approval: (_context, { party }) => ({ kind: 'rights', party }),
  decide(context, input) {
    const { hierarchy } = context
    const party = hierarchy.parties.row(input.party)
    checkName(input.name)
    checkDisplayName(input.displayName)
    checkSealed(input.sealedEmail, '/email')
    checkScopes(input.scopes)
    const roles = checkRoles(context, input.roles, party)
    if (hierarchy.firstNotActive(party) >= 0)
      refuse('party_suspended', 'the party, or an owner above it, is not active')
    const user = addUser(context, { ...input, roles, isLoginEnabled: true, isNotified: true })
    return { user }
  },
})
