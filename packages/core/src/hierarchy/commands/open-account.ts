/** `accounts.open`: an account, or a subaccount, of a party. */
import { command, type Plain, type Row } from '../../image/index.js'
import { type CurrencyCode, findCurrency } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccountId, AccountType, Hierarchy, HierarchyContext, PartyId } from '../hierarchy.js'
import { checkDisplayName, checkName, SUBACCOUNTS_MAX } from '../names.js'

export type OpenAccount = {
  readonly party: PartyId
  readonly main: AccountId | null
  readonly name: string
  readonly displayName: string
  readonly type: AccountType
  readonly baseCurrency: CurrencyCode | null
  /** True where an administrator and the clearing firm have to approve before the account can be used. */
  readonly needsClearing: boolean
  readonly attributes: { readonly [key: string]: Plain }
}

export const openAccount = command({
  name: 'accounts.open',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, input: OpenAccount) => [
    { ability: 'administer', target: { party: input.party } },
  ],
  decide(context, input) {
    const { hierarchy } = context
    const party = hierarchy.parties.row(input.party)
    checkName(input.name)
    checkDisplayName(input.displayName)
    if (hierarchy.firstNotActive(party) >= 0)
      refuse('party_suspended', 'the party, or an owner above it, is not active')
    if (hierarchy.accountByName.has(input.name))
      refuse('name_taken', `an account is named ${input.name}`, { field: '/name' })
    const baseCurrency = input.baseCurrency ?? hierarchy.parties.baseCurrency.get(party)
    if (findCurrency(baseCurrency) === undefined)
      refuse('currency_unknown', `expected a kept currency, was ${baseCurrency}`)
    if (input.main !== null) checkMain(hierarchy, input.main, input.party)
    const id = context.image.newId<AccountId>()
    const row = hierarchy.accounts.insert(id, {
      party: input.party,
      main: input.main,
      group: null,
      name: input.name,
      displayName: input.displayName,
      clearingNumber: null,
      baseCurrency,
      type: input.type,
      book: 'customer',
      stage: 'new',
      isReviewed: false,
      status: 'active',
      attributes: input.attributes,
      version: 1,
      createdAt: context.now,
    })
    const paths = [hierarchy.pathOf(party)]
    context.emit({ kind: 'account.opened', subject: `acc_${id}`, paths, data: hierarchy.accounts.read(row) })
    if (!input.needsClearing) approveAtOnce(context, row, paths)
    return { account: id }
  },
})

/** Accounts without a clearing step pass both steps at creation; each is still an event. */
function approveAtOnce({ hierarchy, emit }: HierarchyContext, row: Row, paths: readonly string[]): void {
  const subject = `acc_${hierarchy.accounts.id(row)}`
  hierarchy.accounts.isReviewed.set(row, true)
  hierarchy.accounts.stage.set(row, 'sent_to_clearing')
  emit({
    kind: 'account.sent_to_clearing',
    subject,
    paths,
    data: { before: 'new', after: 'sent_to_clearing' },
  })
  hierarchy.accounts.stage.set(row, 'approved')
  emit({ kind: 'account.approved', subject, paths, data: { before: 'sent_to_clearing', after: 'approved' } })
}

function checkMain(hierarchy: Hierarchy, main: AccountId, party: PartyId): void {
  const { accounts } = hierarchy
  const row = accounts.find(main)
  if (row < 0 || accounts.party.get(row) !== party || accounts.main.get(row) !== null) {
    refuse('main_account_invalid', 'expected a main account of the same party', { field: '/main' })
  }
  if (accounts.status.get(row) === 'closed')
    refuse('main_account_invalid', 'the main account is closed', { field: '/main' })
  if (hierarchy.subaccountsOf.of(main).length >= SUBACCOUNTS_MAX) {
    refuse('limit_reached', `an account can have ${SUBACCOUNTS_MAX} subaccounts`)
  }
}
