/**
 * Nobody gives what it does not have: scopes given are among the giver's effective ones, and levels given allow no
 * more than the giver may do on that very target. Whoever gets hold of a user's credential or password gets all that
 * the user has, so handing those out is giving too. The system gives anything: it is how a book begins.
 */
import type { PartyId } from '../hierarchy/index.js'
import type { CredentialId, UserId } from '../identity/index.js'
import { type Need, NO_ROW, type Row, type Target } from '../image/index.js'
import { refuse } from '../refusals/index.js'
import { type AccessContext, isSystem } from './access.js'
import { NOWHERE } from './places.js'
import { abilityBit, type BindingTarget, maskOf } from './reach.js'
import { ScopeSet } from './scope-set.js'
import type { Level } from './scopes.js'

export const targetOf = (kind: BindingTarget, target: number): Target =>
  (kind === 'account'
    ? { account: target }
    : kind === 'group'
      ? { group: target }
      : { party: target }) as Target

export function checkScopesGiven({ access, doer }: AccessContext, given: ScopeSet): void {
  const beyond = given.without(access.actingScopes(doer))
  if (beyond.isEmpty) return
  const scopes = beyond.names().join(' ')
  refuse('grant_exceeds_own', `the scopes ${scopes} are not the giver's own`, { data: { scopes } })
}

export function checkLevelGiven(
  { access, doer }: AccessContext,
  level: Level,
  kind: BindingTarget,
  target: number,
): void {
  if ((maskOf(level) & ~access.actingAbilities(doer, targetOf(kind, target))) === 0) return
  refuse('grant_exceeds_own', `the level ${level} allows more than the giver may do there`, {
    data: { level },
  })
}

/** For handing out a proof of identity of that user, narrowed to `scopes` where they are named. */
export function checkUserGiven(context: AccessContext, user: UserId, scopes: readonly string[] | null): void {
  if (isSystem(context.doer)) return
  const { access } = context
  if (access.actingAccount(context.doer) !== null)
    refuse('grant_exceeds_own', 'a token for one account gives no rights to anybody')
  const own = access.scopesOfUser(user)
  checkScopesGiven(context, scopes === null ? own : own.and(ScopeSet.of(scopes)))
  if (user === context.doer.user) return
  const { bindings, bindingsOf } = access.reach
  for (let row = bindingsOf.head(user); row !== NO_ROW; row = bindingsOf.after(row))
    checkLevelGiven(context, bindings.level.get(row), bindings.targetKind.get(row), bindings.target.get(row))
}

/** For a credential of a party: it acts as any user there, within the scopes that it names (null: all there are). */
export function checkPartyGiven(
  context: AccessContext,
  party: PartyId,
  scopes: readonly string[] | null,
): void {
  if (isSystem(context.doer)) return
  checkScopesGiven(context, scopes === null ? ScopeSet.ALL : ScopeSet.of(scopes))
  const { usersOf } = context.identity
  for (const row of usersOf.of(party)) checkUserGiven(context, context.identity.users.id(row), scopes ?? [])
}

/** Administering what belongs to a user: the user itself may, others need the level. */
export function requireAdministerOrSelf(context: AccessContext, user: UserId): void {
  if (context.doer.user === user) return
  if ((context.access.actingAbilities(context.doer, { user }) & abilityBit('administer')) !== 0) return
  refuse('level_insufficient', 'the binding does not allow to administer')
}

/** What reaching a credential takes: seeing the user that owns it, or administering the party that does. */
export function needsOfCredential({ identity }: AccessContext, credential: CredentialId): Need[] {
  const row = identity.credentials.find(credential)
  if (row === NO_ROW) return [{ ability: 'read', target: NOWHERE }]
  const user = identity.credentials.user.get(row)
  return user === null
    ? [{ ability: 'administer', target: { party: identity.partyOfCredential(row) } }]
    : [{ ability: 'read', target: { user } }]
}

/** For taking away: the user itself may, others need the level; a party's credential was checked by its needs. */
export function requireOwnerOfCredential(context: AccessContext, row: Row): void {
  const user = context.identity.credentials.user.get(row)
  if (user !== null) requireAdministerOrSelf(context, user)
}

/** The same for a credential that is there already: changing what proves it hands it out anew. */
export function checkCredentialGiven(
  context: AccessContext,
  row: Row,
  scopes: readonly string[] | null = context.identity.credentials.scopes.get(row),
): void {
  const { credentials } = context.identity
  const user = credentials.user.get(row)
  const party = credentials.party.get(row)
  if (user !== null) {
    requireAdministerOrSelf(context, user)
    checkUserGiven(context, user, scopes)
  } else if (party !== null) checkPartyGiven(context, party, scopes)
}
