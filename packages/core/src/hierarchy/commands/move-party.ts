/**
 * `parties.move`: a party, with everything beneath it, to another owner. One row changes; the order of the tree and
 * the sums of both lines of owners follow from it. A preview is a dry run of this command.
 */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkActive, checkVersion, nextVersion, partyRow } from '../checks.js'
import type { PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkDepth, checkOwnerKind } from './party-placing.js'

export type MoveParty = { readonly party: PartyId; readonly owner: PartyId; readonly version: number | null }

export const moveParty = command({
  name: 'parties.move',
  scope: 'parties:write',
  needs: (_context: HierarchyContext, { party, owner }: MoveParty) => [
    { ability: 'administer', target: { party } },
    { ability: 'administer', target: { party: owner } },
  ],
  approval: (_context, { party }) => ({ kind: 'rights', party }),
  decide(context, { party, owner, version }) {
    const { hierarchy } = context
    const { parties, order } = hierarchy
    const row = partyRow(hierarchy, party)
    const target = partyRow(hierarchy, owner)
    checkVersion(parties, row, version)
    const before = parties.owner.get(row)
    if (before === null) refuse('root_is_fixed', 'the operator of the book has no owner to leave')
    if (order.isAtOrAbove(row, target))
      refuse('move_into_itself', 'the new owner is the party itself or stands beneath it', {
        field: '/owner',
      })
    if (parties.status.get(row) === 'closed') refuse('transition_invalid', 'the party is closed')
    checkOwnerKind(parties.kind.get(target), parties.kind.get(row))
    checkActive(hierarchy, target)
    checkDepth(hierarchy.depthOf(target) + order.heightOf(row))
    const pathBefore = hierarchy.pathOf(row)
    parties.owner.set(row, owner)
    nextVersion(parties, row)
    const path = hierarchy.pathOf(row)
    context.emit({
      kind: 'party.moved',
      subject: `pty_${party}`,
      paths: path === pathBefore ? [path] : [path, pathBefore],
      data: { before: { owner: before, path: pathBefore }, after: { owner, path } },
    })
    return { party, version: parties.version.get(row) }
  },
})
