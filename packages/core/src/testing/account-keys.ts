/** A client with a main account, two subaccounts and those who sign in to them, each with a key. Not exported. */
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { CredentialId } from '../identity/index.js'
import type { Id, Plain } from '../image/index.js'
import { type CredentialActor, createKey, createUser, issue } from './people.js'
import { createParty, done, openAccount, openBook, START, type With } from './world.js'

export const HOUR = 3_600_000_000
const READING = ['accounts:read', 'balances:read', 'credentials:read']
export const MANAGING = [...READING, 'accounts:write', 'credentials:write']

export function openDesk() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const party = createParty(engine, house, 'desk')
  const account = (name: string, main: AccountId | null): AccountId =>
    openAccount(engine, party, name, { main, type: 'segregated_standard' })
  const main = account('main', null)
  const [first, second] = [account('first', main), account('second', main)]
  const owner = createUser(engine, party, 'owner', { roles: ['firm_administrator'] })
  const login = createUser(engine, party, 'login', {
    roles: ['subaccount_login'],
    scopes: ['credentials:read', 'credentials:write'],
    account: first,
  })
  const surface = { surface: 'deribit' }
  const ownerKey = createKey(engine, { user: owner }, 'owner-key', surface)
  const loginKey = createKey(engine, { user: login }, 'login-key', surface)
  return { engine, house, party, main, first, second, owner, login, ownerKey, loginKey }
}

export type Desk = ReturnType<typeof openDesk>

/** An actor with a token of the credential: whole, or for one account or fewer scopes. */
export function tokenOf(
  engine: Engine,
  credential: CredentialId,
  more: Readonly<Record<string, Plain>> = {},
): CredentialActor {
  const input = issue(credential, { surface: 'deribit', ...more })
  const { token } = done<{ token: Id }>(engine, 'tokens.issue', input)
  return { kind: 'credential', credential, token, actingUser: null }
}

export const newAccountKey = (
  account: AccountId,
  clientId: string,
  more: Readonly<Record<string, Plain>> = {},
) => ({
  account,
  surface: 'deribit',
  clientId,
  name: '',
  scopes: READING,
  features: [] as readonly string[],
  secretHash: 'hash',
  sealedSecret: 'sealed',
  publicKey: null,
  address: '192.0.2.1',
  ...more,
})

export const createAccountKey = (
  engine: Engine,
  account: AccountId,
  clientId: string,
  by: With,
  more: Readonly<Record<string, Plain>> = {},
): number =>
  done<{ number: number }>(engine, 'account_keys.create', newAccountKey(account, clientId, more), by).number

/** What `tokens.issue_pair` is given when a test does not say otherwise. */
export const pairFor = (credential: CredentialId, more: Readonly<Record<string, Plain>> = {}) => ({
  credential,
  surface: 'deribit',
  account: null,
  scopes: READING,
  session: null,
  refresh: { audience: 'refresh', expiresAt: START + 2 * HOUR },
  access: { audience: 'access', expiresAt: START + HOUR },
  replaces: null,
  signedInFrom: null,
  ...more,
})
