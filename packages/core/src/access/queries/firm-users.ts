/**
 * `identity.users`: the users of the caller's own firm, and of the firms that its bindings let it read. Every valid
 * credential may ask: it is how a client finds out whom it can act as.
 */
import type { PartyId } from '../../hierarchy/index.js'
import { type CredentialId, USERS_OF_PARTY_MAX, type UserId } from '../../identity/index.js'
import { query, type Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { type ShownParty, shownParty } from './caller.js'

export type ShownUser = {
  readonly id: number
  readonly name: string
  readonly displayName: string
  readonly sealedEmail: string | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly status: string
  readonly kyc: string
  readonly firm: ShownParty
  /** Names of the accounts that it is bound to by name, and the firm of each. */
  readonly accounts: readonly { readonly name: string; readonly firm: string }[]
}

export const firmUsers = query({
  name: 'identity.users',
  scope: null,
  needs: () => [],
  read(context: AccessContext, _input: unknown): readonly ShownUser[] {
    const { identity } = context
    return identity.usersOf
      .of(ownParty(context))
      .slice(0, USERS_OF_PARTY_MAX)
      .map((row) => shownUser(context, row))
  },
})

export function ownParty({ doer, identity }: AccessContext): PartyId {
  if (doer.user !== null) return identity.users.party.get(identity.users.row(doer.user as UserId))
  return identity.partyOfCredential(identity.credentials.row(doer.credential as CredentialId))
}

function shownUser(context: AccessContext, row: Row): ShownUser {
  const { access, hierarchy, identity } = context
  const { party, name, displayName, sealedEmail, roles, status, kyc } = identity.users.read(row)
  const user = identity.users.id(row)
  const owner = hierarchy.parties.row(party)
  return {
    id: user,
    name,
    displayName,
    sealedEmail,
    roles,
    scopes: access.scopesOfUser(user).names(),
    status,
    kyc: kyc ?? hierarchy.parties.kyc.get(owner),
    firm: shownParty(context, owner),
    accounts: boundAccounts(context, user),
  }
}

function boundAccounts({ access, hierarchy }: AccessContext, user: UserId): ShownUser['accounts'] {
  const { bindings, bindingsOf } = access.reach
  return bindingsOf
    .of(user)
    .filter((row) => bindings.targetKind.get(row) === 'account')
    .map((row) => hierarchy.accounts.row(bindings.target.get(row) as never))
    .map((account) => ({
      name: hierarchy.accounts.name.get(account),
      firm: hierarchy.parties.name.get(hierarchy.partyOf(account)),
    }))
}
