/** `parties.update`: what people read of a party, its role as a partner, its personal fields. Null leaves as it is. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { changesBetween, checkVersion, nextVersion, partyRow } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkDisplayName, checkSealedPersonal } from '../names.js'
import { checkPartner } from './party-placing.js'

export type UpdateParty = {
  readonly party: PartyId
  readonly displayName: string | null
  readonly isPartner: boolean | null
  readonly isLegallyLiable: boolean | null
  readonly sealedPersonal: string | null
  readonly version: number | null
}

export const updateParty = command({
  name: 'parties.update',
  scope: 'parties:write',
  needs: (_context: HierarchyContext, { party }: UpdateParty) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, input) {
    const { parties } = context.hierarchy
    const row = partyRow(context.hierarchy, input.party)
    checkVersion(parties, row, input.version)
    if (parties.status.get(row) === 'closed') refuse('transition_invalid', 'the party is closed')
    const { sealedPersonal: sealed, ...before } = parties.read(row)
    const isPartner = input.isPartner ?? before.isPartner
    const isLegallyLiable = input.isLegallyLiable ?? before.isLegallyLiable
    if (input.displayName !== null) checkDisplayName(input.displayName)
    checkPartner(before.kind, isPartner, isLegallyLiable)
    checkSealedPersonal(input.sealedPersonal)
    parties.displayName.set(row, input.displayName ?? before.displayName)
    parties.isPartner.set(row, isPartner)
    parties.isLegallyLiable.set(row, isLegallyLiable)
    parties.sealedPersonal.set(row, input.sealedPersonal ?? sealed)
    nextVersion(parties, row)
    const { sealedPersonal: _sealed, ...after } = parties.read(row)
    context.emit({
      kind: 'party.updated',
      subject: `pty_${input.party}`,
      paths: [context.hierarchy.pathOf(row)],
      data: {
        ...changesBetween(before, after),
        ...(input.sealedPersonal === null ? {} : { personal: 'changed' }),
      },
    })
    return { party: input.party, version: after.version }
  },
})
