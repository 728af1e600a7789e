/** `accounts.update`: name for people, type and attributes. Null leaves as it is; an attribute of null is taken away. */
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, changesBetween, checkVersion, nextVersion } from '../checks.js'
import type { AccountId, AccountType, Attributes } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkAttributes, checkDisplayName } from '../names.js'

export type UpdateAccount = {
  readonly account: AccountId
  readonly displayName: string | null
  readonly type: AccountType | null
  readonly attributes: Attributes | null
  readonly version: number | null
}

export const updateAccount = command({
  name: 'accounts.update',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, { account }: UpdateAccount) => [
    { ability: 'administer', target: { account } },
  ],
  decide(context, input) {
    const { hierarchy } = context
    const { accounts } = hierarchy
    const row = accountRow(hierarchy, input.account)
    checkVersion(accounts, row, input.version)
    if (accounts.book.get(row) !== 'customer')
      refuse('transition_invalid', 'the accounts of the operator’s own books stay as they are')
    if (accounts.status.get(row) === 'closed') refuse('transition_invalid', 'the account is closed')
    const before = accounts.read(row)
    if (input.displayName !== null) {
      checkDisplayName(input.displayName)
      accounts.displayName.set(row, input.displayName)
    }
    if (input.type !== null) accounts.type.set(row, input.type)
    if (input.attributes !== null) {
      const attributes = patched(before.attributes, input.attributes)
      checkAttributes(attributes)
      accounts.attributes.set(row, attributes)
    }
    nextVersion(accounts, row)
    context.emit({
      kind: 'account.updated',
      subject: `acc_${input.account}`,
      paths: [hierarchy.pathOfAccount(row)],
      data: changesBetween(before, accounts.read(row)),
    })
    return { account: input.account, version: accounts.version.get(row) }
  },
})

const patched = (before: Attributes, patch: Attributes): Attributes =>
  Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null))
