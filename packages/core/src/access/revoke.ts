/** Taking proofs away: a credential with all its tokens, for good or until it is enabled again, a token with all that came from it. */
import type { CredentialId } from '../identity/index.js'
import { NO_ROW, type Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import type { AccessContext } from './access.js'
import { tokenView } from './views.js'

export function revoke(context: AccessContext, credential: Row): void {
  const { identity, hierarchy } = context
  const { credentials } = identity
  const before = credentials.status.get(credential)
  if (before === 'revoked') return
  const id = credentials.id(credential)
  credentials.status.set(credential, 'revoked')
  credentials.version.set(credential, credentials.version.get(credential) + 1)
  context.emit({
    kind: 'credential.revoked',
    subject: `key_${id}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(credential)))],
    data: { before, after: 'revoked' },
  })
  revokeTokensOf(context, id)
  const key = identity.accountAccess.keyOf(id)
  if (key !== NO_ROW) identity.accountAccess.keys.remove(key)
}

/** Until it is enabled again it proves nobody; its tokens are gone for good. */
export function disable(context: AccessContext, credential: Row): void {
  changeStatus(context, credential, 'disabled')
  revokeTokensOf(context, context.identity.credentials.id(credential))
}

export const enable = (context: AccessContext, credential: Row): void =>
  changeStatus(context, credential, 'active')

function changeStatus(context: AccessContext, row: Row, status: 'active' | 'disabled'): void {
  const { identity, hierarchy } = context
  const { credentials } = identity
  const before = credentials.status.get(row)
  if (before === 'revoked') refuse('transition_invalid', 'the credential is revoked')
  if (before === status) return
  credentials.status.set(row, status)
  credentials.version.set(row, credentials.version.get(row) + 1)
  context.emit({
    kind: status === 'active' ? 'credential.enabled' : 'credential.disabled',
    subject: `key_${credentials.id(row)}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(row)))],
    data: { before, after: status },
  })
}

/** Ends what a credential was exchanged for; it can be exchanged again. */
export function revokeTokensOf(context: AccessContext, credential: CredentialId): void {
  const { tokensOf } = context.identity
  for (let row = tokensOf.head(credential); row !== NO_ROW; row = tokensOf.head(credential))
    revokeToken(context, row)
}

export function revokeToken(context: AccessContext, row: Row): void {
  const { identity, hierarchy } = context
  const { tokens, credentials } = identity
  const id = tokens.id(row)
  for (let from = identity.tokensFrom.head(id); from !== NO_ROW; from = identity.tokensFrom.head(id))
    revokeToken(context, from)
  const party = identity.partyOfCredential(credentials.row(tokens.credential.get(row)))
  context.emit({
    kind: 'token.revoked',
    subject: `tok_${id}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(party))],
    data: tokenView(context, row),
  })
  forgetToken(context, row)
}

/** The row goes, and with it the session that it stands for. */
export function forgetToken({ identity: { tokens, sessions } }: AccessContext, row: Row): void {
  const session = sessions.ofToken(tokens.id(row))
  if (session !== NO_ROW) sessions.table.remove(session)
  tokens.remove(row)
}
