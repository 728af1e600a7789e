/**
 * `participants.accounts`: the accounts within the reach of the caller, in order of creation, with their balances where
 * the caller may read them. Every valid credential may ask; `name` asks for one, `user` for those of another user of
 * the own firm that the caller reaches too.
 */
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { NO_ROW, query, type Row } from '../../image/index.js'
import { type CurrencyCode, currencyOf, formatAmount } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { LedgerContext } from '../ledger.js'

/** A listing is one answer without pages; beyond this the native surface lists with cursors. */
export const LISTED_ACCOUNTS_MAX = 10_000

export type ListParticipantAccounts = {
  readonly user: UserId | null
  readonly name: string | null
}

export type ParticipantBalance = {
  readonly currency: CurrencyCode
  readonly posted: string
  readonly held: string
  readonly available: string
}

export type ParticipantAccount = {
  readonly id: AccountId
  readonly name: string
  readonly displayName: string
  readonly firm: string
  readonly type: string
  readonly book: string
  readonly stage: string
  readonly status: string
  readonly baseCurrency: CurrencyCode
  readonly attributes: object
  readonly version: number
  readonly createdAt: number
  /** Null where the caller's bindings do not let it read the account. */
  readonly balances: readonly ParticipantBalance[] | null
}

export const participantAccounts = query({
  name: 'participants.accounts',
  scope: null,
  needs: () => [],
  read(context: LedgerContext, { user, name }: ListParticipantAccounts): readonly ParticipantAccount[] {
    const rows =
      name === null ? reached(context, user ?? (context.doer.user as UserId | null)) : named(context, name)
    return rows
      .filter((row) => isWithinReach(context, row))
      .slice(0, LISTED_ACCOUNTS_MAX)
      .map((row) => shownAccount(context, row))
  },
})

const isWithinReach = ({ access, doer, hierarchy }: LedgerContext, row: Row): boolean =>
  hierarchy.accounts.book.get(row) === 'customer' &&
  access.actingAbilities(doer, { account: hierarchy.accounts.id(row) }) !== 0

function named({ hierarchy }: LedgerContext, name: string): Row[] {
  const row = hierarchy.accountByName.find(name)
  return row === NO_ROW ? [] : [row]
}

/** What the bindings of a user lead to, each account once, in order of creation. */
function reached(context: LedgerContext, user: UserId | null): Row[] {
  if (user === null) return []
  const { access, hierarchy, identity } = context
  if (identity.users.find(user) === NO_ROW) refuse('not_visible', 'there is no such user')
  const { bindings, bindingsOf } = access.reach
  const rows = new Set<Row>()
  for (const binding of bindingsOf.of(user)) {
    const target = bindings.target.get(binding)
    const kind = bindings.targetKind.get(binding)
    if (kind === 'account') rows.add(hierarchy.accounts.row(target as never))
    else if (kind === 'group') for (const row of hierarchy.accountsInGroup.of(target as never)) rows.add(row)
    else collect(context, target as PartyId, rows)
  }
  const { accounts } = hierarchy
  return [...rows].sort((left, right) => accounts.id(left) - accounts.id(right))
}

/** Walks a subtree with a stack of its own, and stops where a listing ends anyway. */
function collect({ hierarchy }: LedgerContext, top: PartyId, rows: Set<Row>): void {
  const parties = [top]
  for (let party = parties.pop(); party !== undefined; party = parties.pop()) {
    for (const row of hierarchy.accountsOf.of(party)) rows.add(row)
    if (rows.size > LISTED_ACCOUNTS_MAX) return
    for (const row of hierarchy.partiesOf.of(party)) parties.push(hierarchy.parties.id(row))
  }
}

function shownAccount(context: LedgerContext, row: Row): ParticipantAccount {
  const { access, doer, hierarchy } = context
  const id = hierarchy.accounts.id(row)
  const { main, group, clearingNumber, isReviewed, party, ...shown } = hierarchy.accounts.read(row)
  const mayRead = (access.actingAbilities(doer, { account: id }) & 1) !== 0
  return {
    id,
    ...shown,
    firm: hierarchy.parties.name.get(hierarchy.parties.row(party)),
    balances: mayRead ? balancesOf(context, id) : null,
  }
}

export function balancesOf({ ledger }: LedgerContext, account: AccountId): ParticipantBalance[] {
  return ledger.balancesOf.of(account).map((row) => {
    const currency = ledger.balances.currency.get(row)
    const text = (amount: ReturnType<typeof ledger.posted>): string =>
      formatAmount(amount, currencyOf(currency))
    return {
      currency,
      posted: text(ledger.posted(row)),
      held: text(ledger.held(row)),
      available: text(ledger.available(row)),
    }
  })
}
