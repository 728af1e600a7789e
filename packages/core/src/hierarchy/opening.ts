/** Opening an account: what `accounts.open` and each item of `accounts.open_many` do, and what they refuse. */
import type { Row } from '../image/index.js'
import type { CurrencyCode } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { checkActive, partyRow, rowOf } from './checks.js'
import type { AccountId, AccountType, Attributes, PartyId, TemplateId } from './fields.js'
import type { Hierarchy, HierarchyContext } from './hierarchy.js'
import {
  ACCOUNTS_OF_PARTY_MAX,
  checkAttributes,
  checkCount,
  checkCurrency,
  checkDisplayName,
  checkName,
  SUBACCOUNTS_MAX,
} from './names.js'

export type NewAccount = {
  readonly party: PartyId
  readonly main: AccountId | null
  /** Where the rest comes from when it is null here. */
  readonly template?: TemplateId | null
  readonly name: string
  readonly displayName: string | null
  readonly type: AccountType | null
  readonly baseCurrency: CurrencyCode | null
  /**
   * True where an administrator and the clearing firm have to approve before the account can be used; null: as the
   * template says, else as the setting `accounts.clearing_required` of the party.
   */
  readonly needsClearing: boolean | null
  /** Laid over the template's. */
  readonly attributes: Attributes
}

export function openNewAccount(context: HierarchyContext, given: NewAccount): AccountId {
  const { hierarchy } = context
  const party = partyRow(hierarchy, given.party)
  checkActive(hierarchy, party)
  const defaults = defaultsFor(context, party, given)
  checkName(given.name)
  checkDisplayName(defaults.displayName)
  checkCurrency(defaults.baseCurrency)
  checkAttributes(defaults.attributes)
  if (hierarchy.accountByName.has(given.name))
    refuse('name_taken', `an account is named ${given.name}`, { field: '/name' })
  const allowed = context.settings.effective('limits.accounts_per_party', given.party, context.now)
  checkCount(hierarchy.accountsOf.count(given.party), Math.min(allowed, ACCOUNTS_OF_PARTY_MAX), 'accounts')
  if (given.main !== null) checkMain(hierarchy, given.main, given.party)
  const id = context.image.newId<AccountId>()
  const row = hierarchy.accounts.insert(id, {
    party: given.party,
    main: given.main,
    group: null,
    name: given.name,
    displayName: defaults.displayName,
    clearingNumber: null,
    baseCurrency: defaults.baseCurrency,
    type: defaults.type,
    book: 'customer',
    stage: 'new',
    isReviewed: false,
    status: 'active',
    attributes: defaults.attributes,
    version: 1,
    createdAt: context.now,
  })
  const paths = [hierarchy.pathOf(party)]
  const data = { ...hierarchy.accounts.read(row), template: given.template ?? null }
  context.emit({ kind: 'account.opened', subject: `acc_${id}`, paths, data })
  if (!defaults.needsClearing) approveAtOnce(context, row, paths)
  return id
}

interface Defaults {
  readonly displayName: string
  readonly type: AccountType
  readonly baseCurrency: CurrencyCode
  readonly needsClearing: boolean
  readonly attributes: Attributes
}

/** What was asked for, else what the template says, else what the party and its settings say. */
function defaultsFor(
  { hierarchy, settings, now }: HierarchyContext,
  party: Row,
  given: NewAccount,
): Defaults {
  const { templates, parties } = hierarchy
  const template =
    given.template === null || given.template === undefined
      ? null
      : templates.read(usableTemplate(hierarchy, given.template, party))
  const type = given.type ?? template?.type ?? null
  if (type === null)
    refuse('malformed', 'expected a type, from the request or from a template', { field: '/type' })
  return {
    displayName:
      given.displayName ?? template?.accountDisplayName.replaceAll('{name}', () => given.name) ?? given.name,
    type,
    baseCurrency: given.baseCurrency ?? template?.baseCurrency ?? parties.baseCurrency.get(party),
    needsClearing:
      given.needsClearing ??
      template?.needsClearing ??
      settings.effective('accounts.clearing_required', given.party, now),
    attributes: { ...template?.attributes, ...given.attributes },
  }
}

/** A template serves the party that owns it and everything beneath. */
export function usableTemplate(hierarchy: Hierarchy, template: TemplateId, party: Row): Row {
  const { templates, parties, order } = hierarchy
  const row = rowOf(templates, template)
  if (!order.isAtOrAbove(parties.row(templates.party.get(row)), party))
    refuse('template_invalid', 'the template belongs to another part of the tree', { field: '/template' })
  return row
}

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
  const isOwnCustomerMain =
    row >= 0 &&
    accounts.party.get(row) === party &&
    accounts.main.get(row) === null &&
    accounts.book.get(row) === 'customer'
  if (!isOwnCustomerMain)
    refuse('main_account_invalid', 'expected a main account of the same party', { field: '/main' })
  if (accounts.status.get(row) === 'closed' || accounts.stage.get(row) === 'rejected')
    refuse('main_account_invalid', 'the main account is closed', { field: '/main' })
  checkCount(hierarchy.subaccountsOf.count(main), SUBACCOUNTS_MAX, 'subaccounts')
}
