/** `tokens.revoke`: the token and everything that was exchanged for it. The user itself may, or an administrator. */
import type { TokenId } from '../../identity/index.js'
import { command, NO_ROW } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { needsOfCredential, requireOwnerOfCredential } from '../grants.js'
import { NOWHERE } from '../places.js'
import { revokeToken as revokeRow } from '../revoke.js'

export type RevokeToken = { readonly token: TokenId }

export const revokeToken = command({
  name: 'tokens.revoke',
  scope: 'credentials:write',
  needs(context: AccessContext, { token }: RevokeToken) {
    const { tokens } = context.identity
    const row = tokens.find(token)
    return row === NO_ROW
      ? [{ ability: 'read', target: NOWHERE }]
      : needsOfCredential(context, tokens.credential.get(row))
  },
  decide(context, { token }) {
    const { tokens, credentials } = context.identity
    const row = tokens.row(token)
    requireOwnerOfCredential(context, credentials.row(tokens.credential.get(row)))
    revokeRow(context, row)
    return { token }
  },
})
