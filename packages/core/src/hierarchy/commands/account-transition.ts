/** `accounts.suspend`, `accounts.reactivate` and `accounts.close`: the life of an approved account. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, checkVersion, nextVersion } from '../checks.js'
import type { AccountId, NodeStatus } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'

export type AccountTransition = { readonly account: AccountId; readonly version: number | null }

interface Transition {
  readonly verb: string
  readonly event: string
  readonly from: readonly NodeStatus[]
  readonly to: NodeStatus
  precondition?(context: HierarchyContext, row: Row): void
}

const transition = ({ verb, event, from, to, precondition }: Transition) =>
  command({
    name: `accounts.${verb}`,
    scope: 'accounts:write',
    needs: (_context: HierarchyContext, { account }: AccountTransition) => [
      { ability: 'administer', target: { account } },
    ],
    decide(context, { account, version }) {
      const { hierarchy } = context
      const { accounts } = hierarchy
      const row = accountRow(hierarchy, account)
      checkVersion(accounts, row, version)
      if (accounts.book.get(row) !== 'customer')
        refuse('transition_invalid', 'the accounts of the operator’s own books stay open')
      const stage = accounts.stage.get(row)
      if (stage !== 'approved') refuse('transition_invalid', `expected an approved account, it is ${stage}`)
      const before = accounts.status.get(row)
      if (!from.includes(before)) refuse('transition_invalid', `the account is ${before}`)
      precondition?.(context, row)
      accounts.status.set(row, to)
      nextVersion(accounts, row)
      context.emit({
        kind: `account.${event}`,
        subject: `acc_${account}`,
        paths: [hierarchy.pathOfAccount(row)],
        data: { before: { status: before }, after: { status: to } },
      })
      return { account, version: accounts.version.get(row) }
    },
  })

export const suspendAccount = transition({
  verb: 'suspend',
  event: 'suspended',
  from: ['active'],
  to: 'suspended',
})

export const reactivateAccount = transition({
  verb: 'reactivate',
  event: 'reactivated',
  from: ['suspended'],
  to: 'active',
})

/** For good, and only when nothing is left: no open subaccount, no group, and what the rooms above add. */
export const closeAccount = transition({
  verb: 'close',
  event: 'closed',
  from: ['active', 'suspended'],
  to: 'closed',
  precondition({ hierarchy }, row) {
    const { accounts, subaccountsOf } = hierarchy
    const isOpen = (sub: Row) =>
      accounts.status.get(sub) !== 'closed' && accounts.stage.get(sub) !== 'rejected'
    if (subaccountsOf.some(accounts.id(row), isOpen))
      refuse('not_empty', 'a subaccount of it is open', { data: { precondition: 'no_open_subaccount' } })
    if (accounts.group.get(row) !== null)
      refuse('not_empty', 'it is in an account group', { data: { precondition: 'no_group' } })
    hierarchy.checkClosable('account', row)
  },
})
