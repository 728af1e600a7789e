/** Where a party may stand: under which kinds, and how deep. */
import { refuse } from '../../refusals/index.js'
import type { PartyKind } from '../fields.js'
import { TREE_DEPTH_MAX } from '../names.js'

/** Which kinds may stand directly under which: members under the house, firms under members, clients anywhere. */
const OWNERS: Readonly<Record<PartyKind, readonly PartyKind[]>> = {
  clearing_house: [],
  clearing_member: ['clearing_house'],
  participant: ['clearing_house', 'clearing_member'],
  client: ['clearing_house', 'clearing_member', 'participant', 'client'],
}

export function checkOwnerKind(owner: PartyKind, kind: PartyKind): void {
  if (!OWNERS[kind].includes(owner))
    refuse('owner_kind_invalid', `a ${kind} cannot stand under a ${owner}`, { field: '/owner' })
}

/** `levels`: how many the tree would have on the longest way through the party. */
export function checkDepth(levels: number): void {
  if (levels > TREE_DEPTH_MAX)
    refuse('tree_too_deep', `expected a tree of at most ${TREE_DEPTH_MAX} levels, would be ${levels}`)
}

/** Partner is a role of clients, and only a partner can be liable for those that come through it. */
export function checkPartner(kind: PartyKind, isPartner: boolean, isLegallyLiable: boolean): void {
  if (isPartner && kind !== 'client')
    refuse('malformed', 'only a client can be a partner', { field: '/is_partner' })
  if (isLegallyLiable && !isPartner)
    refuse('malformed', 'only a partner can be legally liable', { field: '/is_legally_liable' })
}
