/** `accounts.suspend`, `accounts.reactivate` and `accounts.close`: the life of an approved account. */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, checkVersion } from '../checks.js'
import type { AccountId } from '../fields.js'
import type { Hierarchy, HierarchyContext } from '../hierarchy.js'
import { STEPS, type StepVerb, takeStep } from './status-step.js'

export type AccountTransition = { readonly account: AccountId; readonly version: number | null }

const transition = (
  verb: StepVerb,
  checkNothingInTheWay: (hierarchy: Hierarchy, row: Row) => void = () => {},
) =>
  command({
    name: `accounts.${verb}`,
    scope: 'accounts:write',
    needs: (_context: HierarchyContext, { account }: AccountTransition) => [
      { ability: 'administer', target: { account } },
    ],
    decide({ hierarchy, emit }, { account, version }) {
      const { accounts } = hierarchy
      const row = accountRow(hierarchy, account)
      checkVersion(accounts, row, version)
      if (accounts.book.get(row) !== 'customer')
        refuse('transition_invalid', 'the accounts of the operator’s own books stay open')
      const stage = accounts.stage.get(row)
      if (stage !== 'approved') refuse('transition_invalid', `expected an approved account, it is ${stage}`)
      const step = STEPS[verb]
      const data = takeStep(accounts, row, step, () => checkNothingInTheWay(hierarchy, row))
      emit({
        kind: `account.${step.event}`,
        subject: `acc_${account}`,
        paths: [hierarchy.pathOfAccount(row)],
        data,
      })
      return { account, version: accounts.version.get(row) }
    },
  })

export const suspendAccount = transition('suspend')
export const reactivateAccount = transition('reactivate')

/** For good, and only when nothing is left: no open subaccount, no group, and what the rooms above add. */
export const closeAccount = transition('close', (hierarchy, row) => {
  const { accounts, subaccountsOf } = hierarchy
  const isOpen = (sub: Row) => accounts.status.get(sub) !== 'closed' && accounts.stage.get(sub) !== 'rejected'
  if (subaccountsOf.some(accounts.id(row), isOpen))
    refuse('not_empty', 'a subaccount of it is open', { data: { precondition: 'no_open_subaccount' } })
  if (accounts.group.get(row) !== null)
    refuse('not_empty', 'it is in an account group', { data: { precondition: 'no_group' } })
  hierarchy.checkClosable('account', row)
})
