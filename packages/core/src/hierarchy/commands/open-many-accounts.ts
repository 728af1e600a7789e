/**
 * `accounts.open_many`: many accounts of one party, as a process. Either the names are counted up from a prefix, or
 * each account is an item of its own. An item that is refused is recorded with its refusal, and the rest goes on.
 */
import { command, type Plain, type ProcessKind } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { checkActive, partyRow } from '../checks.js'
import type { AccountId, AccountType, Attributes, PartyId, TemplateId } from '../fields.js'
import type { HierarchyContext } from '../hierarchy.js'
import { checkName, ITEMS_OF_OPEN_MANY_MAX } from '../names.js'
import { openNewAccount, usableTemplate } from '../opening.js'

export type CountedAccounts = {
  /** Names are the prefix and a number of `digits` digits, counted up from `first`. */
  readonly prefix: string
  readonly first: number
  readonly digits: number
  readonly count: number
}

export type AccountItem = {
  readonly name: string
  readonly displayName: string | null
  readonly type: AccountType | null
  readonly attributes: Attributes
}

export type OpenManyAccounts = {
  readonly party: PartyId
  readonly main: AccountId | null
  readonly template: TemplateId | null
  readonly type: AccountType | null
  readonly baseCurrency: CurrencyCode | null
  readonly needsClearing: boolean | null
  /** Exactly one of the two is given. */
  readonly counted: CountedAccounts | null
  readonly items: readonly AccountItem[] | null
}

const DIGITS_MAX = 12

export const openManyAccounts = command({
  name: 'accounts.open_many',
  scope: 'accounts:write',
  needs: (_context: HierarchyContext, input: OpenManyAccounts) => [
    { ability: 'administer', target: { party: input.party } },
  ],
  decide(context, input) {
    const { hierarchy, processes } = context
    const party = partyRow(hierarchy, input.party)
    checkActive(hierarchy, party)
    if (input.template !== null) usableTemplate(hierarchy, input.template, party)
    const { items, counted, ...shared } = input
    if ((items === null) === (counted === null))
      refuse('malformed', 'expected either names to count up or items', { field: '/items' })
    const total = items?.length ?? counted?.count ?? 0
    if (!Number.isInteger(total) || total < 1 || total > ITEMS_OF_OPEN_MANY_MAX)
      refuse('limit_reached', `expected 1 to ${ITEMS_OF_OPEN_MANY_MAX} accounts, were ${total}`)
    if (counted !== null) checkCounted(counted)
    const process = processes.start(context, {
      kind: 'accounts.open_many',
      party: input.party,
      path: hierarchy.pathOf(party),
      parameters: { ...shared, counted },
      items: items ?? total,
    })
    return { process }
  },
})

function checkCounted(counted: CountedAccounts): void {
  const { first, digits, count } = counted
  if (!Number.isInteger(digits) || digits < 1 || digits > DIGITS_MAX)
    refuse('malformed', `expected 1 to ${DIGITS_MAX} digits`, { field: '/counted/digits' })
  if (!Number.isInteger(first) || first < 0 || first + count > 10 ** digits)
    refuse('malformed', `expected every number to have at most ${digits} digits`, { field: '/counted/first' })
  checkName(countedName(counted, 0), '/counted/prefix')
}

const countedName = ({ prefix, first, digits }: CountedAccounts, place: number): string =>
  `${prefix}${String(first + place).padStart(digits, '0')}`

export const openManyProcess: ProcessKind<HierarchyContext> = {
  name: 'accounts.open_many',
  carryOut(context, parameters, item, place): Plain {
    const { counted, ...shared } = parameters as Omit<OpenManyAccounts, 'items'>
    const own = (item ?? null) as AccountItem | null
    const account = openNewAccount(context, {
      ...shared,
      name: own?.name ?? countedName(counted as CountedAccounts, place),
      displayName: own?.displayName ?? null,
      type: own?.type ?? shared.type,
      attributes: own?.attributes ?? {},
    })
    return { account }
  },
  path: ({ hierarchy }, party) => hierarchy.pathOf(hierarchy.parties.row(party as PartyId)),
}

export const HIERARCHY_PROCESSES = [openManyProcess] as const
