/** `users.get`, `users.list`, `credentials.get`, `credentials.list`, `bindings.list`, `tokens.list`, `roles.list`. */
import type { NodeStatus, PartyId } from '../../hierarchy/index.js'
import type { CredentialId, UserId } from '../../identity/index.js'
import { type Id, type Need, NO_ROW, type Plain, query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { needsOfCredential, targetOf } from '../grants.js'
import type { BindingId, BindingTarget } from '../reach.js'
import type { RoleId } from '../roles.js'
import { ROLES } from '../scopes.js'
import { bindingView, credentialView, tokenView, userView } from '../views.js'
import { type Page, type Paging, pageOf } from './paging.js'

export const getUser = query({
  name: 'users.get',
  scope: 'users:read',
  needs: (_context: AccessContext, { user }: { readonly user: UserId }) => [
    { ability: 'read', target: { user } },
  ],
  read: (context, { user }): Plain => userView(context, context.identity.users.row(user)),
})

export interface ListUsers extends Paging {
  /** The party whose users are wanted, with those of everything beneath it unless `isDirect`. */
  readonly under: PartyId
  readonly isDirect?: boolean
  readonly status?: NodeStatus | null
  /** Part of the name or of what it is called, in whatever case. */
  readonly search?: string | null
}

export const listUsers = query({
  name: 'users.list',
  scope: 'users:read',
  needs: (_context: AccessContext, { under }: ListUsers) => [{ ability: 'read', target: { party: under } }],
  read(context, input): Page {
    const { users } = context.identity
    const search = input.search?.toLowerCase() ?? ''
    const matches = (row: Row): boolean =>
      (input.status == null || users.status.get(row) === input.status) &&
      (search === '' ||
        users.name.get(row).toLowerCase().includes(search) ||
        users.displayName.get(row).toLowerCase().includes(search))
    return pageOf(usersUnder(context, input, matches), input, (id) =>
      userView(context, users.row(id as UserId)),
    )
  },
})

function* usersUnder(
  { hierarchy, identity }: AccessContext,
  { under, isDirect }: ListUsers,
  matches: (row: Row) => boolean,
): Iterable<UserId> {
  const top = hierarchy.parties.row(under)
  for (const party of isDirect === true ? [top] : hierarchy.order.beneath(top)) {
    const { users, usersOf } = identity
    const owner = hierarchy.parties.id(party)
    for (let row = usersOf.head(owner); row !== NO_ROW; row = usersOf.after(row))
      if (matches(row)) yield users.id(row)
  }
}

export const getCredential = query({
  name: 'credentials.get',
  scope: 'credentials:read',
  needs: (context: AccessContext, { credential }: { readonly credential: CredentialId }) =>
    needsOfCredential(context, credential),
  read: (context, { credential }): Plain =>
    credentialView(context, context.identity.credentials.row(credential)),
})

/** Of exactly one of a user and a party. */
export interface ListCredentials extends Paging {
  readonly user?: UserId | null
  readonly party?: PartyId | null
}

export const listCredentials = query({
  name: 'credentials.list',
  scope: 'credentials:read',
  needs: (_context: AccessContext, { user, party }: ListCredentials): Need[] => [
    ...(user == null ? [] : [{ ability: 'read' as const, target: { user } }]),
    ...(party == null ? [] : [{ ability: 'read' as const, target: { party } }]),
  ],
  read(context, input): Page {
    const { credentials, credentialsOfUser, credentialsOfParty } = context.identity
    if ((input.user == null) === (input.party == null))
      refuse('malformed', 'expected either a user or a party')
    const rows =
      input.user != null ? credentialsOfUser.of(input.user) : credentialsOfParty.of(input.party as PartyId)
    const ids = rows.map((row) => credentials.id(row))
    return pageOf(ids, input, (id) => credentialView(context, credentials.row(id as CredentialId)))
  },
})

export interface ListTokens extends Paging {
  readonly credential: CredentialId
}

export const listTokens = query({
  name: 'tokens.list',
  scope: 'credentials:read',
  needs: (context: AccessContext, { credential }: ListTokens) => needsOfCredential(context, credential),
  read(context, input): Page {
    const { tokens, tokensOf } = context.identity
    const ids = tokensOf.of(input.credential).map((row) => tokens.id(row))
    return pageOf(ids, input, (id) => tokenView(context, tokens.row(id as never)))
  },
})

/** Of a user, or on exactly one target; with both, those that join them. */
export interface ListBindings extends Paging {
  readonly user?: UserId | null
  readonly targetKind?: BindingTarget | null
  readonly target?: Id | null
}

export const listBindings = query({
  name: 'bindings.list',
  scope: 'bindings:read',
  needs: (_context: AccessContext, { user, targetKind, target }: ListBindings): Need[] => [
    ...(user == null ? [] : [{ ability: 'read' as const, target: { user } }]),
    ...(targetKind == null || target == null
      ? []
      : [{ ability: 'read' as const, target: targetOf(targetKind, target) }]),
  ],
  read(context, input): Page {
    const { access, doer } = context
    const { bindings, bindingsOf, bindingsOn } = access.reach
    const { user, targetKind, target } = input
    if (user == null && (targetKind == null || target == null))
      refuse('malformed', 'expected a user, or a target with its kind')
    const rows = user != null ? bindingsOf.of(user) : bindingsOn.of(target as Id)
    // Whoever sees a target does not thereby see everybody who is bound to it, and the other way round.
    const isShown = (row: Row): boolean =>
      (target == null || bindings.target.get(row) === target) &&
      (bindings.user.get(row) === doer.user ||
        (access.actingAbilities(doer, { user: bindings.user.get(row) }) !== 0 &&
          access.actingAbilities(doer, targetOf(bindings.targetKind.get(row), bindings.target.get(row))) !==
            0))
    const ids = rows.filter(isShown).map((row) => bindings.id(row))
    return pageOf(ids, input, (id) => bindingView(context, bindings.row(id as BindingId)))
  },
})

/** The roles that users of a party can have: those of the product, and those of the party and its owners. */
export const listRoles = query({
  name: 'roles.list',
  scope: 'users:read',
  needs: (_context: AccessContext, { party }: { readonly party: PartyId }) => [
    { ability: 'read', target: { party } },
  ],
  read({ access, hierarchy }, { party }): Plain {
    const { table, of } = access.roles
    const own: Plain[] = []
    for (let row = hierarchy.parties.row(party); row !== NO_ROW; row = hierarchy.order.parent(row))
      for (const role of of.of(hierarchy.parties.id(row)))
        own.push({ id: table.id(role) as RoleId, ...table.read(role) })
    return {
      items: [...ROLES.map((role) => ({ ...role, id: null, party: null, version: null })), ...own],
    }
  },
})

/** What the server needs to check a proof; nobody else may ask. Null where no credential has that client id. */
export const credentialProof = query({
  name: 'credentials.proof',
  scope: 'system',
  needs: () => [],
  read({ identity }: AccessContext, { clientId }: { readonly clientId: string }): Plain {
    const row = identity.credentialByClientId.find(clientId)
    return row === NO_ROW ? null : { id: identity.credentials.id(row), ...identity.credentials.read(row) }
  },
})

/** The sealed e-mail address of a user: the server opens it for those who may see it. */
export const sealedEmail = query({
  name: 'users.sealed_email',
  scope: null,
  needs: (_context: AccessContext, { user }: { readonly user: UserId }) => [
    { ability: 'read', target: { user } },
  ],
  read: ({ identity: { users } }, { user }): Plain => ({
    party: users.party.get(users.row(user)),
    sealedEmail: users.sealedEmail.get(users.row(user)),
  }),
})
