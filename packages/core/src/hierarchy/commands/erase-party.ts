/** `parties.erase`: forgets the personal fields of a party, and has the key destroyed that they and its secrets were sealed with. */
import { command } from '../../image/index.js'
import { checkVersion, nextVersion, partyRow } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'

export type EraseParty = { readonly party: PartyId; readonly version: number | null }

export const eraseParty = command({
  name: 'parties.erase',
  scope: 'parties:write',
  needs: (_context: HierarchyContext, { party }: EraseParty) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, version }) {
    const { hierarchy } = context
    const { parties } = hierarchy
    const row = partyRow(hierarchy, party)
    checkVersion(parties, row, version)
    parties.sealedPersonal.set(row, null)
    for (const forget of hierarchy.erasing) forget(party, context)
    nextVersion(parties, row)
    context.emit({
      kind: 'party.erased',
      subject: `pty_${party}`,
      paths: [hierarchy.pathOf(row)],
      data: { personal: 'changed' },
    })
    return { party, version: parties.version.get(row) }
  },
})
