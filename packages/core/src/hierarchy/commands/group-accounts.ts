/** `groups.add_account` and `groups.remove_account`: accounts of one client, managed as one for margin. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, nextVersion } from '../checks.js'
import type { AccountId, GroupId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { ACCOUNTS_OF_GROUP_MAX, checkCount } from '../names.js'
import { openGroupRow } from './change-group.js'

export type GroupAccount = { readonly group: GroupId; readonly account: AccountId }

const needs = (_context: HierarchyContext, { group, account }: GroupAccount) =>
  [
    { ability: 'administer', target: { group } },
    { ability: 'administer', target: { account } },
  ] as const

export const addAccountToGroup = command({
  name: 'groups.add_account',
  scope: 'accounts:write',
  needs,
  decide(context: HierarchyContext, { group, account }: GroupAccount) {
    const { hierarchy } = context
    const { groups, accounts } = hierarchy
    const groupAt = openGroupRow(hierarchy, group, null)
    const row = accountRow(hierarchy, account)
    if (accounts.party.get(row) !== groups.party.get(groupAt))
      refuse('group_invalid', 'expected an account of the group’s client', { field: '/account' })
    if (accounts.status.get(row) === 'closed' || accounts.stage.get(row) === 'rejected')
      refuse('group_invalid', 'the account is closed', { field: '/account' })
    if (accounts.group.get(row) !== null)
      refuse('group_invalid', 'the account is in a group already', { field: '/account' })
    checkCount(hierarchy.accountsInGroup.count(group), ACCOUNTS_OF_GROUP_MAX, 'accounts in a group')
    return join(context, row, group, 'account.added_to_group')
  },
})

export const removeAccountFromGroup = command({
  name: 'groups.remove_account',
  scope: 'accounts:write',
  needs,
  decide(context: HierarchyContext, { group, account }: GroupAccount) {
    const { hierarchy } = context
    openGroupRow(hierarchy, group, null)
    const row = accountRow(hierarchy, account)
    if (hierarchy.accounts.group.get(row) !== group)
      refuse('group_invalid', 'the account is not in the group', { field: '/account' })
    return join(context, row, null, 'account.removed_from_group')
  },
})

function join({ hierarchy, emit }: HierarchyContext, row: Row, group: GroupId | null, kind: string) {
  const { accounts } = hierarchy
  const before = accounts.group.get(row)
  accounts.group.set(row, group)
  nextVersion(accounts, row)
  const account = accounts.id(row)
  const paths = [hierarchy.pathOfAccount(row)]
  emit({ kind, subject: `acc_${account}`, paths, data: { before: { group: before }, after: { group } } })
  return { account, group, version: accounts.version.get(row) }
}
