/**
 * `account_keys.update`, `account_keys.reset`, `account_keys.remove`: changes of a key of an account by whoever
 * administers the account and holds the scopes of the key. Whatever takes something from a key counts at once: one that
 * is disabled, reset or removed loses its tokens.
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { KeyFeature } from '../../identity/index.js'
import { command, type Need, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { type AccessResult, recordAccess } from '../access-log.js'
import { checkAddresses, checkScopes, checkSealed } from '../checks.js'
import { changed } from '../commands/change-credential.js'
import { disable, enable, revoke, revokeTokensOf } from '../revoke.js'
import { checkFeatures, checkKeyName, displayNameOf } from './create.js'
import { checkKeyGiven, keyRow } from './giving.js'

type OfKey = {
  readonly account: AccountId
  readonly number: number
  /** Where it was asked for, for the access log. */
  readonly address: string | null
}

const needsOfKey = (_context: AccessContext, { account }: OfKey): Need[] => [
  { ability: 'administer', target: { account } },
]

const rightsOf = ({ hierarchy: { accounts } }: AccessContext, { account }: OfKey) => ({
  kind: 'rights' as const,
  party: accounts.party.get(accounts.row(account)),
})

/** What is absent stays as it is. */
export type UpdateAccountKey = OfKey & {
  readonly name?: string
  readonly scopes?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly features?: readonly KeyFeature[]
  readonly isEnabled?: boolean
}

export const updateAccountKey = command({
  name: 'account_keys.update',
  scope: 'credentials:write',
  needs: needsOfKey,
  approval: rightsOf,
  decide(context: AccessContext, input: UpdateAccountKey) {
    const { account, number, isEnabled } = input
    const { accountAccess } = context.identity
    const { key, credential } = givenKey(context, input)
    if (input.name !== undefined) checkKeyName(input.name)
    if (input.scopes !== undefined) checkScopes(input.scopes)
    if (input.ipAddresses !== undefined) checkAddresses(input.ipAddresses)
    if (input.features !== undefined) {
      checkFeatures(input.features)
      accountAccess.keys.features.set(key, input.features)
    }
    if (input.name !== undefined || input.scopes !== undefined || input.ipAddresses !== undefined)
      changed(context, credential, 'credential.updated', () => change(context, credential, input))
    checkKeyGiven(context, credential)
    if (isEnabled !== undefined) switchKey(context, credential, input, isEnabled)
    return { account, number }
  },
})

function change(context: AccessContext, credential: Row, input: UpdateAccountKey): void {
  const { credentials } = context.identity
  const { name, scopes, ipAddresses } = input
  const clientId = credentials.clientId.get(credential)
  const record = (result: AccessResult): void => recordChange(context, credential, input, result)
  if (name !== undefined) credentials.displayName.set(credential, displayNameOf(name, clientId))
  if (scopes !== undefined && !isSame(credentials.scopes.get(credential), scopes)) {
    credentials.scopes.set(credential, scopes)
    record('changed_scope')
  }
  if (ipAddresses !== undefined && !isSame(credentials.ipAddresses.get(credential), ipAddresses)) {
    credentials.ipAddresses.set(credential, ipAddresses)
    record('changed_whitelist')
  }
}

const isSame = (left: readonly string[] | null, right: readonly string[]): boolean =>
  left !== null && left.join(' ') === right.join(' ')

function switchKey(context: AccessContext, credential: Row, input: OfKey, isEnabled: boolean): void {
  const isActive = context.identity.credentials.status.get(credential) === 'active'
  if (isActive === isEnabled) return
  if (isEnabled) enable(context, credential)
  else disable(context, credential)
  recordChange(context, credential, input, isEnabled ? 'enabled_api_key' : 'disabled_api_key')
}

export type ResetAccountKey = OfKey & { readonly secretHash: string; readonly sealedSecret: string }

export const resetAccountKey = command({
  name: 'account_keys.reset',
  scope: 'credentials:write',
  needs: needsOfKey,
  approval: rightsOf,
  decide(context: AccessContext, input: ResetAccountKey) {
    const { credentials } = context.identity
    const { credential } = givenKey(context, input)
    checkSealed(input.secretHash, '/secret')
    checkSealed(input.sealedSecret, '/sealed_secret')
    if (credentials.secretHash.get(credential) === null)
      refuse('transition_invalid', 'the key is a public key: it has no secret', { field: '/number' })
    changed(context, credential, 'credential.secret_reset', () => {
      credentials.secretHash.set(credential, input.secretHash)
      credentials.sealedSecret.set(credential, input.sealedSecret)
      credentials.failuresInARow.set(credential, 0)
    })
    revokeTokensOf(context, credentials.id(credential))
    recordChange(context, credential, input, 'reset_api_key')
    return { account: input.account, number: input.number }
  },
})

/** The credential is forgotten, so that whoever makes and removes keys does not fill up; events tell that it was. */
export const removeAccountKey = command({
  name: 'account_keys.remove',
  scope: 'credentials:write',
  needs: needsOfKey,
  decide(context: AccessContext, input: OfKey) {
    const { account, number } = input
    const { credential } = givenKey(context, input)
    recordChange(context, credential, input, 'removed_api_key')
    revoke(context, credential)
    context.identity.credentials.remove(credential)
    return { account, number }
  },
})

function givenKey(context: AccessContext, { account, number }: OfKey): { key: Row; credential: Row } {
  const { accountAccess, credentials } = context.identity
  const key = keyRow(context, account, number)
  const credential = credentials.row(accountAccess.keys.credential.get(key))
  checkKeyGiven(context, credential)
  return { key, credential }
}

function recordChange(
  context: AccessContext,
  credential: Row,
  { account, address }: OfKey,
  result: AccessResult,
): void {
  const about = context.identity.credentials.clientId.get(credential)
  recordAccess(context, account, { result, address, about })
}
