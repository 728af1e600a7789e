/** `parties.create`: a party under its owner. */
import { command } from '../../image/index.js'
import { type CurrencyCode, findCurrency } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { HierarchyContext, PartyId, PartyKind } from '../hierarchy.js'
import { checkDisplayName, checkName, TREE_DEPTH_MAX } from '../names.js'

export interface CreateParty {
  readonly owner: PartyId
  readonly kind: PartyKind
  readonly name: string
  readonly displayName: string
  readonly baseCurrency: CurrencyCode | null
  readonly isPartner: boolean
  readonly isLegallyLiable: boolean
  readonly sealedPersonal: string | null
  readonly [key: string]: string | number | boolean | null
}

/** Which kinds may stand directly under which: clearing members under the house, firms under members, clients anywhere. */
const OWNERS: Readonly<Record<PartyKind, readonly PartyKind[]>> = {
  clearing_house: [],
  clearing_member: ['clearing_house'],
  participant: ['clearing_house', 'clearing_member'],
  client: ['clearing_house', 'clearing_member', 'participant', 'client'],
}

export const createParty = command({
  name: 'parties.create',
  scope: 'parties:write',
  needs: (_context: HierarchyContext, input: CreateParty) => [
    { ability: 'administer', target: { party: input.owner } },
  ],
  decide(context, input) {
    const { hierarchy } = context
    const owner = hierarchy.parties.row(input.owner)
    checkName(input.name)
    checkDisplayName(input.displayName)
    checkOwner(hierarchy.parties.kind.get(owner), input.kind)
    if (hierarchy.firstNotActive(owner) >= 0)
      refuse('party_suspended', 'the owner, or an owner above it, is not active')
    if (hierarchy.depthOf(owner) >= TREE_DEPTH_MAX)
      refuse('tree_too_deep', `expected a tree of at most ${TREE_DEPTH_MAX} levels`)
    if (hierarchy.partyByName.has(input.name))
      refuse('name_taken', `a party is named ${input.name}`, { field: '/name' })
    const baseCurrency = input.baseCurrency ?? hierarchy.parties.baseCurrency.get(owner)
    if (findCurrency(baseCurrency) === undefined)
      refuse('currency_unknown', `expected a kept currency, was ${baseCurrency}`)
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

function checkOwner(owner: PartyKind, kind: PartyKind): void {
  if (!OWNERS[kind].includes(owner))
    refuse('owner_kind_invalid', `a ${kind} cannot stand under a ${owner}`, { field: '/owner' })
}
