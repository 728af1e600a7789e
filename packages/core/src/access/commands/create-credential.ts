/** `credentials.create`: an API key or a client, owned by a user or by a party. Proofs are made by the host. */
import { checkDisplayName, type PartyId } from '../../hierarchy/index.js'
import {
  CLIENT_ID_LENGTH_MAX,
  CREDENTIALS_OF_PARTY_MAX,
  CREDENTIALS_OF_USER_MAX,
  type CredentialId,
  checkRoom,
  KEY_ID_LENGTH_MAX,
  PUBLIC_KEY_LENGTH_MAX,
  PUBLIC_KEYS_MAX,
  type PublicKey,
  type Surface,
  type UserId,
} from '../../identity/index.js'
import { command, type Instant, type Need, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { accountOfCredential } from '../account-keys/account-of.js'
import { isOfAccounts, keepKey } from '../account-keys/keep.js'
import { checkAddresses, checkEnd, checkNoRepeat, checkScopes, checkSealed } from '../checks.js'
import { checkPartyGiven, checkUserGiven, requireAdministerOrSelf } from '../grants.js'
import { credentialView } from '../views.js'

/** A public key as it is handed in; when it came is for the engine to say. */
export type NewPublicKey = Pick<PublicKey, 'kid' | 'algorithm' | 'pem'>

export type CreateCredential = {
  /** Exactly one of user and party owns it. */
  readonly user: UserId | null
  readonly party: PartyId | null
  readonly kind: 'api_key' | 'client'
  readonly clientId: string
  readonly displayName: string
  readonly surface: Surface
  readonly secretHash: string | null
  /** The secret under the key of its party, for credentials that sign requests with it. */
  readonly sealedSecret?: string | null
  readonly publicKeys: readonly NewPublicKey[]
  /** Null: all that its owner has. */
  readonly scopes: readonly string[] | null
  readonly ipAddresses: readonly string[]
  readonly expiresAt: Instant | null
}

export const createCredential = command({
  name: 'credentials.create',
  scope: 'credentials:write',
  needs: (_context: AccessContext, { user, party }: CreateCredential): Need[] => [
    ...(user === null ? [] : [{ ability: 'read' as const, target: { user } }]),
    ...(party === null ? [] : [{ ability: 'administer' as const, target: { party } }]),
  ],
  approval({ identity }, { user, party }) {
    const owner = user === null ? party : identity.users.party.get(identity.users.row(user))
    return owner === null ? null : { kind: 'rights', party: owner }
  },
  decide(context, input) {
    const { identity } = context
    checkCredential(input)
    if (identity.credentialByClientId.has(input.clientId))
      refuse('name_taken', 'the client id is in use', { field: '/client_id' })
    checkEnd(input.expiresAt, context.now, '/expires_at')
    checkOwner(context, input)
    const row = insertCredential(context, input)
    if (isOfAccounts(input.surface)) keepOfAccount(context, row)
    return { credential: identity.credentials.id(row) }
  },
})

export function insertCredential(context: AccessContext, input: CreateCredential): Row {
  const { hierarchy, identity, image, now } = context
  const id = image.newId<CredentialId>()
  const row = identity.credentials.insert(id, {
    ...input,
    sealedSecret: input.sealedSecret ?? null,
    publicKeys: input.publicKeys.map(({ kid, algorithm, pem }) => ({ kid, algorithm, pem, addedAt: now })),
    isFactorAskedInResult: false,
    status: 'active',
    failuresInARow: 0,
    lockedUntil: null,
    version: 1,
    createdAt: now,
  })
  context.emit({
    kind: 'credential.created',
    subject: `key_${id}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(row)))],
    data: credentialView(context, row),
  })
  return row
}

/** A key of the account that it speaks for, where its user has one already. */
function keepOfAccount(context: AccessContext, row: Row): void {
  const account = accountOfCredential(context, row)
  if (account === null) return
  keepKey(context, context.hierarchy.accounts.id(account), context.identity.credentials.id(row), [])
}

function checkOwner(context: AccessContext, { user, party, scopes }: CreateCredential): void {
  const { identity } = context
  if (user !== null) {
    requireAdministerOrSelf(context, user)
    checkUserGiven(context, user, scopes)
    if (identity.users.status.get(identity.users.row(user)) === 'closed')
      refuse('transition_invalid', 'the user is closed')
    checkRoom(identity.credentialsOfUser, user, CREDENTIALS_OF_USER_MAX, 'credentials of a user')
  } else if (party !== null) {
    checkPartyGiven(context, party, scopes)
    checkRoom(identity.credentialsOfParty, party, CREDENTIALS_OF_PARTY_MAX, 'credentials of a party')
  }
}

export function checkCredential(input: CreateCredential): void {
  if ((input.user === null) === (input.party === null))
    refuse('malformed', 'expected either a user or a party as the owner')
  if (!/^[\x21-\x7e]+$/.test(input.clientId) || input.clientId.length > CLIENT_ID_LENGTH_MAX)
    refuse('malformed', `expected 1 to ${CLIENT_ID_LENGTH_MAX} visible characters`, { field: '/client_id' })
  checkDisplayName(input.displayName)
  if (input.scopes !== null) checkScopes(input.scopes)
  checkAddresses(input.ipAddresses)
  checkSealed(input.secretHash, '/secret')
  checkSealed(input.sealedSecret ?? null, '/sealed_secret')
  checkKeys(input.publicKeys)
  if (input.kind === 'api_key' && input.secretHash === null && input.publicKeys.length === 0)
    refuse('malformed', 'expected an API key to have a secret or a public key')
}

export function checkKeys(keys: readonly NewPublicKey[]): void {
  if (keys.length > PUBLIC_KEYS_MAX)
    refuse('keys_exceeded', `expected at most ${PUBLIC_KEYS_MAX} live keys`, { field: '/public_keys' })
  for (const { kid, pem } of keys) {
    if (kid.length === 0 || kid.length > KEY_ID_LENGTH_MAX)
      refuse('malformed', `expected a key id of 1 to ${KEY_ID_LENGTH_MAX} characters`, { field: '/kid' })
    if (pem.length === 0 || pem.length > PUBLIC_KEY_LENGTH_MAX)
      refuse('malformed', `expected a key of at most ${PUBLIC_KEY_LENGTH_MAX} characters`, { field: '/pem' })
  }
  checkNoRepeat(
    keys.map(({ kid }) => kid),
    '/public_keys',
  )
}
