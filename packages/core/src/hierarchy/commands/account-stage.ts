/**
 * The way of an account to the clearing firm's approval: `accounts.review` by an administrator, then
 * `accounts.approve` or `accounts.reject` by whoever answers for the clearing firm.
 */
import { command, type Plain, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, checkActive, checkVersion, nextVersion } from '../checks.js'
import type { AccountId, AccountStage } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkClearingNumber } from '../names.js'

export type ReviewAccount = {
  readonly account: AccountId
  /** `forward` sends it to clearing; `return` leaves it new, for whoever asked to amend it. */
  readonly decision: 'forward' | 'return'
  readonly version: number | null
}

export type ApproveAccount = {
  readonly account: AccountId
  readonly clearingNumber: string | null
  readonly version: number | null
}

export type RejectAccount = { readonly account: AccountId; readonly version: number | null }

const needs = (_context: HierarchyContext, { account }: { readonly account: AccountId }) =>
  [{ ability: 'administer', target: { account } }] as const

export const reviewAccount = command({
  name: 'accounts.review',
  scope: 'accounts:approve',
  needs,
  decide(context: HierarchyContext, { account, decision, version }: ReviewAccount) {
    const { accounts } = context.hierarchy
    const row = rowAt(context, account, 'new', version)
    if (decision === 'return') {
      nextVersion(accounts, row)
      say(context, row, 'account.returned', 'new', 'new')
      return { account, version: accounts.version.get(row) }
    }
    checkActive(context.hierarchy, context.hierarchy.partyOf(row))
    accounts.isReviewed.set(row, true)
    return enter(context, row, 'sent_to_clearing', 'account.sent_to_clearing')
  },
})

export const approveAccount = command({
  name: 'accounts.approve',
  scope: 'clearing:write',
  needs,
  decide(context: HierarchyContext, { account, clearingNumber, version }: ApproveAccount) {
    const { hierarchy } = context
    const row = rowAt(context, account, 'sent_to_clearing', version)
    checkActive(hierarchy, hierarchy.partyOf(row))
    checkClearingNumber(clearingNumber)
    hierarchy.accounts.clearingNumber.set(row, clearingNumber)
    return enter(context, row, 'approved', 'account.approved', { clearingNumber })
  },
})

export const rejectAccount = command({
  name: 'accounts.reject',
  scope: 'clearing:write',
  needs,
  decide(context: HierarchyContext, { account, version }: RejectAccount) {
    return enter(
      context,
      rowAt(context, account, 'sent_to_clearing', version),
      'rejected',
      'account.rejected',
    )
  },
})

function rowAt(
  { hierarchy }: HierarchyContext,
  account: AccountId,
  stage: AccountStage,
  version: number | null,
): Row {
  const { accounts } = hierarchy
  const row = accountRow(hierarchy, account)
  checkVersion(accounts, row, version)
  const present = accounts.stage.get(row)
  if (present !== stage) refuse('transition_invalid', `expected an account in ${stage}, it is ${present}`)
  return row
}

function enter(
  context: HierarchyContext,
  row: Row,
  stage: AccountStage,
  event: string,
  more: { readonly [key: string]: Plain } = {},
) {
  const { accounts } = context.hierarchy
  const before = accounts.stage.get(row)
  accounts.stage.set(row, stage)
  nextVersion(accounts, row)
  say(context, row, event, before, stage, more)
  return { account: accounts.id(row), version: accounts.version.get(row) }
}

function say(
  { hierarchy, emit }: HierarchyContext,
  row: Row,
  kind: string,
  before: AccountStage,
  after: AccountStage,
  more: { readonly [key: string]: Plain } = {},
): void {
  const paths = [hierarchy.pathOfAccount(row)]
  emit({ kind, subject: `acc_${hierarchy.accounts.id(row)}`, paths, data: { before, after, ...more } })
}
