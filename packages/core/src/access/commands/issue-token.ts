/**
 * `tokens.issue`: a credential whose proof the host has checked is exchanged for a token. Only the server gives this
 * command. An assertion is good once: its use is kept, in the journal too, until it could not be accepted anyway.
 */
import type { AccountId } from '../../hierarchy/index.js'
import {
  type AssertionId,
  type CredentialId,
  checkRoom,
  type Surface,
  TOKEN_CHAIN_MAX,
  TOKENS_OF_CREDENTIAL_MAX,
  type TokenId,
  type UserId,
} from '../../identity/index.js'
import { command, type Instant, NO_ROW, type Row } from '../../image/index.js'
import { Refused, refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { limitOfKey } from '../account-keys/limit-of-key.js'
import { checkEnd, checkScopes, visibleRow } from '../checks.js'
import { ScopeSet } from '../scope-set.js'
import { tokenView } from '../views.js'

export type IssueToken = {
  readonly credential: CredentialId
  readonly surface: Surface
  readonly audience: string
  /** Whom the token acts as; null: the credential's own user, or nobody for a party's. */
  readonly user: UserId | null
  /** The one account that the token is limited to, or null. */
  readonly account: AccountId | null
  /** The token that was exchanged for this one. */
  readonly parent: TokenId | null
  /** Null: all that the chain has now. */
  readonly scopes: readonly string[] | null
  /** `credential:jti` of the assertion; null where the proof was none. */
  readonly use: string | null
  readonly useExpiresAt: Instant | null
  readonly expiresAt: Instant | null
}

export const issueToken = command({
  name: 'tokens.issue',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, input: IssueToken) {
    const row = insertToken(context, input)
    const { tokens } = context.identity
    return { token: tokens.id(row), scopes: tokens.scopes.get(row), expiresAt: tokens.expiresAt.get(row) }
  },
})

/** A token of a credential whose chain holds, within its scopes and no longer than what it comes from. */
export function insertToken(context: AccessContext, input: IssueToken): Row {
  const { hierarchy, identity } = context
  const credential = visibleRow(identity.credentials, input.credential)
  if (input.user !== null) visibleRow(identity.users, input.user)
  checkCredential(context, credential, input)
  const user = input.user ?? identity.credentials.user.get(credential)
  checkAccount(context, input, user)
  rememberUse(context, input)
  const scopes = checkTokenScopes(context, input)
  checkEnd(input.expiresAt, context.now, '/expires_at')
  checkRoom(identity.tokensOf, input.credential, TOKENS_OF_CREDENTIAL_MAX, 'live tokens of a credential')
  const id = context.image.newId<TokenId>()
  const row = identity.tokens.insert(id, {
    credential: input.credential,
    surface: input.surface,
    audience: input.audience,
    user,
    account: input.account,
    parent: input.parent,
    scopes,
    issuedAt: context.now,
    expiresAt: earlier(input.expiresAt, endOfParent(context, input)),
  })
  const party = hierarchy.parties.row(identity.partyOfCredential(credential))
  context.emit({
    kind: 'token.issued',
    subject: `tok_${id}`,
    paths: [hierarchy.pathOf(party)],
    data: tokenView(context, row),
  })
  return row
}

/** Within the reach of the user, and no other than the one that the credential itself is a key of. */
function checkAccount(
  context: AccessContext,
  { account, credential }: IssueToken,
  user: UserId | null,
): void {
  if (account === null) return
  const limit = limitOfKey(context, credential)
  if ((limit === null || limit === account) && context.access.abilities(user, { account }) !== 0) return
  refuse('not_visible', 'there is no such account within reach')
}

function checkCredential(context: AccessContext, row: Row, input: IssueToken): void {
  const { access, identity, now } = context
  if (identity.credentials.surface.get(row) !== input.surface)
    refuse('credential_invalid', 'the credential belongs to another surface')
  const { credential, parent, user } = input
  const fault = access.chainFault({ kind: 'credential', credential, token: parent, actingUser: user }, now)
  if (fault !== null) throw new Refused(fault)
  let links = 1
  for (let link = parent; link !== null; links += 1) {
    const token = identity.tokens.row(link)
    if (identity.tokens.surface.get(token) !== input.surface)
      refuse('credential_invalid', 'the token belongs to another surface')
    link = identity.tokens.parent.get(token)
  }
  if (links > TOKEN_CHAIN_MAX)
    refuse('limit_reached', `a token can come from at most ${TOKEN_CHAIN_MAX - 1} others`)
}

function rememberUse({ identity, image, now }: AccessContext, { use, useExpiresAt }: IssueToken): void {
  if (use === null) return
  if (useExpiresAt === null)
    refuse('malformed', 'expected to be told until when the assertion counts', { field: '/use_expires_at' })
  if (useExpiresAt <= now) refuse('credential_invalid', 'the assertion has expired')
  if (identity.assertionByUse.find(use) !== NO_ROW)
    refuse('assertion_replayed', 'the assertion was used before')
  identity.assertions.insert(image.newId<AssertionId>(), { use, expiresAt: useExpiresAt })
}

function checkTokenScopes({ access, now }: AccessContext, input: IssueToken): readonly string[] {
  const { credential, parent, user } = input
  const own = access.scopesOf({ kind: 'credential', credential, token: parent, actingUser: user }, now)
  if (input.scopes === null) return own.names()
  checkScopes(input.scopes)
  const beyond = ScopeSet.of(input.scopes).without(own).names().join(' ')
  if (beyond !== '')
    refuse('scope_missing', `the credential lacks the scopes ${beyond}`, { data: { scope: beyond } })
  return input.scopes
}

const endOfParent = ({ identity }: AccessContext, { parent }: IssueToken): Instant | null =>
  parent === null ? null : identity.tokens.expiresAt.get(identity.tokens.row(parent))

const earlier = (left: Instant | null, right: Instant | null): Instant | null =>
  left === null ? right : right === null ? left : left < right ? left : right
