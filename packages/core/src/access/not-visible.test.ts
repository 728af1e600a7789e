/**
 * What an actor cannot reach is not there for it: every id in every input of every operation of this room is answered
 * for a foreign thing exactly as for one that does not exist.
 */
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { Id, Plain } from '../image/index.js'
import { bind, createKey, createPerson, createUser, issue, newKey, newUser } from '../testing/people.js'
import { createParty, done, openAccount, openBook, START } from '../testing/world.js'

type Ids = Readonly<
  Record<
    | 'party'
    | 'user'
    | 'account'
    | 'credential'
    | 'token'
    | 'factor'
    | 'binding'
    | 'role'
    | 'webhook'
    | 'application',
    Id
  >
>

/** One of everything, at a party that is not the asker's. */
function everythingOf(engine: Engine, owner: Id): Ids {
  const party = createParty(engine, owner as never, 'foreign')
  const account = openAccount(engine, party, 'foreign')
  const user = createUser(engine, party, 'foreign')
  const credential = createKey(engine, { user }, 'foreign')
  const { token } = done<{ token: Id }>(engine, 'tokens.issue', issue(credential))
  const binding = bind(engine, user, 'account', account, 'full')
  const role = { party, name: 'foreign', title: 'Foreign', scopes: [], subtreeLevel: null }
  const hook = { party, url: 'https://a.example', kinds: [], sealedSecret: 'S' }
  return {
    party,
    account,
    user,
    credential,
    token,
    factor: done<{ factor: Id }>(engine, 'factors.begin', newFactor(user)).factor,
    binding,
    role: done<{ role: Id }>(engine, 'roles.create', role).role,
    webhook: done<{ webhook: Id }>(engine, 'webhooks.register', hook).webhook,
    application: done<{ application: Id }>(engine, 'kyc.start', {
      firm: party,
      externalId: 'x',
      sealedPersonal: 'S',
    }).application,
  }
}

const own = {
  name: 'fresh',
  displayName: 'Fresh',
  title: 'Fresh',
  level: 'read_only',
  kinds: [],
  sealedSecret: 'S',
}
const newFactor = (user: Id) => ({
  user,
  kind: 'totp',
  name: 'phone',
  assignments: ['account'],
  sealedSecret: 'S',
  registrationChallenge: null,
  isProven: true,
})
const mail = { sealedEmail: 'S', secretHash: 'H', subject: 'X', sealedText: 'S' }
const key = { kid: 'k', algorithm: 'RS256', pem: 'P' }

/** Each operation with one of its ids taken from `ids`, the others the asker's own. */
const inputs = (ids: Ids, mine: Ids): readonly (readonly [string, unknown])[] => [
  ['users.create', newUser(ids.party as never, 'fresh')],
  ['users.create', newUser(mine.party as never, 'fresh', { account: ids.account })],
  ['users.update', { user: ids.user, displayName: 'X' }],
  ['users.suspend', { user: ids.user }],
  ['users.reactivate', { user: ids.user }],
  ['users.close', { user: ids.user }],
  ['users.set_password', { user: ids.user, passwordHash: 'X' }],
  ['users.set_kyc', { user: ids.user, kyc: 'approved' }],
  ['credentials.create', newKey({ user: ids.user as never }, 'fresh')],
  ['credentials.create', newKey({ party: ids.party as never }, 'fresh', { scopes: [] })],
  ['credentials.update', { credential: ids.credential, displayName: 'X' }],
  ['credentials.add_key', { credential: ids.credential, key }],
  ['credentials.remove_key', { credential: ids.credential, kid: 'k' }],
  ['credentials.revoke', { credential: ids.credential }],
  ['tokens.revoke', { token: ids.token }],
  ['factors.begin', newFactor(ids.user)],
  ['factors.confirm', { factor: ids.factor, proof: { step: 1 } }],
  ['factors.update', { factor: ids.factor, name: 'X', isProven: true }],
  ['factors.remove', { factor: ids.factor, isProven: true }],
  ['factors.reset', { user: ids.user }],
  ['subaccounts.set_email', { account: ids.account, ...mail }],
  ['subaccounts.withdraw_email', { account: ids.account }],
  ['subaccounts.set_login', { account: ids.account, isEnabled: true }],
  ['subaccounts.set_notified', { account: ids.account, isNotified: true }],
  ['logins.remove', { account: ids.account }],
  ['subaccounts.remove', { account: ids.account }],
  ['accounts.bar_products', { account: ids.account, products: [] }],
  [
    'bindings.create',
    { ...own, user: ids.user, targetKind: 'account', target: mine.account, alias: null, endsAt: null },
  ],
  [
    'bindings.create',
    { ...own, user: mine.user, targetKind: 'account', target: ids.account, alias: null, endsAt: null },
  ],
  [
    'bindings.create',
    { ...own, user: mine.user, targetKind: 'subtree', target: ids.party, alias: null, endsAt: null },
  ],
  ['bindings.update', { binding: ids.binding, alias: 'X' }],
  ['bindings.remove', { binding: ids.binding }],
  ['roles.create', { ...own, party: ids.party, scopes: [], subtreeLevel: null }],
  ['roles.update', { role: ids.role, title: 'X' }],
  ['roles.remove', { role: ids.role }],
  ['webhooks.register', { ...own, party: ids.party, url: 'https://a.example' }],
  ['webhooks.update', { webhook: ids.webhook, status: 'suspended' }],
  ['webhooks.remove', { webhook: ids.webhook }],
  ['kyc.start', { firm: ids.party, externalId: 'x', sealedPersonal: 'S' }],
  ['kyc.decide', { application: ids.application, decision: 'reject' }],
  ['kyc.erase', { application: ids.application }],
  ['kyc.set_webhook', { firm: ids.party, url: 'https://a.example', sealedSecret: 'S', surface: 'native' }],
]

const questions = (ids: Ids, mine: Ids): readonly (readonly [string, unknown])[] => [
  ['users.get', { user: ids.user }],
  ['users.list', { under: ids.party }],
  ['users.sealed_email', { user: ids.user }],
  ['logins.get', { account: ids.account }],
  ['credentials.get', { credential: ids.credential }],
  ['credentials.list', { user: ids.user }],
  ['credentials.list', { party: ids.party }],
  ['tokens.list', { credential: ids.credential }],
  ['factors.list', { user: ids.user }],
  ['factors.challenge', { user: ids.user }],
  ['factors.own', { user: ids.user }],
  ['factors.user_of', { factor: ids.factor }],
  ['bindings.list', { user: ids.user }],
  ['bindings.list', { targetKind: 'account', target: ids.account }],
  ['roles.list', { party: ids.party }],
  ['access.explain', { user: ids.user, scope: null, ability: 'read', target: { account: mine.account } }],
  ['access.explain', { user: mine.user, scope: null, ability: 'read', target: { account: ids.account } }],
  [
    'access.explain',
    { user: mine.user, credential: ids.credential, scope: null, ability: 'read', target: 'self' },
  ],
  ['access.who_can', { ability: 'read', target: { account: ids.account } }],
  ['access.who_can', { ability: 'read', target: { party: ids.party } }],
  ['access.reach_of', { user: ids.user }],
  ['webhooks.list', { party: ids.party }],
  ['webhooks.get', { webhook: ids.webhook }],
  ['kyc.get', { application: ids.application }],
  ['kyc.get', { firm: ids.party, externalId: 'x' }],
  ['kyc.list', { firm: ids.party }],
]

describe('foreign and absent ids are answered alike', () => {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'firm')
  const { actor } = createPerson(engine, firm, 'admin', {
    roles: ['firm_administrator'],
    scopes: ['kyc:decide'],
  })
  const foreign = everythingOf(engine, house)
  const absent = Object.fromEntries(
    Object.keys(foreign).map((name, index) => [name, 900_000 + index]),
  ) as unknown as Ids
  const mine = {
    ...foreign,
    party: firm,
    user: createUser(engine, firm, 'mine'),
    account: openAccount(engine, firm, 'mine'),
  }

  const commandsOf = (ids: Ids) => inputs(ids, mine)
  const absentInputs = commandsOf(absent)
  commandsOf(foreign).forEach(([command, input], index) => {
    test(`${command} ${index}`, () => {
      const attempt = (given: unknown) =>
        engine.execute({ command, input: given as Plain, actor, time: START })
      const refused = attempt(input)
      expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'not_visible' } })
      expect(attempt(absentInputs[index]![1])).toEqual(refused)
    })
  })

  const absentQuestions = questions(absent, mine)
  questions(foreign, mine).forEach(([query, input], index) => {
    test(`${query} ${index}`, () => {
      const refused = engine.read(query, actor, input, START)
      expect(refused).toMatchObject({ refusal: { code: 'not_visible' } })
      expect(engine.read(query, actor, absentQuestions[index]![1], START)).toEqual(refused)
    })
  })
})
