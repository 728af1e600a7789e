/** Accounts as the venue shows them, and how a request's account name becomes one of ours. */
import type { AccountId, ParticipantAccount } from '@stemma/core'
import type { Call } from './call.js'
import { accountNotFound, answered, fromRefusal } from './errors.js'
import { accountName, parseAccountName } from './ids.js'

export type VenueStatus = 'Active' | 'Suspended' | 'Closed'

/** design.md section 5: what is not approved yet cannot trade, what was rejected never will. */
export function statusOf({ stage, status }: Pick<ParticipantAccount, 'stage' | 'status'>): VenueStatus {
  if (status === 'closed' || stage === 'rejected') return 'Closed'
  return stage === 'approved' && status === 'active' ? 'Active' : 'Suspended'
}

export const nameOf = ({ firm, name }: Pick<ParticipantAccount, 'firm' | 'name'>): string =>
  accountName(firm, name)

/** The name of an account that a row of history, or an event, speaks of. */
export async function nameOfAccount({ host, actor }: Call, account: AccountId): Promise<string> {
  const names = await host.read<{ readonly account: Pick<ParticipantAccount, 'firm' | 'name'> }>(
    'participants.names',
    actor,
    { user: null, account },
  )
  return nameOf(answered(names).account)
}

/** The account that the text names, if the caller reaches it; foreign, unknown and malformed names read alike. */
export async function findAccount({ host, actor }: Call, text: string): Promise<ParticipantAccount> {
  const named = parseAccountName(text)
  if (named === null) throw accountNotFound()
  const input = { user: null, name: named.name }
  const [account] = answered(
    await host.read<readonly ParticipantAccount[]>('participants.accounts', actor, input),
  )
  if (account === undefined || (named.firm !== null && named.firm !== account.firm)) throw accountNotFound()
  return account
}

/** The same, once the five locks open for reading it under the scope. */
export async function readableAccount(call: Call, text: string, scope: string): Promise<ParticipantAccount> {
  const account = await findAccount(call, text)
  const needs = [{ ability: 'read', target: { account: account.id } }] as const
  const answer = await call.host.authorize(call.actor, scope, needs)
  if (answer.kind === 'answer') return account
  throw answer.refusal.code === 'not_visible' ? accountNotFound() : fromRefusal(answer.refusal)
}

/** What the venue shows of the first balance where it shows one: that of the account's own currency. */
export function balanceIn(
  account: ParticipantAccount,
  currency: string,
): {
  readonly posted: string
  readonly held: string
  readonly available: string
} {
  const found = account.balances?.find((balance) => balance.currency === currency)
  return found ?? { posted: '0.00', held: '0.00', available: '0.00' }
}
