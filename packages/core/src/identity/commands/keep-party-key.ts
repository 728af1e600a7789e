/**
 * `parties.keep_key`: the server says under which name it keeps the key that it made for a party. Nobody else can. A
 * party has another already where that one is not on the shelf any more: in a book that was restored without its keys.
 */
import type { PartyId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { IdentityContext } from '../identity.js'

export type KeepPartyKey = { readonly party: PartyId; readonly keyName: string }

export const keepPartyKey = command({
  name: 'parties.keep_key',
  scope: 'parties:write',
  needs: (_context: IdentityContext, { party }: KeepPartyKey) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, keyName }) {
    const { doer, hierarchy, identity, now } = context
    if (doer.credential !== null) refuse('not_visible', 'there is no such thing within reach')
    identity.partyKeys.keep(party, keyName, now)
    const paths = [hierarchy.pathOf(hierarchy.parties.row(party))]
    context.emit({ kind: 'party.key_kept', subject: `pty_${party}`, paths, data: { key: 'changed' } })
    return {}
  },
})
