/** Users, credentials, tokens, bindings and roles: what comes into being, what is refused, and what nobody can give. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import {
  CREDENTIALS_OF_USER_MAX,
  IP_ADDRESSES_MAX,
  ROLES_OF_USER_MAX,
  SCOPES_OF_LIST_MAX,
  TOKEN_CHAIN_MAX,
  TOKENS_OF_CREDENTIAL_MAX,
  USERS_OF_PARTY_MAX,
} from '../identity/index.js'
import type { Id } from '../image/index.js'
import {
  actorOf,
  bind,
  createKey,
  createPerson,
  createUser,
  issue,
  newKey,
  newUser,
} from '../testing/people.js'
import {
  answer,
  createParty,
  done,
  openAccount,
  openBook,
  refusedWith,
  run,
  START,
} from '../testing/world.js'
import { isAddressAllowed } from './addresses.js'
import { BINDINGS_OF_USER_MAX } from './reach.js'
import { ROLES_OF_PARTY_MAX } from './roles.js'
import { SCOPES } from './scopes.js'

function world() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'firm')
  const other = createParty(engine, house, 'other')
  const account = openAccount(engine, firm, 'account')
  const admin = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  return { engine, house, firm, other, account, admin, by: { actor: admin.actor } }
}

const later = (microseconds: number) => (START + microseconds) as never

describe('users', () => {
  test('a role writes its binding, an account is bound at once, and nothing else is reached', () => {
    const { engine, firm, account } = world()
    const user = createUser(engine, firm, 'reader', { roles: ['supervisor', 'trading_user'], account })
    const { items } = answer<{
      items: readonly { level: string; targetKind: string; role: string | null }[]
    }>(engine, 'bindings.list', { user })
    expect(items.map(({ level, targetKind, role }) => [level, targetKind, role])).toEqual([
      ['read_only', 'subtree', 'supervisor'],
      ['full', 'account', null],
    ])
  })

  test('refusals of users.create', () => {
    const { engine, firm, other, account, by } = world()
    const create = (more: object, options = {}) =>
      refusedWith(engine, 'users.create', { ...newUser(firm, 'new'), ...more } as never, options)
    expect(create({ name: 'admin' })).toBe('name_taken')
    expect(create({ name: '-' })).toBe('malformed')
    expect(create({ displayName: ' ' })).toBe('malformed')
    expect(create({ roles: ['king'] })).toBe('role_invalid')
    expect(create({ roles: ['supervisor', 'supervisor'] })).toBe('malformed')
    expect(create({ scopes: ['king:write'] })).toBe('malformed')
    expect(create({ account: 999_999 })).toBe('not_visible')
    expect(create({ party: other }, by)).toBe('not_visible')
    expect(create({ party: other, account }, by)).toBe('not_visible')
    expect(create({ roles: ['operator'] }, by)).toBe('grant_exceeds_own')
    expect(create({ scopes: ['kyc:decide'] }, by)).toBe('grant_exceeds_own')
    const { parties } = engine.rooms.hierarchy
    parties.status.set(parties.row(firm), 'suspended')
    expect(create({})).toBe('party_suspended')
  })

  test('changing roles brings and takes the bindings of their templates only', () => {
    const { engine, firm, account } = world()
    const user = createUser(engine, firm, 'person', { roles: ['supervisor'] })
    bind(engine, user, 'account', account, 'close_only')
    const levels = () =>
      answer<{ items: readonly { level: string }[] }>(engine, 'bindings.list', { user }).items.map(
        ({ level }) => level,
      )
    done(engine, 'users.update', { user, roles: ['firm_administrator'], version: 1 })
    expect(levels()).toEqual(['close_only', 'full'])
    done(engine, 'users.update', { user, roles: [] })
    expect(levels()).toEqual(['close_only'])
    expect(refusedWith(engine, 'users.update', { user, version: 1 })).toBe('version_mismatch')
  })

  test('life: suspended, back, closed; nobody suspends itself; closing revokes credentials', () => {
    const { engine, firm, admin, by } = world()
    const { user, credential, actor } = createPerson(engine, firm, 'person', { roles: ['supervisor'] })
    done(engine, 'users.suspend', { user }, by)
    expect(refusedWith(engine, 'users.suspend', { user }, by)).toBe('transition_invalid')
    expect(refusedWith(engine, 'bindings.remove', { binding: 1 }, { actor })).toBe('actor_suspended')
    done(engine, 'users.reactivate', { user }, by)
    done(engine, 'users.close', { user }, by)
    expect(
      engine.rooms.identity.credentials.status.get(engine.rooms.identity.credentials.row(credential)),
    ).toBe('revoked')
    for (const command of ['users.reactivate', 'users.close', 'users.update', 'users.set_password'])
      expect(refusedWith(engine, command, { user, passwordHash: 'x' }, by)).toBe('transition_invalid')
    expect(refusedWith(engine, 'credentials.create', newKey({ user }, 'late'))).toBe('transition_invalid')
    expect(refusedWith(engine, 'users.suspend', { user: admin.user }, by)).toBe('transition_invalid')
  })

  test('the last administrator of the book stays one', () => {
    const { engine, house } = world()
    const user = createUser(engine, house, 'operator-1', { roles: ['operator'] })
    const { items } = answer<{ items: readonly { id: Id }[] }>(engine, 'bindings.list', { user })
    const binding = items[0]!.id
    const attempts: readonly (readonly [string, object])[] = [
      ['users.suspend', { user }],
      ['users.close', { user }],
      ['users.update', { user, roles: [] }],
      ['users.update', { user, isLoginEnabled: false }],
      ['bindings.remove', { binding }],
      ['bindings.update', { binding, level: 'read_only' }],
      ['bindings.update', { binding, endsAt: later(1_000) }],
    ]
    for (const [command, input] of attempts)
      expect([command, refusedWith(engine, command, input as never)]).toEqual([command, 'last_administrator'])
    createUser(engine, house, 'operator-2', { roles: ['operator'] })
    done(engine, 'users.suspend', { user })
  })

  test('passwords and KYC states', () => {
    const { engine, firm, admin, by } = world()
    done(engine, 'users.set_password', { user: admin.user, passwordHash: '$argon2id$' }, by)
    expect(refusedWith(engine, 'users.set_password', { user: admin.user, passwordHash: '' }, by)).toBe(
      'malformed',
    )
    expect(refusedWith(engine, 'users.set_kyc', { user: admin.user, kyc: 'approved' }, by)).toBe(
      'scope_missing',
    )
    done(engine, 'users.set_kyc', { user: admin.user, kyc: 'approved' })
    expect(answer(engine, 'users.get', { user: admin.user })).toMatchObject({
      kyc: 'approved',
      isKycOfParty: false,
      hasPassword: true,
    })
    const stronger = createUser(engine, firm, 'stronger', { scopes: ['kyc:decide'] })
    expect(refusedWith(engine, 'users.set_password', { user: stronger, passwordHash: 'x' }, by)).toBe(
      'grant_exceeds_own',
    )
  })
})

describe('nobody gives what it does not have', () => {
  test('credentials of stronger users, of the own party, and wider ones of oneself', () => {
    const { engine, firm, house, admin, by, other } = world()
    const stronger = createUser(engine, firm, 'stronger', { scopes: ['kyc:decide'] })
    expect(refusedWith(engine, 'credentials.create', newKey({ user: stronger }, 'k1'), by)).toBe(
      'grant_exceeds_own',
    )
    done(engine, 'credentials.create', newKey({ user: stronger }, 'k2', { scopes: ['users:read'] }), by)
    const wide = createUser(engine, firm, 'wide')
    bind(engine, wide, 'subtree', other, 'read_only')
    expect(refusedWith(engine, 'credentials.create', newKey({ user: wide }, 'k3'), by)).toBe(
      'grant_exceeds_own',
    )
    expect(refusedWith(engine, 'credentials.create', newKey({ party: firm }, 'k4'), by)).toBe(
      'grant_exceeds_own',
    )
    expect(refusedWith(engine, 'credentials.create', newKey({ party: house }, 'k5'), by)).toBe('not_visible')
    const narrow = createKey(engine, { user: admin.user }, 'k6', { scopes: ['credentials:write'] })
    const wider = newKey({ user: admin.user }, 'k7')
    expect(refusedWith(engine, 'credentials.create', wider, { actor: actorOf(narrow) })).toBe(
      'grant_exceeds_own',
    )
    expect(
      refusedWith(
        engine,
        'credentials.update',
        { credential: narrow, scopes: null },
        { actor: actorOf(narrow) },
      ),
    ).toBe('grant_exceeds_own')
  })

  test('levels: a binding allows no more than its giver may do there', () => {
    const { engine, firm, account, house } = world()
    const binder = createPerson(engine, house, 'binder', { scopes: ['bindings:write'] })
    bind(engine, binder.user, 'subtree', firm, 'full')
    const reader = createUser(engine, firm, 'reader')
    const input = { user: reader, targetKind: 'account', target: account, alias: null, endsAt: null }
    const by = { actor: binder.actor }
    const { binding } = done<{ binding: Id }>(engine, 'bindings.create', { ...input, level: 'read_only' }, by)
    done(engine, 'bindings.update', { binding, level: 'close_only', alias: 'Mine' }, by)
    expect(refusedWith(engine, 'bindings.create', { ...input, level: 'close_only' }, by)).toBe(
      'binding_exists',
    )
    expect(
      refusedWith(
        engine,
        'bindings.create',
        { ...input, targetKind: 'subtree', target: house, level: 'full' },
        by,
      ),
    ).toBe('not_visible')
    expect(refusedWith(engine, 'bindings.update', { binding, version: 1 }, by)).toBe('version_mismatch')
  })

  test('roles of a party: scopes within the own, names once, gone only when nobody has them', () => {
    const { engine, firm, other, by } = world()
    const role = {
      party: firm,
      name: 'desk',
      title: 'Desk',
      scopes: ['orders:read'],
      subtreeLevel: 'read_only',
    }
    const { role: id } = done<{ role: Id }>(engine, 'roles.create', role, by)
    expect(refusedWith(engine, 'roles.create', role, by)).toBe('name_taken')
    expect(refusedWith(engine, 'roles.create', { ...role, name: 'operator' }, by)).toBe('name_taken')
    expect(refusedWith(engine, 'roles.create', { ...role, name: 'x', scopes: ['kyc:decide'] }, by)).toBe(
      'grant_exceeds_own',
    )
    const user = createUser(engine, firm, 'desk-user', { roles: ['desk'] }, by)
    expect(refusedWith(engine, 'users.create', newUser(other, 'foreign', { roles: ['desk'] }))).toBe(
      'role_invalid',
    )
    const { access } = engine.rooms
    expect(access.scopesOfUser(user).names()).toEqual(['orders:read'])
    done(engine, 'roles.update', { role: id, scopes: ['orders:read', 'orders:write'], version: 1 }, by)
    expect(access.scopesOfUser(user).names()).toEqual(['orders:read', 'orders:write'])
    expect(refusedWith(engine, 'roles.update', { role: id, scopes: ['kyc:decide'] }, by)).toBe(
      'grant_exceeds_own',
    )
    expect(refusedWith(engine, 'roles.remove', { role: id }, by)).toBe('not_empty')
    done(engine, 'users.update', { user, roles: [] }, by)
    done(engine, 'roles.remove', { role: id }, by)
  })
})

describe('bindings end', () => {
  test('at their time, as an event', () => {
    const { engine, firm, account } = world()
    const user = createUser(engine, firm, 'temporary')
    expect(
      refusedWith(engine, 'bindings.create', {
        user,
        targetKind: 'account',
        target: account,
        level: 'full',
        alias: null,
        endsAt: START,
      }),
    ).toBe('malformed')
    bind(engine, user, 'account', account, 'full', { endsAt: later(1_000) })
    engine.takeBatch()
    engine.tick(later(999))
    expect(engine.rooms.access.abilities(user, { account })).not.toBe(0)
    engine.tick(later(1_000))
    expect(engine.rooms.access.abilities(user, { account })).toBe(0)
    expect(engine.takeBatch()?.events.map(({ kind }) => kind)).toEqual(['binding.ended'])
  })
})

describe('credentials', () => {
  test('two live keys, so that they can be rotated', () => {
    const { engine, firm, by } = world()
    const key = (kid: string) => ({ kid, algorithm: 'RS256', pem: 'PEM' })
    const client = newKey({ party: firm }, 'client', {
      kind: 'client',
      secretHash: null,
      publicKeys: [key('a')],
      scopes: ['orders:read'],
    })
    const { credential } = done<{ credential: Id }>(engine, 'credentials.create', client, by)
    done(engine, 'credentials.add_key', { credential, key: key('b') }, by)
    expect(refusedWith(engine, 'credentials.add_key', { credential, key: key('c') }, by)).toBe(
      'keys_exceeded',
    )
    done(engine, 'credentials.remove_key', { credential, kid: 'a' }, by)
    expect(refusedWith(engine, 'credentials.remove_key', { credential, kid: 'a' }, by)).toBe('malformed')
    expect(refusedWith(engine, 'credentials.add_key', { credential, key: key('b') }, by)).toBe('malformed')
    done(engine, 'credentials.add_key', { credential, key: key('c') }, by)
    const shown = answer<{ publicKeys: readonly { kid: string }[] }>(
      engine,
      'credentials.get',
      { credential },
      by,
    )
    expect(shown.publicKeys.map(({ kid }) => kid)).toEqual(['b', 'c'])
    expect(JSON.stringify(shown)).not.toContain('PEM')
  })

  test('refusals of credentials.create', () => {
    const { engine, firm, admin } = world()
    const create = (more: object) =>
      refusedWith(engine, 'credentials.create', { ...newKey({ user: admin.user }, 'new'), ...more } as never)
    expect(create({ clientId: 'key-admin' })).toBe('name_taken')
    expect(create({ clientId: 'with space' })).toBe('malformed')
    expect(create({ party: firm })).toBe('malformed')
    expect(create({ user: null })).toBe('malformed')
    expect(create({ secretHash: null })).toBe('malformed')
    expect(create({ expiresAt: START })).toBe('malformed')
    expect(create({ ipAddresses: ['10.0.0.0/33'] })).toBe('malformed')
    expect(create({ scopes: ['orders:read', 'orders:read'] })).toBe('malformed')
    expect(create({ user: 999_999 })).toBe('not_visible')
  })

  test('an expired one proves nobody, a revoked one takes its tokens with it', () => {
    const { engine, admin, by } = world()
    const credential = createKey(engine, { user: admin.user }, 'short', { expiresAt: later(10) })
    const { token } = done<{ token: Id }>(engine, 'tokens.issue', issue(credential))
    expect(
      refusedWith(engine, 'users.close', { user: 1 }, { actor: actorOf(credential), time: later(10) }),
    ).toBe('unauthenticated')
    done(engine, 'credentials.revoke', { credential }, by)
    expect(engine.rooms.identity.tokens.has(token as never)).toBe(false)
    expect(refusedWith(engine, 'credentials.revoke', { credential }, by)).toBe('transition_invalid')
    expect(refusedWith(engine, 'tokens.issue', issue(credential))).toBe('unauthenticated')
  })

  test('no number of failures locks it, as others know its id and nobody guesses its secret', () => {
    const { engine, admin } = world()
    const { credential } = admin
    for (let failure = 1; failure <= 100; failure += 1) {
      const { failuresInARow } = done<{ failuresInARow: number }>(engine, 'signins.record', {
        credential,
        success: false,
      })
      expect(failuresInARow).toBe(failure)
    }
    done(engine, 'tokens.issue', issue(credential))
    expect(done(engine, 'signins.record', { credential, success: true })).toEqual({ failuresInARow: 0 })
  })

  test('addresses and ranges, in both families', () => {
    expect(isAddressAllowed([], 'anything')).toBe(true)
    expect(isAddressAllowed(['192.0.2.0/24'], '192.0.2.255')).toBe(true)
    expect(isAddressAllowed(['192.0.2.0/24'], '192.0.3.0')).toBe(false)
    expect(isAddressAllowed(['192.0.2.7'], '::ffff:192.0.2.7')).toBe(true)
    expect(isAddressAllowed(['2001:db8::/32'], '2001:db8:1::1')).toBe(true)
    expect(isAddressAllowed(['2001:db8::/32'], '2001:db9::1')).toBe(false)
    expect(isAddressAllowed(['0.0.0.0/0'], '::1')).toBe(false)
    expect(isAddressAllowed(['192.0.2.7'], '192.0.2.7x')).toBe(false)
  })
})

describe('tokens', () => {
  test('only the server issues them', () => {
    const { engine, admin, by } = world()
    expect(refusedWith(engine, 'tokens.issue', issue(admin.credential), by)).toBe('scope_missing')
  })

  test('an assertion is good once, until it could not be accepted anyway', () => {
    const { engine, admin } = world()
    const { credential } = admin
    const assertion = issue(credential, { use: `${credential}:jti-1`, useExpiresAt: later(300) })
    done(engine, 'tokens.issue', assertion)
    expect(refusedWith(engine, 'tokens.issue', assertion)).toBe('assertion_replayed')
    const restarted = new Engine()
    restarted.image.apply(engine.takeBatch()!.images, engine.image.head)
    expect(refusedWith(restarted, 'tokens.issue', assertion)).toBe('assertion_replayed')
    expect(refusedWith(engine, 'tokens.issue', assertion, { time: later(300) })).toBe('credential_invalid')
    expect(refusedWith(engine, 'tokens.issue', { ...assertion, useExpiresAt: null })).toBe('malformed')
    expect(engine.rooms.identity.assertions.size).toBe(0)
  })

  test('belong to one surface, ask for no more than the chain has, and end with their parent', () => {
    const { engine, admin, other } = world()
    const { credential } = admin
    expect(refusedWith(engine, 'tokens.issue', issue(credential, { surface: 'saxo' }))).toBe(
      'credential_invalid',
    )
    expect(refusedWith(engine, 'tokens.issue', issue(credential, { scopes: ['kyc:decide'] }))).toBe(
      'scope_missing',
    )
    expect(
      refusedWith(engine, 'tokens.issue', issue(credential, { account: openAccount(engine, other, 'x') })),
    ).toBe('not_visible')
    expect(refusedWith(engine, 'tokens.issue', issue(credential, { user: 999_999 }))).toBe('not_visible')
    const parent = done<{ token: Id }>(
      engine,
      'tokens.issue',
      issue(credential, { expiresAt: later(100) }),
    ).token
    const child = done<{ token: Id; expiresAt: number }>(
      engine,
      'tokens.issue',
      issue(credential, { parent, expiresAt: later(500) }),
    )
    expect(child.expiresAt).toBe(later(100))
    let link = child.token
    for (let links = 2; links < TOKEN_CHAIN_MAX; links += 1)
      link = done<{ token: Id }>(engine, 'tokens.issue', issue(credential, { parent: link })).token
    expect(refusedWith(engine, 'tokens.issue', issue(credential, { parent: link }))).toBe('limit_reached')
    done(engine, 'tokens.revoke', { token: parent })
    expect(engine.rooms.identity.tokens.size).toBe(0)
  })
})

describe('limits, at the edge and beyond', () => {
  test('lists', () => {
    const { engine, firm } = world()
    expect(SCOPES.length).toBeLessThanOrEqual(SCOPES_OF_LIST_MAX)
    createUser(engine, firm, 'all', { scopes: SCOPES })
    const many = Array.from({ length: SCOPES_OF_LIST_MAX + 1 }, () => 'orders:read')
    expect(refusedWith(engine, 'users.create', newUser(firm, 'x', { scopes: many }))).toBe('malformed')
    const roles = Array.from({ length: ROLES_OF_USER_MAX + 1 }, (_, index) => {
      const name = `role-${index}`
      done(engine, 'roles.create', { party: firm, name, title: name, scopes: [], subtreeLevel: null })
      return name
    })
    createUser(engine, firm, 'most', { roles: roles.slice(1) })
    expect(refusedWith(engine, 'users.create', newUser(firm, 'x', { roles }))).toBe('malformed')
    const addresses = Array.from({ length: IP_ADDRESSES_MAX + 1 }, (_, index) => `10.0.0.${index}`)
    const credential = createKey(engine, { party: firm }, 'k', { ipAddresses: addresses.slice(1) })
    expect(refusedWith(engine, 'credentials.update', { credential, ipAddresses: addresses })).toBe(
      'malformed',
    )
  })

  test('roles of a party, credentials of a user, tokens of a credential', () => {
    const { engine, firm, admin } = world()
    const role = (index: number) => ({
      party: firm,
      name: `r${index}`,
      title: 'R',
      scopes: [],
      subtreeLevel: null,
    })
    for (let index = 0; index < ROLES_OF_PARTY_MAX; index += 1) done(engine, 'roles.create', role(index))
    expect(refusedWith(engine, 'roles.create', role(ROLES_OF_PARTY_MAX))).toBe('limit_reached')
    for (let index = 1; index < CREDENTIALS_OF_USER_MAX; index += 1)
      createKey(engine, { user: admin.user }, `k${index}`)
    expect(refusedWith(engine, 'credentials.create', newKey({ user: admin.user }, 'k'))).toBe('limit_reached')
    for (let index = 0; index < TOKENS_OF_CREDENTIAL_MAX; index += 1)
      done(engine, 'tokens.issue', issue(admin.credential))
    expect(refusedWith(engine, 'tokens.issue', issue(admin.credential))).toBe('limit_reached')
  })

  test('users of a party', () => {
    const { engine, other } = world()
    for (let index = 0; index < USERS_OF_PARTY_MAX; index += 1) createUser(engine, other, `u${index}`)
    expect(refusedWith(engine, 'users.create', newUser(other, 'u'))).toBe('limit_reached')
  })

  test('bindings of a user', () => {
    const { engine, other, firm } = world()
    const user = createUser(engine, firm, 'busy')
    for (let index = 0; index < BINDINGS_OF_USER_MAX; index += 1)
      bind(engine, user, 'account', openAccount(engine, other, `a${index}`), 'read_only')
    const target = openAccount(engine, other, 'a')
    const input = { user, targetKind: 'account', target, level: 'full', alias: null, endsAt: null }
    expect(refusedWith(engine, 'bindings.create', input)).toBe('limit_reached')
  })
})

describe('questions', () => {
  test('whoami needs no scope, and shows no secret', () => {
    const { engine, firm, house } = world()
    const { user, actor } = createPerson(engine, firm, 'nobody', { sealedEmail: 'sealed' })
    const shown = answer<object>(engine, 'identity.whoami', {}, { actor })
    expect(shown).toMatchObject({
      user: { id: user, name: 'nobody' },
      party: { id: firm },
      owners: [{ id: house }],
      scopes: [],
    })
    expect(JSON.stringify(shown)).not.toContain('sealed')
    expect(answer<{ items: readonly object[] }>(engine, 'identity.users', {}, { actor }).items).toHaveLength(
      1,
    )
    expect(answer<{ items: readonly object[] }>(engine, 'identity.accounts', {}, { actor }).items).toEqual([])
  })

  test('who can: those whom the asker sees by name, the others counted, each with the lock that says no', () => {
    const { engine, house, firm, account, admin, by } = world()
    createUser(engine, house, 'above', { roles: ['operator'] })
    const trader = createUser(engine, firm, 'trader', { roles: ['trading_user'], account })
    done(engine, 'users.suspend', { user: trader }, by)
    const shown = answer<object>(
      engine,
      'access.who_can',
      { ability: 'trade', target: { account }, scope: 'orders:write' } as never,
      by,
    )
    expect(shown).toMatchObject({
      hidden: 1,
      items: [
        { user: admin.user, isAllowed: true, shut: null },
        { user: trader, isAllowed: false, shut: { lock: 'credential', code: 'actor_suspended' } },
      ],
    })
  })

  test('explain names all five locks; a foreign target is like none', () => {
    const { engine, firm, other, account, admin, by } = world()
    const reader = createUser(engine, firm, 'reader', { roles: ['supervisor'] })
    const explain = (more: object) =>
      ({ user: reader, scope: 'orders:write', ability: 'trade', target: { account }, ...more }) as never
    const { locks, isAllowed } = answer<{
      isAllowed: boolean
      locks: readonly { lock: string; isOpen: boolean; code: string }[]
    }>(engine, 'access.explain', explain({}), by)
    expect(isAllowed).toBe(false)
    expect(locks.map(({ lock, isOpen, code }) => [lock, isOpen, code])).toEqual([
      ['credential', false, 'scope_missing'],
      ['reach', true, null],
      ['level', false, 'level_insufficient'],
      ['state', true, null],
      ['permission', true, null],
    ])
    const foreign = openAccount(engine, other, 'foreign')
    const read = (input: never) => engine.read('access.explain', admin.actor, input, START)
    expect(read(explain({ target: { account: foreign } }))).toEqual(
      read(explain({ target: { account: 999_999 } })),
    )
    const own = (id: number) => read(explain({ user: admin.user, target: { account: id } }))
    expect(own(foreign)).toEqual(own(999_999))
    expect(read(explain({ user: 999_999 }))).toMatchObject({ refusal: { code: 'not_visible' } })
  })

  test('lists are paged by id', () => {
    const { engine, house, firm, by } = world()
    for (const name of ['b', 'c', 'd']) createUser(engine, firm, name)
    type Names = { readonly items: readonly { readonly name: string }[]; readonly next: number | null }
    const page = (more: object) => answer<Names>(engine, 'users.list', { under: house, ...more } as never)
    const first = page({ limit: 3 })
    expect(first.items.map(({ name }) => name)).toEqual(['admin', 'b', 'c'])
    const second = page({ limit: 3, after: first.next })
    expect([second.items.map(({ name }) => name), second.next]).toEqual([['d'], null])
    expect(page({ search: 'ADM' }).items).toHaveLength(1)
    expect(engine.read('users.list', by.actor, { under: house }, START)).toMatchObject({
      refusal: { code: 'not_visible' },
    })
    expect(engine.read('users.list', { kind: 'system' }, { under: house, limit: 0 }, START)).toMatchObject({
      refusal: { code: 'malformed' },
    })
  })
})

test('nothing secret stands in any event or answer', () => {
  const { engine, firm, admin } = world()
  createUser(engine, firm, 'private', { sealedEmail: 'SEALED-EMAIL' })
  createKey(engine, { user: admin.user }, 'secret', { secretHash: 'SECRET-HASH' })
  run(engine, 'users.set_password', { user: admin.user, passwordHash: 'PASSWORD-HASH' })
  const events = JSON.stringify(engine.takeBatch()?.events)
  const answers = JSON.stringify([
    answer(engine, 'users.list', { under: firm }),
    answer(engine, 'credentials.list', { user: admin.user }),
  ])
  for (const secret of ['SEALED-EMAIL', 'SECRET-HASH', 'PASSWORD-HASH'])
    expect(events + answers).not.toContain(secret)
})
