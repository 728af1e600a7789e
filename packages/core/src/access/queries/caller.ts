/**
 * `identity.caller`: who is asking, for whom, with which scopes, and which owners stand above. Every valid credential
 * may ask about itself.
 */
import type { PartyKind } from '../../hierarchy/index.js'
import type { CredentialId, UserId } from '../../identity/index.js'
import { NO_ROW, query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'

export type ShownParty = {
  readonly id: number
  readonly name: string
  readonly displayName: string
  readonly kind: PartyKind
}

export const caller = query({
  name: 'identity.caller',
  scope: null,
  needs: () => [],
  read(context: AccessContext, _input: unknown) {
    const { access, doer, hierarchy, identity } = context
    if (doer.credential === null) refuse('not_visible', 'the system is nobody')
    const user = doer.user === null ? NO_ROW : identity.users.row(doer.user as UserId)
    const party =
      user === NO_ROW
        ? identity.partyOfCredential(identity.credentials.row(doer.credential as CredentialId))
        : identity.users.party.get(user)
    const owners: ShownParty[] = []
    for (let row = hierarchy.parties.row(party); row !== NO_ROW; row = hierarchy.order.parent(row))
      owners.push(shownParty(context, row))
    return {
      user: user === NO_ROW ? null : { id: identity.users.id(user), name: identity.users.name.get(user) },
      userDisplayName: user === NO_ROW ? null : identity.users.displayName.get(user),
      roles: user === NO_ROW ? [] : identity.users.roles.get(user),
      scopes: access.actingScopes(doer).names(),
      /** The own firm first, then its owners up to the operator. */
      owners,
    }
  },
})

export const shownParty = ({ hierarchy: { parties } }: AccessContext, row: Row): ShownParty => ({
  id: parties.id(row),
  name: parties.name.get(row),
  displayName: parties.displayName.get(row),
  kind: parties.kind.get(row),
})

export type Caller = ReturnType<typeof caller.read>
