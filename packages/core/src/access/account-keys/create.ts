/**
 * `account_keys.create`: a further key of an account, which acts as the user who makes it and reaches no more than the
 * account that it is of. The secret, or the public key, and the client id come from the host.
 */
import type { AccountId } from '../../hierarchy/index.js'
import {
  CREDENTIALS_OF_USER_MAX,
  checkRoom,
  KEY_FEATURES,
  type KeyFeature,
  type Surface,
  type UserId,
} from '../../identity/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { type AccessContext, isSystem } from '../access.js'
import { recordAccess } from '../access-log.js'
import { checkNoRepeat } from '../checks.js'
import { checkCredential, insertCredential, type NewPublicKey } from '../commands/create-credential.js'
import { checkKeyGiven } from './giving.js'
import { isOfAccounts, keepKey } from './keep.js'

export const KEY_NAME_LENGTH_MAX = 16
const KEY_NAME = /^[A-Za-z0-9_]*$/

export type CreateAccountKey = {
  readonly account: AccountId
  readonly surface: Surface
  readonly clientId: string
  /** Letters, digits and underscores; may be empty. */
  readonly name: string
  readonly scopes: readonly string[]
  readonly features: readonly KeyFeature[]
  /** Of a key with a secret; null where a public key takes its place. */
  readonly secretHash: string | null
  readonly sealedSecret: string | null
  readonly publicKey: NewPublicKey | null
  /** Where it was asked for, for the access log. */
  readonly address: string | null
}

export const createAccountKey = command({
  name: 'account_keys.create',
  scope: 'credentials:write',
  needs: (_context: AccessContext, { account }: CreateAccountKey) => [
    { ability: 'administer', target: { account } },
  ],
  approval: ({ hierarchy: { accounts } }, { account }) => ({
    kind: 'rights',
    party: accounts.party.get(accounts.row(account)),
  }),
  decide(context, { account, name, features, publicKey, address, ...input }) {
    const { identity, doer } = context
    if (isSystem(doer) || doer.user === null)
      refuse('malformed', 'expected a user to make the key for itself')
    const user = doer.user as UserId
    checkKeyName(name)
    checkFeatures(features)
    if (!isOfAccounts(input.surface))
      refuse('malformed', 'expected a surface whose keys are of accounts', { field: '/surface' })
    const credential = {
      ...input,
      user,
      party: null,
      kind: 'api_key' as const,
      displayName: displayNameOf(name, input.clientId),
      publicKeys: publicKey === null ? [] : [publicKey],
      ipAddresses: [],
      expiresAt: null,
    }
    checkCredential(credential)
    if (identity.credentialByClientId.has(input.clientId))
      refuse('name_taken', 'the client id is in use', { field: '/client_id' })
    checkRoom(identity.credentialsOfUser, user, CREDENTIALS_OF_USER_MAX, 'credentials of a user')
    const row = insertCredential(context, credential)
    checkKeyGiven(context, row)
    const number = keepKey(context, account, identity.credentials.id(row), features)
    recordAccess(context, account, { result: 'new_api_key', address, about: input.clientId })
    return { account, number }
  },
})

/** A key without a name is called by its client id. */
export const displayNameOf = (name: string, clientId: string): string => (name === '' ? clientId : name)

export function checkKeyName(name: string): void {
  if (name.length > KEY_NAME_LENGTH_MAX || !KEY_NAME.test(name))
    refuse('malformed', `expected at most ${KEY_NAME_LENGTH_MAX} letters, digits and underscores`, {
      field: '/name',
    })
}

export function checkFeatures(features: readonly KeyFeature[]): void {
  checkNoRepeat(features, '/features')
  for (const [index, feature] of features.entries())
    if (!KEY_FEATURES.includes(feature))
      refuse('malformed', `expected one of ${KEY_FEATURES.join(', ')}`, { field: `/features/${index}` })
}
