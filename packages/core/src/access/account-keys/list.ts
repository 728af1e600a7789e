/**
 * `account_keys.list`: the keys of an account, oldest first. Secrets are not in it: it says of which the reader may see
 * the secret, which is its own, and with the right to change keys those that are worth no more than its own.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { CredentialId, KeyFeature, PublicKey } from '../../identity/index.js'
import { query, type Row } from '../../image/index.js'
import { type AccessContext, isSystem } from '../access.js'
import { mayGiveKey, scopesOfKey } from './giving.js'

export interface AccountKeyView {
  readonly number: number
  readonly credential: CredentialId
  readonly clientId: string
  /** Empty where nobody named it. */
  readonly name: string
  readonly scopes: readonly string[]
  readonly isEnabled: boolean
  readonly features: readonly KeyFeature[]
  readonly ipAddresses: readonly string[]
  readonly publicKey: PublicKey | null
  readonly createdAt: number
  readonly isSecretShown: boolean
}

export const listAccountKeys = query({
  name: 'account_keys.list',
  scope: 'credentials:read',
  needs: (_context: AccessContext, { account }: { readonly account: AccountId }) => [
    { ability: 'read', target: { account } },
  ],
  read(context, { account }): readonly AccountKeyView[] {
    return context.identity.accountAccess.keysOf.of(account).map((key) => keyView(context, key))
  },
})

function keyView(context: AccessContext, key: Row): AccountKeyView {
  const { accountAccess, credentials } = context.identity
  const credential = accountAccess.keys.credential.get(key)
  const row = credentials.row(credential)
  const { clientId, displayName, ipAddresses, publicKeys, status, createdAt } = credentials.read(row)
  return {
    number: accountAccess.keys.number.get(key),
    credential,
    clientId,
    name: displayName === clientId ? '' : displayName,
    scopes: scopesOfKey(context, row).names(),
    isEnabled: status === 'active',
    features: accountAccess.keys.features.get(key),
    ipAddresses,
    publicKey: publicKeys[0] ?? null,
    createdAt,
    isSecretShown: isSecretShown(context, row, credential),
  }
}

function isSecretShown(context: AccessContext, row: Row, credential: CredentialId): boolean {
  const { access, doer } = context
  if (isSystem(doer)) return false
  if (doer.credential === credential) return true
  return access.actingScopes(doer).has('credentials:write') && mayGiveKey(context, row)
}
