/** `groups.update` and `groups.close`. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { changesBetween, checkVersion, groupRow, nextVersion } from '../checks.js'
import type { GroupId } from '../fields.js'
import type { Hierarchy, HierarchyContext } from '../hierarchy.js'
import { checkDisplayName } from '../names.js'

export type UpdateGroup = {
  readonly group: GroupId
  readonly displayName: string
  readonly version: number | null
}
export type CloseGroup = { readonly group: GroupId; readonly version: number | null }

const needs = (_context: HierarchyContext, { group }: { readonly group: GroupId }) =>
  [{ ability: 'administer', target: { group } }] as const

export const updateGroup = command({
  name: 'groups.update',
  scope: 'accounts:write',
  needs,
  decide(context: HierarchyContext, { group, displayName, version }: UpdateGroup) {
    const { groups } = context.hierarchy
    const row = openGroupRow(context.hierarchy, group, version)
    checkDisplayName(displayName)
    const before = groups.read(row)
    groups.displayName.set(row, displayName)
    return changed(context, row, 'group.updated', before)
  },
})

export const closeGroup = command({
  name: 'groups.close',
  scope: 'accounts:write',
  needs,
  decide(context: HierarchyContext, { group, version }: CloseGroup) {
    const { groups, accountsInGroup } = context.hierarchy
    const row = openGroupRow(context.hierarchy, group, version)
    if (!accountsInGroup.isEmpty(group)) refuse('not_empty', 'an account is still in the group')
    const before = groups.read(row)
    groups.status.set(row, 'closed')
    return changed(context, row, 'group.closed', before)
  },
})

export function openGroupRow(hierarchy: Hierarchy, group: GroupId, version: number | null): Row {
  const row = groupRow(hierarchy, group)
  checkVersion(hierarchy.groups, row, version)
  if (hierarchy.groups.status.get(row) === 'closed')
    refuse('transition_invalid', 'the account group is closed')
  return row
}

function changed(
  { hierarchy, emit }: HierarchyContext,
  row: Row,
  kind: string,
  before: ReturnType<Hierarchy['groups']['read']>,
) {
  const { groups } = hierarchy
  nextVersion(groups, row)
  const group = groups.id(row)
  const paths = [hierarchy.pathOfNode(group)]
  emit({ kind, subject: `grp_${group}`, paths, data: changesBetween(before, groups.read(row)) })
  return { group, version: groups.version.get(row) }
}
