/**
 * `credentials.update`, `credentials.add_key`, `credentials.remove_key`, `credentials.disable`, `credentials.enable`,
 * `credentials.revoke`. Whatever makes a credential good for more takes as much as creating it; taking away does not.
 */
import { checkDisplayName } from '../../hierarchy/index.js'
import type { CredentialId } from '../../identity/index.js'
import { command, type Instant, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { checkAddresses, checkEnd, checkScopes, checkVersion } from '../checks.js'
import { checkCredentialGiven, needsOfCredential, requireOwnerOfCredential } from '../grants.js'
import { disable, enable, revoke } from '../revoke.js'
import { credentialView } from '../views.js'
import { checkKeys, type NewPublicKey } from './create-credential.js'

type OfCredential = { readonly credential: CredentialId; readonly version?: number | null }

/** What is absent stays as it is. */
export type UpdateCredential = OfCredential & {
  readonly displayName?: string
  readonly scopes?: readonly string[] | null
  readonly ipAddresses?: readonly string[]
  readonly expiresAt?: Instant | null
  readonly isFactorAskedInResult?: boolean
}

const rightsOf = ({ identity }: AccessContext, credential: CredentialId) => ({
  kind: 'rights' as const,
  party: identity.partyOfCredential(identity.credentials.row(credential)),
})

export const updateCredential = command({
  name: 'credentials.update',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: UpdateCredential) => needsOfCredential(context, credential),
  approval: (context, { credential }) => rightsOf(context, credential),
  decide(context, input) {
    const { credentials } = context.identity
    const row = liveRow(context, input)
    requireOwnerOfCredential(context, row)
    if (input.displayName !== undefined) checkDisplayName(input.displayName)
    if (input.scopes) checkScopes(input.scopes)
    if (input.ipAddresses !== undefined) checkAddresses(input.ipAddresses)
    checkEnd(input.expiresAt ?? null, context.now, '/expires_at')
    if (input.scopes !== undefined || input.ipAddresses !== undefined || input.expiresAt !== undefined)
      checkCredentialGiven(
        context,
        row,
        input.scopes === undefined ? credentials.scopes.get(row) : input.scopes,
      )
    return changed(context, row, 'credential.updated', () => {
      if (input.displayName !== undefined) credentials.displayName.set(row, input.displayName)
      if (input.scopes !== undefined) credentials.scopes.set(row, input.scopes)
      if (input.ipAddresses !== undefined) credentials.ipAddresses.set(row, input.ipAddresses)
      if (input.expiresAt !== undefined) credentials.expiresAt.set(row, input.expiresAt)
      if (input.isFactorAskedInResult !== undefined)
        credentials.isFactorAskedInResult.set(row, input.isFactorAskedInResult)
    })
  },
})

export type AddKey = OfCredential & { readonly key: NewPublicKey }

export const addKey = command({
  name: 'credentials.add_key',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: AddKey) => needsOfCredential(context, credential),
  approval: (context, { credential }) => rightsOf(context, credential),
  decide(context, input) {
    const { credentials } = context.identity
    const row = liveRow(context, input)
    checkCredentialGiven(context, row)
    const { kid, algorithm, pem } = input.key
    const keys = [...credentials.publicKeys.get(row), { kid, algorithm, pem, addedAt: context.now }]
    checkKeys(keys)
    return changed(context, row, 'credential.key_added', () => credentials.publicKeys.set(row, keys))
  },
})

export type RemoveKey = OfCredential & { readonly kid: string }

export const removeKey = command({
  name: 'credentials.remove_key',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: RemoveKey) => needsOfCredential(context, credential),
  decide(context, input) {
    const { credentials } = context.identity
    const row = liveRow(context, input)
    requireOwnerOfCredential(context, row)
    const keys = credentials.publicKeys.get(row)
    const rest = keys.filter(({ kid }) => kid !== input.kid)
    if (rest.length === keys.length) refuse('malformed', 'expected the id of a live key', { field: '/kid' })
    return changed(context, row, 'credential.key_removed', () => credentials.publicKeys.set(row, rest))
  },
})

export const revokeCredential = command({
  name: 'credentials.revoke',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: OfCredential) => needsOfCredential(context, credential),
  decide(context, input) {
    const row = liveRow(context, input)
    requireOwnerOfCredential(context, row)
    revoke(context, row)
    return { credential: input.credential }
  },
})

export const disableCredential = command({
  name: 'credentials.disable',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: OfCredential) => needsOfCredential(context, credential),
  decide(context, input) {
    const row = liveRow(context, input)
    requireOwnerOfCredential(context, row)
    disable(context, row)
    return { credential: input.credential, version: context.identity.credentials.version.get(row) }
  },
})

export const enableCredential = command({
  name: 'credentials.enable',
  scope: 'credentials:write',
  needs: (context: AccessContext, { credential }: OfCredential) => needsOfCredential(context, credential),
  approval: (context, { credential }) => rightsOf(context, credential),
  decide(context, input) {
    const row = liveRow(context, input)
    checkCredentialGiven(context, row)
    enable(context, row)
    return { credential: input.credential, version: context.identity.credentials.version.get(row) }
  },
})

function liveRow({ identity: { credentials } }: AccessContext, { credential, version }: OfCredential): Row {
  const row = credentials.row(credential)
  checkVersion(version, credentials.version.get(row))
  if (credentials.status.get(row) === 'revoked') refuse('transition_invalid', 'the credential is revoked')
  return row
}

/** Makes a change of a credential and tells it, with what was before. */
export function changed(context: AccessContext, row: Row, kind: string, change: () => void) {
  const { identity, hierarchy } = context
  const { credentials } = identity
  const before = credentialView(context, row)
  change()
  credentials.version.set(row, credentials.version.get(row) + 1)
  context.emit({
    kind,
    subject: `key_${credentials.id(row)}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(row)))],
    data: { before, after: credentialView(context, row) },
  })
  return { credential: credentials.id(row), version: credentials.version.get(row) }
}
