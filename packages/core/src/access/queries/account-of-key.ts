/**
 * `accounts.of_key`: the account that a credential speaks for where a venue knows no other (deribit section 3.1). A
 * token that is limited to an account speaks for that; else it is the oldest main account that its user reads, or the
 * oldest subaccount where the user reads no main account. Every valid key may ask for its own.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { CredentialId, UserId } from '../../identity/index.js'
import { query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { abilityBit, maskOf } from '../reach.js'

export interface AccountOfKey {
  readonly account: AccountId
  /** The same, whatever the token is limited to. */
  readonly own: AccountId
  /** The main account over it; itself where it is one. */
  readonly main: AccountId
  /** Of the main account and within reach, oldest first; closed ones are left out. */
  readonly subaccounts: readonly AccountId[]
  readonly scopes: readonly string[]
  /** Of its owner: how many orders it may send. */
  readonly orderRateTier: number
  /** How the key is asked for a second factor. */
  readonly isFactorAskedInResult: boolean
}

export const accountOfKey = query({
  name: 'accounts.of_key',
  scope: null,
  needs: () => [],
  read(context: AccessContext): AccountOfKey {
    const { hierarchy, identity, settings, access, doer, now } = context
    const { accounts, subaccountsOf } = hierarchy
    const user = doer.user as UserId | null
    const token = access.actingToken(doer)
    const reached = new Set(user === null ? [] : readable(context, user))
    const own = oldestOf(context, [...reached])
    const limited = token === null ? null : identity.tokens.account.get(identity.tokens.row(token))
    const row = limited === null ? own : accounts.row(limited)
    if (own === undefined || row === undefined || !reached.has(row))
      return refuse('not_visible', 'the key has no account')
    const account = accounts.id(row)
    const main = accounts.main.get(row) ?? account
    const actor = {
      kind: 'credential',
      credential: doer.credential as CredentialId,
      token,
      actingUser: null,
    } as const
    return {
      account,
      own: accounts.id(own),
      main,
      subaccounts: subaccountsOf
        .of(main)
        .filter((each) => reached.has(each) && accounts.status.get(each) !== 'closed')
        .map((each) => accounts.id(each))
        .sort((left, right) => left - right),
      scopes: access.scopesOf(actor, now).names(),
      orderRateTier: settings.effective('venue.order_rate_tier', accounts.party.get(row), now),
      isFactorAskedInResult: identity.credentials.isFactorAskedInResult.get(
        identity.credentials.row(actor.credential),
      ),
    }
  },
})

function oldestOf({ hierarchy: { accounts } }: AccessContext, rows: readonly Row[]): Row | undefined {
  const order = (row: Row): number => (accounts.main.get(row) === null ? 0 : 1)
  return rows
    .filter((row) => accounts.status.get(row) !== 'closed' && accounts.book.get(row) === 'customer')
    .sort((left, right) => order(left) - order(right) || accounts.id(left) - accounts.id(right))[0]
}

/** Accounts that a binding names, and those of the parties that one names. */
function readable({ access, hierarchy }: AccessContext, user: UserId): Row[] {
  const { bindings, bindingsOf } = access.reach
  return bindingsOf
    .of(user)
    .filter((row) => (maskOf(bindings.level.get(row)) & abilityBit('read')) !== 0)
    .flatMap((row) => {
      const target = bindings.target.get(row)
      const kind = bindings.targetKind.get(row)
      if (kind === 'account') return [hierarchy.accounts.row(target as AccountId)]
      return kind === 'subtree' ? hierarchy.accountsOf.of(target as never) : []
    })
}
