/**
 * `subaccounts.create` and `subaccounts.rename`: a main account makes a subaccount of its own without saying anything,
 * and calls it what it likes. Names that people see are unique under the main account (deribit section 3.1).
 */
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { accountRow, changesBetween, checkActive, nextVersion } from '../checks.js'
import type { AccountId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkDisplayName } from '../names.js'
import { openNewAccount } from '../opening.js'

/** Subaccounts that a main account may make for itself; an operator may open more. */
export const OWN_SUBACCOUNTS_MAX = 20
export const SUBACCOUNT_NAME_LENGTH_MAX = 64

type OfMain = { readonly main: AccountId }

export const createSubaccount = command({
  name: 'subaccounts.create',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, { main }: OfMain) => [
    { ability: 'administer', target: { account: main } },
  ],
  decide(context, { main }) {
    const { hierarchy } = context
    const { accounts } = hierarchy
    const row = accountRow(hierarchy, main)
    checkActive(hierarchy, hierarchy.partyOf(row))
    const count = openSubaccounts(context, main).length
    if (count >= OWN_SUBACCOUNTS_MAX)
      refuse('limit_reached', `a main account has at most ${OWN_SUBACCOUNTS_MAX} subaccounts`, {
        data: { limit: OWN_SUBACCOUNTS_MAX },
      })
    const name = freeName(context, main, row)
    const account = openNewAccount(context, {
      party: accounts.party.get(row),
      main,
      name,
      displayName: name,
      type: 'segregated_standard',
      baseCurrency: accounts.baseCurrency.get(row),
      needsClearing: false,
      attributes: {},
    })
    return { account }
  },
})

/** The main account's name and the first number that nobody has. */
function freeName({ hierarchy }: HierarchyContext, main: AccountId, row: Row): string {
  const { accountByName, subaccountsOf, accounts } = hierarchy
  const base = accounts.name.get(row)
  let number = subaccountsOf.count(main) + 1
  while (accountByName.has(`${base}_${number}`)) number += 1
  return `${base}_${number}`
}

export type RenameSubaccount = { readonly account: AccountId; readonly displayName: string }

export const renameSubaccount = command({
  name: 'subaccounts.rename',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, { account }: RenameSubaccount) => [
    { ability: 'administer', target: { account } },
  ],
  decide(context, { account, displayName }) {
    const { hierarchy } = context
    const { accounts } = hierarchy
    const row = accountRow(hierarchy, account)
    const main = accounts.main.get(row)
    if (main === null) return refuse('main_account_invalid', 'expected a subaccount', { field: '/account' })
    checkDisplayName(displayName)
    if ([...displayName].length > SUBACCOUNT_NAME_LENGTH_MAX)
      refuse('malformed', `expected 1 to ${SUBACCOUNT_NAME_LENGTH_MAX} printable characters`, {
        field: '/display_name',
      })
    const isTaken = (other: Row): boolean => other !== row && accounts.displayName.get(other) === displayName
    if ([accounts.row(main), ...openSubaccounts(context, main)].some(isTaken))
      refuse('name_taken', 'another account of the main account is called so', { field: '/display_name' })
    const before = accounts.read(row)
    accounts.displayName.set(row, displayName)
    nextVersion(accounts, row)
    context.emit({
      kind: 'account.updated',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(row)],
      data: changesBetween(before, accounts.read(row)),
    })
    return { account, version: accounts.version.get(row) }
  },
})

const openSubaccounts = ({ hierarchy }: HierarchyContext, main: AccountId): Row[] =>
  hierarchy.subaccountsOf.of(main).filter((row) => hierarchy.accounts.status.get(row) !== 'closed')
