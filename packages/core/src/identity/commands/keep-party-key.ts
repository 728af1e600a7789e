/** `parties.keep_key`: the server keeps the wrapped key that it made for a party. Nobody else can. */
import type { PartyId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { IdentityContext } from '../identity.js'
import type { PartyKeyId } from '../party-keys.js'

export type KeepPartyKey = { readonly party: PartyId; readonly wrappedKey: string }

export const keepPartyKey = command({
  name: 'parties.keep_key',
  scope: 'parties:write',
  needs: (_context: IdentityContext, { party }: KeepPartyKey) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, wrappedKey }) {
    const { doer, hierarchy, identity, image, now } = context
    if (doer.credential !== null) refuse('not_visible', 'there is no such thing within reach')
    if (identity.partyKeys.find(party) !== null) refuse('transition_invalid', 'the party has a key')
    identity.partyKeys.table.insert(image.newId<PartyKeyId>(), { party, wrappedKey, createdAt: now })
    const paths = [hierarchy.pathOf(hierarchy.parties.row(party))]
    context.emit({ kind: 'party.key_kept', subject: `pty_${party}`, paths, data: { key: 'changed' } })
    return {}
  },
})
