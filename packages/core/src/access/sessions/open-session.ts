/** Begins a session or goes on with it: the token that its pairs come from, kept for as long as the longest of them. */
import {
  type CredentialId,
  PAIRS_OF_SESSION_MAX,
  SESSION_NAME_LENGTH_MAX,
  SESSIONS_OF_CREDENTIAL_MAX,
  type SessionId,
  type Surface,
  type TokenId,
} from '../../identity/index.js'
import { type Instant, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { revokeToken } from '../revoke.js'
import { SCOPES } from '../scopes.js'

export interface SessionAsked {
  readonly credential: CredentialId
  readonly surface: Surface
  readonly name: string
  readonly expiresAt: Instant
}

/** The row of the session, with room for one more pair of tokens. */
export function openSession(context: AccessContext, asked: SessionAsked): Row {
  const { sessions, tokens, tokensFrom } = context.identity
  if (asked.name.length === 0 || asked.name.length > SESSION_NAME_LENGTH_MAX)
    refuse('malformed', `expected a name of 1 to ${SESSION_NAME_LENGTH_MAX} characters`, {
      field: '/session',
    })
  const known = sessions.find(asked.credential, asked.name)
  const row = known === NO_ROW ? startSession(context, asked) : known
  const token = sessions.table.token.get(row)
  const own = tokens.row(token)
  tokens.scopes.set(own, SCOPES)
  if ((tokens.expiresAt.get(own) ?? 0) < asked.expiresAt) tokens.expiresAt.set(own, asked.expiresAt)
  if (tokensFrom.count(token) >= PAIRS_OF_SESSION_MAX) revokeToken(context, tokensFrom.of(token)[0] as Row)
  return row
}

function startSession(context: AccessContext, { credential, surface, name, expiresAt }: SessionAsked): Row {
  const { hierarchy, identity, image, now } = context
  const { sessions, tokens, credentials } = identity
  if (sessions.sessionsOf.count(credential) >= SESSIONS_OF_CREDENTIAL_MAX) {
    const oldest = sessions.sessionsOf.of(credential)[0] as Row
    revokeToken(context, tokens.row(sessions.table.token.get(oldest)))
  }
  const owner = credentials.row(credential)
  const token = image.newId<TokenId>()
  tokens.insert(token, {
    credential,
    surface,
    audience: `session ${name}`,
    user: credentials.user.get(owner),
    account: null,
    parent: null,
    // It narrows nothing: that is for its tokens to do.
    scopes: SCOPES,
    issuedAt: now,
    expiresAt,
  })
  const id = image.newId<SessionId>()
  const row = sessions.table.insert(id, { credential, name, token, startedAt: now })
  context.emit({
    kind: 'token_session.started',
    subject: `tse_${id}`,
    paths: [hierarchy.pathOf(hierarchy.parties.row(identity.partyOfCredential(owner)))],
    data: { session: id, credential, name },
  })
  return row
}
