/** Users, keys and bindings for tests, the shortest way. Not exported. */
import type { BindingId, BindingTarget, Level } from '../access/index.js'
import type { Engine } from '../engine.js'
import type { PartyId } from '../hierarchy/index.js'
import type { CredentialId, UserId } from '../identity/index.js'
import type { Actor, Id, Plain } from '../image/index.js'
import { done, type With } from './world.js'

export type CredentialActor = Extract<Actor, { kind: 'credential' }>

export interface Person {
  readonly user: UserId
  readonly credential: CredentialId
  readonly actor: CredentialActor
}

export const actorOf = (credential: CredentialId, more: Partial<CredentialActor> = {}): CredentialActor => ({
  kind: 'credential',
  credential,
  token: null,
  actingUser: null,
  ...more,
})

export const newUser = (party: PartyId, name: string, more: Readonly<Record<string, Plain>> = {}) => ({
  party,
  name,
  displayName: name,
  sealedEmail: null,
  kyc: null,
  roles: [] as readonly string[],
  scopes: [] as readonly string[],
  account: null,
  ...more,
})

export const newKey = (
  owner: { readonly user: UserId } | { readonly party: PartyId },
  clientId: string,
  more: Readonly<Record<string, Plain>> = {},
) => ({
  user: null,
  party: null,
  ...owner,
  kind: 'api_key',
  clientId,
  displayName: clientId,
  surface: 'native',
  secretHash: 'hash',
  publicKeys: [] as readonly Plain[],
  scopes: null,
  ipAddresses: [] as readonly string[],
  expiresAt: null,
  ...more,
})

export function createUser(
  engine: Engine,
  party: PartyId,
  name: string,
  more: Readonly<Record<string, Plain>> = {},
  by: With = {},
): UserId {
  return done<{ user: UserId }>(engine, 'users.create', newUser(party, name, more), by).user
}

export function createKey(
  engine: Engine,
  owner: { readonly user: UserId } | { readonly party: PartyId },
  clientId: string,
  more: Readonly<Record<string, Plain>> = {},
): CredentialId {
  return done<{ credential: CredentialId }>(engine, 'credentials.create', newKey(owner, clientId, more))
    .credential
}

/** A user with an API key of its own. */
export function createPerson(
  engine: Engine,
  party: PartyId,
  name: string,
  more: Readonly<Record<string, Plain>> = {},
): Person {
  const user = createUser(engine, party, name, more)
  const credential = createKey(engine, { user }, `key-${name}`)
  return { user, credential, actor: actorOf(credential) }
}

export function bind(
  engine: Engine,
  user: UserId,
  targetKind: BindingTarget,
  target: Id,
  level: Level,
  more: Readonly<Record<string, Plain>> = {},
): BindingId {
  const input = { user, targetKind, target, level, alias: null, endsAt: null, ...more }
  return done<{ binding: BindingId }>(engine, 'bindings.create', input).binding
}

/** What `tokens.issue` is given when a test does not say otherwise. */
export const issue = (credential: Id, more: Readonly<Record<string, Plain>> = {}) => ({
  credential,
  surface: 'native',
  audience: 'https://stemma.example',
  user: null,
  account: null,
  parent: null,
  scopes: null,
  use: null,
  useExpiresAt: null,
  expiresAt: null,
  ...more,
})
