/** `parties.set_kyc`: the state of the checks on the person, shared by its accounts and the default of its users. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkVersion, nextVersion, partyRow } from '../checks.js'
import type { KycState, PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'

export type SetPartyKyc = { readonly party: PartyId; readonly kyc: KycState; readonly version: number | null }

export const setPartyKyc = command({
  name: 'parties.set_kyc',
  scope: 'kyc:decide',
  needs: (_context: HierarchyContext, { party }: SetPartyKyc) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, kyc, version }) {
    const { hierarchy } = context
    const { parties } = hierarchy
    const row = partyRow(hierarchy, party)
    checkVersion(parties, row, version)
    if (parties.status.get(row) === 'closed') refuse('transition_invalid', 'the party is closed')
    const before = parties.kyc.get(row)
    parties.kyc.set(row, kyc)
    nextVersion(parties, row)
    context.emit({
      kind: 'party.kyc_changed',
      subject: `pty_${party}`,
      paths: [hierarchy.pathOf(row)],
      data: { before: { kyc: before }, after: { kyc } },
    })
    return { party, version: parties.version.get(row) }
  },
})
