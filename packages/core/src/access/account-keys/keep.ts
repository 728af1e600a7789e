/** Makes a credential a key of an account: it gets the account's next number. */
import type { AccountId } from '../../hierarchy/index.js'
import {
  type AccountKeyId,
  type CredentialId,
  KEYS_OF_ACCOUNT_MAX,
  type KeyFeature,
  type Surface,
} from '../../identity/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'

/** Surfaces that know accounts alone: each of their credentials speaks for one. */
const SURFACES_OF_ACCOUNTS: readonly Surface[] = ['deribit']

export const isOfAccounts = (surface: Surface): boolean => SURFACES_OF_ACCOUNTS.includes(surface)

/** Returns the number. Refuses where the account has as many keys as it may. */
export function keepKey(
  { identity: { accountAccess }, image }: AccessContext,
  account: AccountId,
  credential: CredentialId,
  features: readonly KeyFeature[],
): number {
  if (accountAccess.keysOf.count(account) >= KEYS_OF_ACCOUNT_MAX)
    refuse('limit_reached', `expected at most ${KEYS_OF_ACCOUNT_MAX} keys of an account`, {
      data: { limit: KEYS_OF_ACCOUNT_MAX },
    })
  const counts = accountAccess.countsFor(account)
  const number = accountAccess.counts.keysMade.get(counts) + 1
  accountAccess.counts.keysMade.set(counts, number)
  accountAccess.keys.insert(image.newId<AccountKeyId>(), { account, credential, number, features })
  return number
}
