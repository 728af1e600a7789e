/**
 * `accounts.of_key`: the account that a credential speaks for where a venue knows no other (deribit section 3.1). A
 * token that is limited to an account speaks for that. Every valid key may ask for its own.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { CredentialId, KeyFeature, UserId } from '../../identity/index.js'
import { NO_ROW, query } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { accountOfCredential, readableAccounts } from '../account-keys/account-of.js'
import { limitOfKey } from '../account-keys/limit-of-key.js'

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
  /** What the key is marked with. */
  readonly features: readonly KeyFeature[]
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
    const reached = new Set(user === null ? [] : readableAccounts(context, user))
    const { accountAccess } = identity
    const key = accountAccess.keyOf(doer.credential as CredentialId)
    const limit = limitOfKey(context, doer.credential as CredentialId)
    const own = accountOfCredential(context, identity.credentials.row(doer.credential as CredentialId))
    const limited = token === null ? null : identity.tokens.account.get(identity.tokens.row(token))
    const row = limited === null ? own : accounts.row(limited)
    if (own === null || row === null || !reached.has(row) || accounts.status.get(row) === 'closed')
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
        .filter((each) => limit === null || accounts.id(each) === limit)
        .map((each) => accounts.id(each))
        .sort((left, right) => left - right),
      scopes: access.scopesOf(actor, now).names(),
      orderRateTier: settings.effective('venue.order_rate_tier', accounts.party.get(row), now),
      isFactorAskedInResult: identity.credentials.isFactorAskedInResult.get(
        identity.credentials.row(actor.credential),
      ),
      features: key === NO_ROW ? [] : accountAccess.keys.features.get(key),
    }
  },
})
