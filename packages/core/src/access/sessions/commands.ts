/**
 * `tokens.issue_pair` and `tokens.end_session`: a token to ask with and one to get the next pair with, in one step. The first
 * comes from the second, and the second from the session where the pair is of one. Only the server gives these commands.
 */
import type { AccountId } from '../../hierarchy/index.js'
import {
  type CredentialId,
  type SessionId,
  type Surface,
  TOKENS_OF_CREDENTIAL_MAX,
  type TokenId,
} from '../../identity/index.js'
import { command, type Instant, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccess } from '../access-log.js'
import { accountOfCredential } from '../account-keys/account-of.js'
import { visibleRow } from '../checks.js'
import { insertToken } from '../commands/issue-token.js'
import { revokeToken } from '../revoke.js'
import { openSession } from './open-session.js'

type Half = { readonly audience: string; readonly expiresAt: Instant }

export type IssuePair = {
  readonly credential: CredentialId
  readonly surface: Surface
  /** The one account that the tokens are limited to, or null. */
  readonly account: AccountId | null
  readonly scopes: readonly string[]
  /** The name of the session that the pair is of; null: of none. */
  readonly session: string | null
  readonly refresh: Half
  readonly access: Half
  /** The refresh token that is given for it: it ends, and what came from it. */
  readonly replaces: TokenId | null
  /** Where its holder signed in from, for the access log of its account; null: nobody signed in. */
  readonly signedInFrom: string | null
}

export const issuePair = command({
  name: 'tokens.issue_pair',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, input: IssuePair) {
    const { identity } = context
    const credential = visibleRow(identity.credentials, input.credential)
    giveBack(context, input)
    const session = sessionOf(context, input)
    const parent = session === null ? null : identity.sessions.table.token.get(session)
    makeRoom(context, input.credential)
    const refresh = issueHalf(context, input, input.refresh, parent)
    const access = issueHalf(context, input, input.access, refresh)
    if (input.signedInFrom !== null) recordSignIn(context, credential, input.signedInFrom)
    const id: SessionId | null = session === null ? null : identity.sessions.table.id(session)
    return { refresh, access, session: id }
  },
})

/** What was given for another pair already is nobody's. */
function giveBack(context: AccessContext, { credential, replaces }: IssuePair): void {
  if (replaces === null) return
  const { tokens } = context.identity
  const row = tokens.find(replaces)
  if (row === NO_ROW || tokens.credential.get(row) !== credential)
    refuse('unauthenticated', 'the token is not valid')
  revokeToken(context, row)
}

function sessionOf(context: AccessContext, input: IssuePair): Row | null {
  const { credential, surface, session: name, refresh } = input
  return name === null
    ? null
    : openSession(context, { credential, surface, name, expiresAt: refresh.expiresAt })
}

/** Whoever signs in again and again without a session loses the pair that was given first. */
function makeRoom(context: AccessContext, credential: CredentialId): void {
  const { tokens, tokensOf, sessions } = context.identity
  if (tokensOf.count(credential) + 2 <= TOKENS_OF_CREDENTIAL_MAX) return
  const isAlone = (row: Row): boolean =>
    tokens.parent.get(row) === null && sessions.ofToken(tokens.id(row)) === NO_ROW
  const oldest = tokensOf.of(credential).find(isAlone)
  if (oldest !== undefined) revokeToken(context, oldest)
}

function issueHalf(
  context: AccessContext,
  { credential, surface, account, scopes }: IssuePair,
  { audience, expiresAt }: Half,
  parent: TokenId | null,
): TokenId {
  const more = { user: null, use: null, useExpiresAt: null }
  const input = { credential, surface, account, scopes, parent, audience, expiresAt, ...more }
  return context.identity.tokens.id(insertToken(context, input))
}

function recordSignIn(context: AccessContext, credential: Row, address: string): void {
  const account = accountOfCredential(context, credential)
  if (account === null) return
  recordAccess(context, context.hierarchy.accounts.id(account), {
    result: 'success',
    address,
    about: context.identity.credentials.clientId.get(credential),
  })
}

export type EndSession = { readonly token: TokenId }

/** Ends all that a token is of: its session with every pair, or its own pair. */
export const endSession = command({
  name: 'tokens.end_session',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { token }: EndSession) {
    const { tokens } = context.identity
    let row = visibleRow(tokens, token)
    for (let parent = tokens.parent.get(row); parent !== null; parent = tokens.parent.get(row))
      row = tokens.row(parent)
    revokeToken(context, row)
    return { token: tokens.id(row) }
  },
})

export const SESSION_COMMANDS = [issuePair, endSession] as const
