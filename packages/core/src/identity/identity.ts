/**
 * The identity room: users, their credentials, and the tokens that credentials were exchanged for. Proof (a signature,
 * a password, a code) is checked by the host, which has the keys and the clock; what is kept here is who exists, what
 * they hold, and what was used up.
 */

import {
  type AccountId,
  type HierarchyContext,
  type KYC_STATES,
  NODE_STATUSES,
  type PartyId,
} from '../hierarchy/index.js'
import {
  choice,
  count,
  flag,
  type Id,
  type Image,
  Relation,
  type Row,
  ref,
  refOrNull,
  type Table,
  text,
  textOrNull,
  time,
  timeOrNull,
  UniqueIndex,
  value,
} from '../image/index.js'
import { AccountAccess } from './account-access.js'
import { EmailConfirmations } from './email-confirmations.js'
import { Factors } from './factors.js'
import { Mailbox } from './mailbox.js'
import { PartyKeys } from './party-keys.js'
import { Sessions } from './sessions.js'

export type UserId = Id<'user'>
export type CredentialId = Id<'credential'>
export type TokenId = Id<'token'>
export type AssertionId = Id<'assertion'>

export const CREDENTIAL_KINDS = ['api_key', 'client'] as const
export const SURFACES = ['native', 'polymarket-us', 'deribit', 'etna', 'saxo', 'console'] as const
export type Surface = (typeof SURFACES)[number]

/** A public key of a client; at most two are live, so that keys can be rotated without a gap. */
export type PublicKey = {
  readonly kid: string
  readonly algorithm: 'RS256' | 'ES256' | 'EdDSA'
  readonly pem: string
  readonly addedAt: number
}

const userFields = {
  party: ref<PartyId>(),
  name: text(),
  displayName: text(),
  sealedEmail: textOrNull(),
  /** Null: the party's. */
  kyc: textOrNull<(typeof KYC_STATES)[number]>(),
  roles: value<readonly string[]>(),
  scopes: value<readonly string[]>(),
  status: choice(NODE_STATUSES),
  isLoginEnabled: flag(),
  isNotified: flag(),
  passwordHash: textOrNull(),
  version: count(),
  createdAt: time(),
}

const credentialFields = {
  kind: choice(CREDENTIAL_KINDS),
  /** Owned by a user, or by a party as such; exactly one is set. */
  user: refOrNull<UserId>(),
  party: refOrNull<PartyId>(),
  /** The public half: the client id of an assertion, the visible part of an API key. */
  clientId: text(),
  displayName: text(),
  surface: choice(SURFACES),
  /** SHA-256 of the secret of an API key; the secret itself is shown once and kept nowhere. */
  secretHash: textOrNull(),
  /** The secret itself, sealed by the host, where requests are signed with it (deribit section 2.4); else null. */
  sealedSecret: textOrNull(),
  publicKeys: value<readonly PublicKey[]>(),
  /** Null: all that its owner has. */
  scopes: value<readonly string[] | null>(),
  ipAddresses: value<readonly string[]>(),
  /** Whether a missing second factor is told as a result, in place of an error (deribit section 9.1). */
  isFactorAskedInResult: flag(),
  /** A disabled one proves nobody until it is enabled again; a revoked one never does. */
  status: choice(['active', 'revoked', 'disabled']),
  failuresInARow: count(),
  /** Set by earlier versions and looked at by none: records have it (docs/adr/0010-a-client-is-not-locked.md). */
  lockedUntil: timeOrNull(),
  expiresAt: timeOrNull(),
  version: count(),
  createdAt: time(),
}

const tokenFields = {
  credential: ref<CredentialId>(),
  surface: choice(SURFACES),
  audience: text(),
  user: refOrNull<UserId>(),
  account: refOrNull<AccountId>(),
  parent: refOrNull<TokenId>(),
  scopes: value<readonly string[]>(),
  issuedAt: time(),
  expiresAt: timeOrNull(),
}

/** Assertions that were used, until they could no longer be accepted anyway: a replay is refused after a restart too. */
const assertionFields = {
  /** `credential:jti`. */
  use: text(),
  expiresAt: timeOrNull(),
}

export interface IdentityContext extends HierarchyContext {
  readonly identity: Identity
}

export class Identity {
  readonly partyKeys: PartyKeys
  readonly mailbox: Mailbox
  readonly factors: Factors
  readonly accountAccess: AccountAccess
  readonly sessions: Sessions
  readonly emailConfirmations: EmailConfirmations
  readonly users: Table<UserId, typeof userFields>
  readonly credentials: Table<CredentialId, typeof credentialFields>
  readonly tokens: Table<TokenId, typeof tokenFields>
  readonly assertions: Table<AssertionId, typeof assertionFields>
  readonly userByName: UniqueIndex<string>
  readonly credentialByClientId: UniqueIndex<string>
  readonly assertionByUse: UniqueIndex<string>
  readonly usersOf: Relation<PartyId>
  readonly credentialsOfUser: Relation<UserId>
  readonly credentialsOfParty: Relation<PartyId>
  readonly tokensOf: Relation<CredentialId>
  readonly tokensFrom: Relation<TokenId>

  constructor(image: Image) {
    this.partyKeys = new PartyKeys(image)
    this.mailbox = new Mailbox(image)
    this.users = image.table('users', 'usr', userFields)
    this.credentials = image.table('credentials', 'key', credentialFields)
    this.tokens = image.table('tokens', 'tok', tokenFields)
    this.assertions = image.table('assertions', 'ass', assertionFields)
    this.factors = new Factors(image)
    this.accountAccess = new AccountAccess(image)
    this.sessions = new Sessions(image)
    this.emailConfirmations = new EmailConfirmations(image)
    image.enrolDue(this.tokens, this.tokens.expiresAt)
    image.enrolDue(this.assertions, this.assertions.expiresAt)
    this.userByName = new UniqueIndex(this.users, this.users.name)
    this.credentialByClientId = new UniqueIndex(this.credentials, this.credentials.clientId)
    this.assertionByUse = new UniqueIndex(this.assertions, this.assertions.use)
    this.usersOf = new Relation(this.users, this.users.party)
    this.credentialsOfUser = new Relation(this.credentials, this.credentials.user)
    this.credentialsOfParty = new Relation(this.credentials, this.credentials.party)
    this.tokensOf = new Relation(this.tokens, this.tokens.credential)
    this.tokensFrom = new Relation(this.tokens, this.tokens.parent)
    for (const derived of [
      this.userByName,
      this.credentialByClientId,
      this.assertionByUse,
      this.usersOf,
      this.credentialsOfUser,
      this.credentialsOfParty,
      this.tokensOf,
      this.tokensFrom,
    ])
      image.derived(derived)
  }

  /** The party that a credential belongs to, through its user where it has one. */
  partyOfCredential(credential: Row): PartyId {
    const party = this.credentials.party.get(credential)
    if (party !== null) return party
    const user = this.credentials.user.get(credential)
    if (user === null) throw new Error('expected a credential to have an owner')
    return this.users.party.get(this.users.row(user))
  }
}
