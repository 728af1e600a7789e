/** `groups.create`: an account group of a client, in the client's base currency. Nothing is booked on a group. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { checkActive, partyRow } from '../checks.js'
import type { GroupId, PartyId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkCount, checkDisplayName, checkName, GROUPS_OF_PARTY_MAX } from '../names.js'

export type CreateGroup = { readonly party: PartyId; readonly name: string; readonly displayName: string }

export const createGroup = command({
  name: 'groups.create',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, { party }: CreateGroup) => [
    { ability: 'administer', target: { party } },
  ],
  decide(context, { party, name, displayName }) {
    const { hierarchy, image, now } = context
    const owner = partyRow(hierarchy, party)
    checkName(name)
    checkDisplayName(displayName)
    checkActive(hierarchy, owner)
    if (hierarchy.parties.kind.get(owner) !== 'client')
      refuse('group_invalid', 'only a client has account groups', { field: '/party' })
    if (hierarchy.groupByName.has(name))
      refuse('name_taken', `an account group is named ${name}`, { field: '/name' })
    checkCount(hierarchy.groupsOf.count(party), GROUPS_OF_PARTY_MAX, 'account groups')
    const id = image.newId<GroupId>()
    const row = hierarchy.groups.insert(id, {
      party,
      name,
      displayName,
      baseCurrency: hierarchy.parties.baseCurrency.get(owner),
      status: 'active',
      version: 1,
      createdAt: now,
    })
    const paths = [hierarchy.pathOf(owner)]
    context.emit({ kind: 'group.created', subject: `grp_${id}`, paths, data: hierarchy.groups.read(row) })
    return { group: id }
  },
})
