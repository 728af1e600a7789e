/**
 * The chain of an actor, link by link: token → its parents → credential → owner (party or user) → acting user. It is
 * followed anew on every request, so whatever is revoked, suspended or narrowed counts on the very next one. One
 * chain object is used again and again; nothing is allocated on the way.
 */
import type { AccountId, Hierarchy, PartyId } from '../hierarchy/index.js'
import {
  type CredentialId,
  type Identity,
  TOKEN_CHAIN_MAX,
  type TokenId,
  type UserId,
} from '../identity/index.js'
import { type Actor, NO_ROW, type Row } from '../image/index.js'
import type { Refusal, RefusalCode } from '../refusals/index.js'
import { limitOfKey } from './account-keys/limit-of-key.js'
import type { RememberedScopes } from './remembered-scopes.js'
import { ScopeSet } from './scope-set.js'
import type { Standing } from './standing.js'

export type CredentialActor = Extract<Actor, { kind: 'credential' }>

const shut = (code: RefusalCode, detail: string): Refusal => ({ code, detail })
const NOT_VISIBLE: Refusal = shut('not_visible', 'there is no such thing within reach')
const CREDENTIAL_GONE = shut('unauthenticated', 'the credential is not valid')
const CREDENTIAL_EXPIRED = shut('unauthenticated', 'the credential has expired')
const TOKEN_GONE = shut('unauthenticated', 'the token is not valid')
const TOKEN_EXPIRED = shut('unauthenticated', 'the token has expired')

export class Chain {
  credential: Row = NO_ROW
  /** The token in use; its parents follow from it. */
  token: Row = NO_ROW
  /** Who the credential belongs to, where that is a user. */
  ownUser: UserId | null = null
  /** Whose bindings count; null for a credential of a party that acts as nobody. */
  user: UserId | null = null
  userRow: Row = NO_ROW
  /** The one account that the credential or the token acts for, where one of them is limited to it. */
  account: AccountId | null = null

  constructor(
    readonly hierarchy: Hierarchy,
    readonly identity: Identity,
    private readonly remembered: RememberedScopes,
    private readonly standing: Standing,
  ) {}

  /** Follows the chain; null where every link holds. */
  follow(actor: CredentialActor, now: number): Refusal | null {
    this.account = null
    this.userRow = NO_ROW
    return this.followCredential(actor, now) ?? this.followTokens(actor, now) ?? this.followUser(actor)
  }

  /** The tokens of the chain, the one in use first. */
  tokens(): TokenId[] {
    const { tokens } = this.identity
    const links: TokenId[] = []
    for (let link = this.token; link !== NO_ROW; ) {
      links.push(tokens.id(link))
      const parent = tokens.parent.get(link)
      link = parent === null ? NO_ROW : tokens.find(parent)
    }
    return links
  }

  /** Whether every link carries the scope at that place. */
  carries(place: number): boolean {
    const { remembered, identity } = this
    if (this.userRow === NO_ROW && !this.ownScopes().hasPlace(place)) return false
    if (this.userRow !== NO_ROW && !remembered.ofUser(this.userRow).hasPlace(place)) return false
    const own = remembered.ofCredential(this.credential)
    if (own !== null && !own.hasPlace(place)) return false
    for (let link = this.token; link !== NO_ROW; ) {
      if (!remembered.ofToken(link).hasPlace(place)) return false
      const parent = identity.tokens.parent.get(link)
      link = parent === null ? NO_ROW : identity.tokens.find(parent)
    }
    return true
  }

  /** The effective scopes: what all links have. */
  scopes(): ScopeSet {
    const { remembered, identity } = this
    let scopes = this.userRow === NO_ROW ? this.ownScopes() : remembered.ofUser(this.userRow)
    scopes = scopes.and(remembered.ofCredential(this.credential) ?? ScopeSet.ALL)
    for (let link = this.token; link !== NO_ROW; ) {
      scopes = scopes.and(remembered.ofToken(link))
      const parent = identity.tokens.parent.get(link)
      link = parent === null ? NO_ROW : identity.tokens.find(parent)
    }
    return scopes
  }

  /** A party has no scopes of its own: its credential has those that it was given by name. */
  private ownScopes(): ScopeSet {
    return this.remembered.ofCredential(this.credential) ?? ScopeSet.EMPTY
  }

  private followCredential({ credential }: CredentialActor, now: number): Refusal | null {
    const { credentials } = this.identity
    const row = credentials.find(credential as CredentialId)
    if (row === NO_ROW || credentials.status.get(row) !== 'active') return CREDENTIAL_GONE
    const expiresAt = credentials.expiresAt.get(row)
    if (expiresAt !== null && expiresAt <= now) return CREDENTIAL_EXPIRED
    this.credential = row
    this.ownUser = credentials.user.get(row)
    this.account = limitOfKey(this, credential as CredentialId)
    return null
  }

  private followTokens({ credential, token }: CredentialActor, now: number): Refusal | null {
    const { tokens } = this.identity
    this.token = NO_ROW
    this.user = null
    let links = 0
    for (let link = token as TokenId | null; link !== null; links += 1) {
      const row = tokens.find(link)
      if (row === NO_ROW || links === TOKEN_CHAIN_MAX) return TOKEN_GONE
      if (links === 0) {
        if (tokens.credential.get(row) !== credential) return TOKEN_GONE
        this.token = row
        this.user = tokens.user.get(row)
        this.account ??= tokens.account.get(row)
      }
      const ends = tokens.expiresAt.get(row)
      if (ends !== null && ends <= now) return TOKEN_EXPIRED
      link = tokens.parent.get(row)
    }
    return null
  }

  /** A user's credential acts as that user; a party's as itself or as a user at or beneath the party. */
  private followUser({ actingUser }: CredentialActor): Refusal | null {
    const { hierarchy, identity } = this
    const user = (actingUser as UserId | null) ?? this.user ?? this.ownUser
    this.user = user
    const owner = identity.credentials.party.get(this.credential)
    if (user === null) return this.standing.partyFault(hierarchy.parties.row(owner as PartyId))
    const row = identity.users.find(user)
    if (row === NO_ROW) return NOT_VISIBLE
    const party = hierarchy.parties.row(identity.users.party.get(row))
    if (user !== this.ownUser) {
      if (owner === null || !hierarchy.order.isAtOrAbove(hierarchy.parties.row(owner), party))
        return NOT_VISIBLE
    }
    this.userRow = row
    return this.standing.userFault(row, party)
  }
}
