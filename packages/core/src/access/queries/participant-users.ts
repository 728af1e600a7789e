/**
 * `participants.users`: the caller and those users of its firm that it reaches, with their firm and accounts by name.
 * Every valid credential may ask: it is how a client finds out whom it can act as.
 */
import type { PartyId, PartyKind } from '../../hierarchy/index.js'
import { type CredentialId, USERS_OF_PARTY_MAX, type UserId } from '../../identity/index.js'
import { query, type Row } from '../../image/index.js'
import type { AccessContext } from '../access.js'

export type ShownParty = {
  readonly id: number
  readonly name: string
  readonly displayName: string
  readonly kind: PartyKind
}

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

export const participantUsers = query({
  name: 'participants.users',
  scope: null,
  needs: () => [],
  read(context: AccessContext, _input: unknown): readonly ShownUser[] {
    const { access, doer, identity } = context
    const isVisible = (row: Row): boolean =>
      doer.user === null ||
      doer.user === identity.users.id(row) ||
      access.actingAbilities(doer, { user: identity.users.id(row) }) !== 0
    return identity.usersOf
      .of(ownParty(context))
      .filter(isVisible)
      .slice(0, USERS_OF_PARTY_MAX)
      .map((row) => shownUser(context, row))
  },
})

function ownParty({ doer, identity }: AccessContext): PartyId {
  if (doer.user !== null) return identity.users.party.get(identity.users.row(doer.user as UserId))
  return identity.partyOfCredential(identity.credentials.row(doer.credential as CredentialId))
}

const shownParty = ({ hierarchy: { parties } }: AccessContext, row: Row): ShownParty => ({
  id: parties.id(row),
  name: parties.name.get(row),
  displayName: parties.displayName.get(row),
  kind: parties.kind.get(row),
})

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
