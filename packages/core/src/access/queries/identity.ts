/**
 * Who am I, which users are with me, which accounts do I reach: open to every valid credential, whatever its scopes,
 * because a client that cannot find out who it is cannot ask for more.
 */
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { type Id, NO_ROW, type Plain, query, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { isSystem } from '../access.js'
import { abilitiesOf } from '../reach.js'
import { userView } from '../views.js'
import { type Page, type Paging, pageOf } from './paging.js'

const partyView = (
  { hierarchy: { parties } }: AccessContext,
  row: Row,
): { readonly [key: string]: Plain } => ({
  id: parties.id(row),
  name: parties.name.get(row),
  displayName: parties.displayName.get(row),
  kind: parties.kind.get(row),
})

/** The party of whoever asks: the acting user's, or the one that the credential belongs to. */
function ownParty({ identity, hierarchy, doer }: AccessContext): Row {
  if (isSystem(doer)) refuse('unauthenticated', 'the system itself is nobody')
  const party =
    doer.user === null
      ? identity.partyOfCredential(identity.credentials.row(doer.credential as never))
      : identity.users.party.get(identity.users.row(doer.user as UserId))
  return hierarchy.parties.row(party)
}

export const whoami = query({
  name: 'identity.whoami',
  scope: null,
  needs: () => [],
  read(context: AccessContext): Plain {
    const { access, doer, hierarchy, identity } = context
    const party = ownParty(context)
    const owners: Plain[] = []
    for (let row = hierarchy.order.parent(party); row !== NO_ROW; row = hierarchy.order.parent(row))
      owners.push(partyView(context, row))
    const credential = identity.credentials.row(doer.credential as never)
    const token = access.actingToken(doer)
    return {
      user: doer.user === null ? null : userView(context, identity.users.row(doer.user as UserId)),
      onBehalfOf: doer.onBehalfOf,
      party: partyView(context, party),
      /** The firms above, nearest first. */
      owners,
      credential: {
        id: doer.credential,
        clientId: identity.credentials.clientId.get(credential),
        displayName: identity.credentials.displayName.get(credential),
        surface: identity.credentials.surface.get(credential),
      },
      token,
      audience: token === null ? null : identity.tokens.audience.get(identity.tokens.row(token)),
      account: access.actingAccount(doer),
      scopes: access.actingScopes(doer).names(),
    }
  },
})

/** The users of the own party, each with the accounts that it is bound to and the asker reaches too. */
export const ownUsers = query({
  name: 'identity.users',
  scope: null,
  needs: () => [],
  read(context: AccessContext, paging: Paging): Page {
    const { access, doer, hierarchy, identity } = context
    const party = hierarchy.parties.id(ownParty(context))
    const ids = identity.usersOf.of(party).map((row) => identity.users.id(row))
    const isVisible = (id: UserId): boolean =>
      id === doer.user || doer.user === null || access.actingAbilities(doer, { user: id }) !== 0
    return pageOf(ids.filter(isVisible), paging, (id) => {
      const row = identity.users.row(id as UserId)
      const accounts = [...accountsOf(context, id as UserId, ACCOUNTS_SHOWN_MAX)].filter(
        (account) => doer.user === id || access.actingAbilities(doer, { account }) !== 0,
      )
      return { ...userView(context, row), accounts }
    })
  },
})

/** The accounts that the acting user reaches, in order of creation. */
export const ownAccounts = query({
  name: 'identity.accounts',
  scope: null,
  needs: () => [],
  read(context: AccessContext, paging: Paging): Page {
    const { access, doer, hierarchy } = context
    ownParty(context)
    if (doer.user === null) return { items: [], next: null }
    const user = doer.user as UserId
    const only = access.actingAccount(doer)
    const ids = only === null ? accountsOf(context, user) : [only]
    return pageOf(new Set(ids), paging, (id) => {
      const { accounts } = hierarchy
      const row = accounts.row(id as AccountId)
      const direct = access.reach.joining(user, 'account', id as Id)[0]
      return {
        id,
        party: accounts.party.get(row),
        main: accounts.main.get(row),
        name: accounts.name.get(row),
        displayName: accounts.displayName.get(row),
        alias: direct === undefined ? null : access.reach.bindings.alias.get(direct),
        type: accounts.type.get(row),
        baseCurrency: accounts.baseCurrency.get(row),
        stage: accounts.stage.get(row),
        status: accounts.status.get(row),
        abilities: abilitiesOf(access.actingAbilities(doer, { account: id as Id })),
      }
    })
  },
})

const ACCOUNTS_SHOWN_MAX = 1_000

/** The accounts behind all bindings of a user, some perhaps twice; at most so many. */
function* accountsOf(
  { access, hierarchy }: AccessContext,
  user: UserId,
  most = Infinity,
): Iterable<AccountId> {
  const { bindings, bindingsOf } = access.reach
  const { accounts, accountsOf: ofParty, accountsInGroup, order, parties } = hierarchy
  let count = 0
  for (const binding of bindingsOf.of(user)) {
    const target = bindings.target.get(binding)
    const kind = bindings.targetKind.get(binding)
    const rows =
      kind === 'account'
        ? [accounts.row(target as AccountId)]
        : kind === 'group'
          ? accountsInGroup.of(target as never)
          : accountsBeneath(parties.row(target as PartyId))
    for (const row of rows) {
      if (count === most) return
      count += 1
      yield accounts.id(row)
    }
  }
  function* accountsBeneath(top: Row): Iterable<Row> {
    for (const party of order.beneath(top)) yield* ofParty.of(parties.id(party))
  }
}
