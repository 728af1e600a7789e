/**
 * `participants.find`: the user of that name at that firm, where the caller's credential can act as it. Anything
 * else, foreign or unknown, is not there.
 */
import type { UserId } from '../../identity/index.js'
import { NO_ROW, query } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'

export type FindParticipant = { readonly firm: string; readonly user: string }

export const findParticipant = query({
  name: 'participants.find',
  scope: null,
  needs: () => [],
  read(context: AccessContext, { firm, user }: FindParticipant): { readonly user: UserId } {
    const { access, doer, hierarchy, identity, now } = context
    const row = identity.userByName.find(user)
    if (row === NO_ROW || doer.credential === null) return absent()
    const party = hierarchy.parties.row(identity.users.party.get(row))
    if (hierarchy.parties.name.get(party) !== firm) return absent()
    const actor = {
      kind: 'credential',
      credential: doer.credential,
      token: access.actingToken(doer),
      actingUser: identity.users.id(row),
    } as const
    return access.chainFault(actor, now)?.code === 'not_visible' ? absent() : { user: identity.users.id(row) }
  },
})

const absent = (): never => refuse('not_visible', 'there is no such participant within reach')
