/** `parties.create`: a party under its owner. */
import { command } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkActive, partyRow } from '../checks.js'
import type { PartyId, PartyKind } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkCurrency, checkDisplayName, checkName, checkSealedPersonal } from '../names.js'
import { checkDepth, checkOwnerKind, checkPartner } from './party-placing.js'

export type CreateParty = {
  readonly owner: PartyId
  readonly kind: PartyKind
  readonly name: string
  readonly displayName: string
  readonly baseCurrency: CurrencyCode | null
  readonly isPartner: boolean
  readonly isLegallyLiable: boolean
  readonly sealedPersonal: string | null
}

export const createParty = command({
  name: 'parties.create',
  scope: 'parties:write',
  needs: (_context: HierarchyContext, input: CreateParty) => [
    { ability: 'administer', target: { party: input.owner } },
  ],
  decide(context, input) {
    const { hierarchy } = context
    const owner = partyRow(hierarchy, input.owner)
    checkName(input.name)
    checkDisplayName(input.displayName)
    checkSealedPersonal(input.sealedPersonal)
    checkPartner(input.kind, input.isPartner, input.isLegallyLiable)
    checkOwnerKind(hierarchy.parties.kind.get(owner), input.kind)
    checkActive(hierarchy, owner)
    checkDepth(hierarchy.depthOf(owner) + 1)
    if (hierarchy.partyByName.has(input.name))
      refuse('name_taken', `a party is named ${input.name}`, { field: '/name' })
    const baseCurrency = input.baseCurrency ?? hierarchy.parties.baseCurrency.get(owner)
    checkCurrency(baseCurrency)
    const id = context.image.newId<PartyId>()
    const row = hierarchy.parties.insert(id, {
      name: input.name,
      kind: input.kind,
      owner: input.owner,
      displayName: input.displayName,
      isPartner: input.isPartner,
      isLegallyLiable: input.isLegallyLiable,
      status: 'active',
      kyc: 'none',
      baseCurrency,
      sealedPersonal: input.sealedPersonal,
      version: 1,
      createdAt: context.now,
    })
    const { sealedPersonal, ...shown } = hierarchy.parties.read(row)
    context.emit({
      kind: 'party.created',
      subject: `pty_${id}`,
      paths: [hierarchy.pathOf(row)],
      data: { ...shown, personal: sealedPersonal === null ? null : 'changed' },
    })
    return { party: id }
  },
})
