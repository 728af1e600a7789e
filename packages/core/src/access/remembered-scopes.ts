/** The scopes of users, credentials and tokens as bits, remembered by row and forgotten when their source changes. */
import type { Hierarchy } from '../hierarchy/index.js'
import type { Identity } from '../identity/index.js'
import type { Row } from '../image/index.js'
import type { Roles } from './roles.js'
import { ScopeSet } from './scope-set.js'

export class RememberedScopes {
  private users: (ScopeSet | undefined)[] = []
  private readonly credentials: (ScopeSet | null | undefined)[] = []
  private readonly tokens: (ScopeSet | undefined)[] = []

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly identity: Identity,
    private readonly roles: Roles,
  ) {
    const forgetUser = (row: Row): void => {
      this.users[row] = undefined
    }
    const forgetCredential = (row: Row): void => {
      this.credentials[row] = undefined
    }
    const forgetToken = (row: Row): void => {
      this.tokens[row] = undefined
    }
    const forgetUsers = (): void => {
      this.users = []
    }
    const { users, credentials, tokens } = identity
    users.hooks.push({ inserted: forgetUser, removing: forgetUser })
    for (const column of [users.roles, users.scopes, users.party]) column.watch(forgetUser)
    credentials.hooks.push({ inserted: forgetCredential, removing: forgetCredential })
    credentials.scopes.watch(forgetCredential)
    tokens.hooks.push({ inserted: forgetToken, removing: forgetToken })
    tokens.scopes.watch(forgetToken)
    roles.table.hooks.push({ inserted: forgetUsers, removing: forgetUsers })
    roles.table.scopes.watch(forgetUsers)
    // A move can take users out of the subtree that their roles were defined for.
    hierarchy.parties.owner.watch(forgetUsers)
  }

  /** What the user's roles and own scopes give together. */
  ofUser(row: Row): ScopeSet {
    return this.users[row] ?? this.rememberUser(row)
  }

  /** Null: the credential narrows nothing. */
  ofCredential(row: Row): ScopeSet | null {
    const known = this.credentials[row]
    if (known !== undefined) return known
    const scopes = this.identity.credentials.scopes.get(row)
    const set = scopes === null ? null : ScopeSet.of(scopes)
    this.credentials[row] = set
    return set
  }

  ofToken(row: Row): ScopeSet {
    const known = this.tokens[row]
    if (known !== undefined) return known
    const set = ScopeSet.of(this.identity.tokens.scopes.get(row))
    this.tokens[row] = set
    return set
  }

  private rememberUser(row: Row): ScopeSet {
    const { users } = this.identity
    const party = this.hierarchy.parties.row(users.party.get(row))
    let set = ScopeSet.of(users.scopes.get(row))
    for (const name of users.roles.get(row))
      set = set.or(ScopeSet.of(this.roles.find(name, party)?.scopes ?? []))
    this.users[row] = set
    return set
  }
}
