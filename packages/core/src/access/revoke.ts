/** Taking proofs away: a credential with all its tokens, a token with all that came from it. */
import { NO_ROW, type Row } from '../image/index.js'
import type { AccessContext } from './access.js'
import { tokenView } from './views.js'

export function revoke(context: AccessContext, credential: Row): void {
  const { identity, hierarchy } = context
  const { credentials } = identity
  if (credentials.status.get(credential) === 'revoked') return
  const id = credentials.id(credential)
  credentials.status.set(credential, 'revoked')
  credentials.version.set(credential, credentials.version.get(credential) + 1)
  context.emit({
    kind: 'credential.revoked',
    subject: `key_${id}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(credential)))],
    data: { before: 'active', after: 'revoked' },
  })
  for (let row = identity.tokensOf.head(id); row !== NO_ROW; row = identity.tokensOf.head(id))
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
  tokens.remove(row)
}
