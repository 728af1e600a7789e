/**
 * The questions about access: may this user do this here, and which lock says no; who can do this here; what can this
 * user reach. They turn the very locks that requests pass.
 */
import type { AccountId, GroupId, PartyId } from '../../hierarchy/index.js'
import type { CredentialId, UserId } from '../../identity/index.js'
import { type Ability, NO_ROW, type Plain, query, type Row, type Target } from '../../image/index.js'
import { type Refusal, refuse } from '../../refusals/index.js'
import { type Access, type AccessContext, LOCKS, type Lock } from '../access.js'
import { visibleRow } from '../checks.js'
import { targetOf } from '../grants.js'
import { abilitiesOf, abilityBit, maskOf } from '../reach.js'
import { bindingView } from '../views.js'
import { type Page, type Paging, pageOf } from './paging.js'

export type Verdict = {
  readonly lock: Lock
  readonly isOpen: boolean
  readonly code: string | null
  /** What is the case, in one sentence. */
  readonly sentence: string
}

export interface Explain {
  readonly user: UserId
  /** One of the user's credentials, or of a party above it that acts as it; null for the user alone. */
  readonly credential?: CredentialId | null
  readonly scope: string | null
  readonly ability: Ability
  readonly target: Target
}

const OPEN: Readonly<Record<Lock, string>> = {
  credential: 'the user may act, and has the scope',
  reach: 'a binding of the user leads there',
  level: 'the level of the bindings allows it',
  state: 'everything that has to be active is, and no block stands against it',
  permission: 'the account itself does not forbid it',
}

const verdict = (lock: Lock, refusal: Refusal | null): Verdict => ({
  lock,
  isOpen: refusal === null,
  code: refusal?.code ?? null,
  sentence: refusal?.detail ?? OPEN[lock],
})

export function explainLocks(
  access: Access,
  { user, credential, scope, ability, target }: Explain,
  now: number,
): { readonly isAllowed: boolean; readonly locks: readonly Verdict[] } {
  const reached = access.turn('reach', user, { ability, target }) === null
  const locks = LOCKS.map((lock) => {
    if (lock === 'credential')
      return verdict(lock, access.turnCredential(user, credential ?? null, scope, now))
    // What is out of reach is answered like what is not there: nothing of its state is told.
    if (!reached && lock !== 'reach')
      return { ...verdict(lock, null), isOpen: false, sentence: 'not looked at: the target is out of reach' }
    return verdict(lock, access.turn(lock, user, { ability, target }))
  })
  return { isAllowed: locks.every(({ isOpen }) => isOpen), locks }
}

export const explain = query({
  name: 'access.explain',
  scope: 'access:read',
  needs: (_context: AccessContext, { user }: Explain) => [{ ability: 'read', target: { user } }],
  read(context, input): Plain {
    const { access, doer, identity, now } = context
    if (input.user !== doer.user && access.actingAbilities(doer, input.target) === 0)
      refuse('not_visible', 'there is no such thing within reach')
    if (input.credential != null) {
      const row = visibleRow(identity.credentials, input.credential)
      const party = identity.partyOfCredential(row)
      const isOwn = identity.credentials.user.get(row) === input.user
      if (!isOwn && access.actingAbilities(doer, { party }) === 0)
        refuse('not_visible', 'there is no such thing within reach')
    }
    return { user: input.user, ...explainLocks(access, input, now) }
  },
})

export interface WhoCan extends Paging {
  readonly ability: Ability
  readonly target: Target
  readonly scope?: string | null
}

/** A target as the rows that bindings lead to. */
function rowOf({ hierarchy }: AccessContext, target: Target) {
  if (target === 'self' || 'user' in target)
    return refuse('malformed', 'expected an account, a group or a party', { field: '/target' })
  if ('account' in target) return { account: hierarchy.accounts.row(target.account as AccountId) }
  if ('group' in target) return { group: hierarchy.groups.row(target.group as GroupId) }
  return { party: hierarchy.parties.row(target.party as PartyId) }
}

/** Each user whose bindings allow it, with the bindings that do and the first lock that still says no. */
export const whoCan = query({
  name: 'access.who_can',
  scope: 'access:read',
  needs: (_context: AccessContext, { target }: WhoCan) => [{ ability: 'read', target }],
  read(context, input): Plain {
    const { access, doer, now } = context
    const { ability, target, scope } = input
    const { bindings } = access.reach
    const giving = new Map<UserId, Row[]>()
    const hidden = new Set<UserId>()
    for (const row of access.reach.leadingTo(rowOf(context, target))) {
      if ((maskOf(bindings.level.get(row)) & abilityBit(ability)) === 0) continue
      const user = bindings.user.get(row)
      if (user !== doer.user && access.actingAbilities(doer, { user }) === 0) hidden.add(user)
      else giving.set(user, [...(giving.get(user) ?? []), row])
    }
    const page = pageOf(giving.keys(), input, (id) => {
      const user = id as UserId
      const { isAllowed, locks } = explainLocks(access, { user, scope: scope ?? null, ability, target }, now)
      return {
        user,
        bindings: (giving.get(user) ?? []).map((row) => bindingView(context, row)),
        isAllowed,
        shut: locks.find(({ isOpen }) => !isOpen) ?? null,
      }
    })
    // Users above the asker are counted, not named.
    return { ...page, hidden: hidden.size }
  },
})

export interface ReachOf extends Paging {
  readonly user: UserId
}

/** Up to so many accounts are counted beneath a binding. */
const COUNTED_MAX = 10_000

export const reachOf = query({
  name: 'access.reach_of',
  scope: 'access:read',
  needs: (_context: AccessContext, { user }: ReachOf) => [{ ability: 'read', target: { user } }],
  read(context, input): Page {
    const { access, doer } = context
    const { bindings, bindingsOf } = access.reach
    const isShown = (row: Row): boolean =>
      input.user === doer.user ||
      access.actingAbilities(doer, targetOf(bindings.targetKind.get(row), bindings.target.get(row))) !== 0
    const ids = bindingsOf
      .of(input.user)
      .filter(isShown)
      .map((row) => bindings.id(row))
    return pageOf(ids, input, (id) => {
      const row = bindings.row(id as never)
      const accounts = countAccounts(context, row)
      return {
        ...bindingView(context, row),
        abilities: abilitiesOf(maskOf(bindings.level.get(row))),
        accounts,
        isCountCut: accounts === COUNTED_MAX,
      }
    })
  },
})

function countAccounts({ access, hierarchy }: AccessContext, binding: Row): number {
  const { bindings } = access.reach
  const target = bindings.target.get(binding)
  const kind = bindings.targetKind.get(binding)
  if (kind === 'account') return 1
  if (kind === 'group') return hierarchy.accountsInGroup.of(target as GroupId).length
  const { accountsOf, order, parties } = hierarchy
  let accounts = 0
  for (const party of order.beneath(parties.row(target as PartyId))) {
    const owner = parties.id(party)
    for (let row = accountsOf.head(owner); row !== NO_ROW; row = accountsOf.after(row)) {
      accounts += 1
      if (accounts === COUNTED_MAX) return accounts
    }
  }
  return accounts
}
