/**
 * The login of an account: the user that signs in to it and, for a subaccount, sees only that (deribit section 3.1).
 * A subaccount has none until one is wanted; it is made then, with its login disabled.
 */
import { type AccountId, NAME_LENGTH_MAX } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { addUser } from '../add-user.js'
import { checkRoles } from '../checks.js'

const LOGIN_ROLE = 'subaccount_login'

/**
 * The user that an account belongs to, the oldest where there are several: of a subaccount one with the role of a
 * login that is bound to it, of a main account one that holds the whole party. NO_ROW where there is none.
 */
export function loginOf(context: AccessContext, account: Row): Row {
  const { access, hierarchy, identity } = context
  const { accounts } = hierarchy
  const { users } = identity
  const { bindings, bindingsOn } = access.reach
  const party = accounts.party.get(account)
  const isSubaccount = accounts.main.get(account) !== null
  const target = isSubaccount ? accounts.id(account) : party
  let found: Row = NO_ROW
  for (let row = bindingsOn.head(target); row !== NO_ROW; row = bindingsOn.after(row)) {
    const user = users.row(bindings.user.get(row))
    if (users.party.get(user) !== party || users.status.get(user) === 'closed') continue
    if (bindings.level.get(row) !== 'full') continue
    if (isSubaccount && !users.roles.get(user).includes(LOGIN_ROLE)) continue
    if (found === NO_ROW || users.id(user) < users.id(found)) found = user
  }
  return found
}

/** A subaccount that is open, by its id. */
export function openSubaccount({ hierarchy }: AccessContext, account: AccountId): Row {
  const { accounts } = hierarchy
  const row = accounts.row(account)
  if (accounts.main.get(row) === null)
    refuse('main_account_invalid', 'expected a subaccount', { field: '/account' })
  if (accounts.status.get(row) === 'closed') refuse('transition_invalid', 'the account is closed')
  return row
}

/** The login that an account has. */
export function loginThere(context: AccessContext, account: Row): Row {
  const row = loginOf(context, account)
  return row === NO_ROW ? refuse('transition_invalid', 'the account has no login') : row
}

/** The login of a subaccount, made where it has none. */
export function loginForSure(context: AccessContext, account: Row): Row {
  const known = loginOf(context, account)
  if (known !== NO_ROW) return known
  const { accounts } = context.hierarchy
  const party = accounts.party.get(account)
  const user: UserId = addUser(context, {
    party,
    name: freeName(context, accounts.name.get(account)),
    displayName: accounts.displayName.get(account),
    sealedEmail: null,
    kyc: null,
    roles: checkRoles(context, [LOGIN_ROLE], context.hierarchy.parties.row(party)),
    scopes: [],
    account: accounts.id(account),
    isLoginEnabled: false,
    isNotified: false,
  })
  return context.identity.users.row(user)
}

/** After the account, with a number where somebody is called so already. */
function freeName({ identity: { userByName } }: AccessContext, account: string): string {
  for (let number = 1; ; number += 1) {
    const ending = number === 1 ? '-login' : `-login-${number}`
    const name = `${account.slice(0, NAME_LENGTH_MAX - ending.length)}${ending}`
    if (!userByName.has(name)) return name
  }
}
