/** Keys of accounts: their numbers and limits, what each reaches, who may change them, and what a change takes away. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import { KEYS_OF_ACCOUNT_MAX } from '../../identity/index.js'
import { copyPrimary, type Id } from '../../image/index.js'
import { createAccountKey, MANAGING, newAccountKey, openDesk, tokenOf } from '../../testing/account-keys.js'
import { derivedHashOf, hashOf } from '../../testing/hash.js'
import { actorOf, bind, createKey, createPerson, createUser, newKey } from '../../testing/people.js'
import { answer, done, refusedWith, START, type With } from '../../testing/world.js'
import type { AccountKeyView } from './list.js'

const keysOf = (engine: Engine, account: Id, by: With = {}) =>
  answer<readonly AccountKeyView[]>(engine, 'account_keys.list', { account }, by)

const numbersOf = (engine: Engine, account: Id) => keysOf(engine, account).map(({ number }) => number)

const credentialOf = (engine: Engine, account: Id, number: number) => {
  const key = keysOf(engine, account).find((each) => each.number === number)
  if (key === undefined) throw new Error(`expected a key ${number}`)
  return key.credential
}

const reaches = (engine: Engine, credential: Id, target: object) =>
  engine.rooms.access.permits(
    actorOf(credential as never),
    null,
    [{ ability: 'read', target: target as never }],
    START,
  )

describe('numbers', () => {
  test('a credential of the surface is a key of the account that it speaks for', () => {
    const { engine, main, first, second, ownerKey, loginKey } = openDesk()
    expect(keysOf(engine, main)).toMatchObject([{ number: 1, clientId: 'owner-key', credential: ownerKey }])
    expect(keysOf(engine, first)).toMatchObject([{ number: 1, credential: loginKey, isEnabled: true }])
    expect(keysOf(engine, second)).toEqual([])
  })

  test('a user who reaches no account yet has a key of none, and other surfaces have no keys of accounts', () => {
    const { engine, party, main, owner } = openDesk()
    const user = createUser(engine, party, 'early')
    const credential = createKey(engine, { user }, 'early-key', { surface: 'deribit' })
    createKey(engine, { user: owner }, 'native-key')
    expect(engine.rooms.identity.accountAccess.keyOf(credential)).toBe(-1)
    expect(numbersOf(engine, main)).toEqual([1])
  })

  test('each account counts its own, up to eight, and a number is never given again', () => {
    const { engine, main, first, owner, ownerKey } = openDesk()
    const by = { actor: tokenOf(engine, ownerKey) }
    const left = KEYS_OF_ACCOUNT_MAX - 1
    for (let made = 1; made <= left; made += 1) createAccountKey(engine, main, `key-${made}`, by)
    expect(numbersOf(engine, main)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    const before = hashOf(engine.image)
    expect(refusedWith(engine, 'account_keys.create', newAccountKey(main, 'ninth'), by)).toBe('limit_reached')
    const tenth = newKey({ user: owner }, 'tenth', { surface: 'deribit' })
    expect(refusedWith(engine, 'credentials.create', tenth)).toBe('limit_reached')
    expect(hashOf(engine.image)).toBe(before)
    done(engine, 'account_keys.remove', { account: main, number: 8, address: null }, by)
    expect(createAccountKey(engine, main, 'again', by)).toBe(9)
    expect(createAccountKey(engine, first, 'of-sub', by)).toBe(2)
  })

  test('whoever makes and removes keys for ever is never full', () => {
    const { engine, main, ownerKey } = openDesk()
    const by = { actor: tokenOf(engine, ownerKey) }
    for (let round = 0; round < 60; round += 1) {
      const number = createAccountKey(engine, main, `round-${round}`, by)
      done(engine, 'account_keys.remove', { account: main, number, address: null }, by)
    }
    expect(numbersOf(engine, main)).toEqual([1])
  })
})

describe('reach', () => {
  test('a key of a subaccount reaches that alone, whoever made it; one of the main account what its user does', () => {
    const { engine, party, main, first, second, ownerKey } = openDesk()
    const by = { actor: tokenOf(engine, ownerKey, { account: first }) }
    const number = createAccountKey(engine, first, 'narrow', by, { scopes: MANAGING })
    const narrow = credentialOf(engine, first, number)
    expect(reaches(engine, narrow, { account: first })).toBe(true)
    for (const target of [{ account: main }, { account: second }, { party }])
      expect(reaches(engine, narrow, target)).toBe(false)
    const wide = credentialOf(
      engine,
      main,
      createAccountKey(engine, main, 'wide', { actor: tokenOf(engine, ownerKey) }),
    )
    for (const target of [{ account: main }, { account: second }, { party }])
      expect(reaches(engine, wide, target)).toBe(true)
  })

  test('its tokens are for no other account, and speak for its own', () => {
    const { engine, main, first, second, ownerKey } = openDesk()
    const number = createAccountKey(engine, first, 'narrow', { actor: tokenOf(engine, ownerKey) })
    const narrow = credentialOf(engine, first, number)
    for (const account of [main, second])
      expect(refusedWith(engine, 'tokens.issue', { ...issueFor(narrow), account })).toBe('not_visible')
    const actor = tokenOf(engine, narrow, { account: first })
    expect(answer(engine, 'accounts.of_key', {}, { actor })).toMatchObject({
      account: first,
      own: first,
      main,
      subaccounts: [first],
    })
  })

  test('a token for a subaccount makes and sees keys of that alone', () => {
    const { engine, main, first, ownerKey } = openDesk()
    const by = { actor: tokenOf(engine, ownerKey, { account: first }) }
    expect(refusedWith(engine, 'account_keys.create', newAccountKey(main, 'up'), by)).toBe('not_visible')
    expect(refusedWith(engine, 'account_keys.remove', { account: main, number: 1, address: null }, by)).toBe(
      'not_visible',
    )
  })
})

describe('who may', () => {
  test('nobody gives, changes or takes a key of more scopes than the own', () => {
    const { engine, main, ownerKey } = openDesk()
    const number = createAccountKey(
      engine,
      main,
      'trader',
      { actor: tokenOf(engine, ownerKey) },
      { scopes: ['orders:write'] },
    )
    const by = { actor: tokenOf(engine, ownerKey, { scopes: MANAGING }) }
    const key = { account: main, number, address: null }
    const before = hashOf(engine.image)
    const create = newAccountKey(main, 'more', { scopes: ['orders:write'] })
    expect(refusedWith(engine, 'account_keys.create', create, by)).toBe('grant_exceeds_own')
    for (const change of [
      { name: 'x' },
      { isEnabled: false },
      { scopes: ['accounts:read'] },
      { ipAddresses: [] },
    ])
      expect(refusedWith(engine, 'account_keys.update', { ...key, ...change }, by)).toBe('grant_exceeds_own')
    expect(
      refusedWith(engine, 'account_keys.reset', { ...key, secretHash: 'x', sealedSecret: 'y' }, by),
    ).toBe('grant_exceeds_own')
    expect(refusedWith(engine, 'account_keys.remove', key, by)).toBe('grant_exceeds_own')
    // The own key names no scopes: it is worth all that its user has.
    expect(
      refusedWith(engine, 'account_keys.update', { account: main, number: 1, address: null, name: 'x' }, by),
    ).toBe('grant_exceeds_own')
    expect(hashOf(engine.image)).toBe(before)
  })

  test('a key cannot be widened beyond the own scopes by changing it', () => {
    const { engine, main, ownerKey } = openDesk()
    const by = { actor: tokenOf(engine, ownerKey, { scopes: MANAGING }) }
    const number = createAccountKey(engine, main, 'small', by)
    const widen = { account: main, number, address: null, scopes: ['orders:write'] }
    expect(refusedWith(engine, 'account_keys.update', widen, by)).toBe('grant_exceeds_own')
    done(engine, 'account_keys.update', { ...widen, scopes: MANAGING }, by)
    expect(keysOf(engine, main)[1]?.scopes).toEqual(expect.arrayContaining(MANAGING))
  })

  test('reading is not enough, and the right to change keys is a scope', () => {
    const { engine, main, party, ownerKey } = openDesk()
    const reader = createPerson(engine, party, 'reader', { roles: ['firm_administrator'] })
    const watcher = createPerson(engine, party, 'watcher', { scopes: MANAGING })
    bind(engine, watcher.user, 'account', main, 'read_only')
    const key = newAccountKey(main, 'k')
    expect(refusedWith(engine, 'account_keys.create', key, { actor: watcher.actor })).toBe(
      'level_insufficient',
    )
    const narrow = { actor: tokenOf(engine, ownerKey, { scopes: ['accounts:read', 'credentials:read'] }) }
    expect(refusedWith(engine, 'account_keys.create', key, narrow)).toBe('scope_missing')
    expect(
      refusedWith(engine, 'account_keys.create', { ...key, surface: 'native' }, { actor: reader.actor }),
    ).toBe('malformed')
    expect(refusedWith(engine, 'account_keys.create', key)).toBe('malformed')
  })

  test("another user's key of a main account takes all that the user has; one of a subaccount does not", () => {
    const { engine, main, first, party } = openDesk()
    const manager = createPerson(engine, party, 'manager', {
      scopes: [...MANAGING, 'users:write', 'orders:read', 'orders:write', 'positions:read'],
    })
    for (const account of [main, first]) bind(engine, manager.user, 'account', account, 'full')
    const credential = createKey(engine, { user: manager.user }, 'manager-key', { surface: 'deribit' })
    const by = { actor: actorOf(credential) }
    const secret = { address: null, secretHash: 'x', sealedSecret: 'y' }
    expect(refusedWith(engine, 'account_keys.reset', { account: main, number: 1, ...secret }, by)).toBe(
      'grant_exceeds_own',
    )
    done(engine, 'account_keys.reset', { account: first, number: 1, ...secret }, by)
  })

  test('secrets are for the key itself and for those who could change it', () => {
    const { engine, main, ownerKey } = openDesk()
    const whole = { actor: tokenOf(engine, ownerKey) }
    createAccountKey(engine, main, 'trader', whole, { scopes: ['orders:write'] })
    createAccountKey(engine, main, 'reader', whole)
    const shown = (by: With) => keysOf(engine, main, by).map(({ isSecretShown }) => isSecretShown)
    expect(shown(whole)).toEqual([true, true, true])
    expect(shown({ actor: tokenOf(engine, ownerKey, { scopes: MANAGING }) })).toEqual([true, false, true])
    expect(shown({ actor: tokenOf(engine, ownerKey, { scopes: ['credentials:read'] }) })).toEqual([
      true,
      false,
      false,
    ])
    expect(shown({})).toEqual([false, false, false])
  })
})

describe('changes', () => {
  const made = () => {
    const desk = openDesk()
    const by = { actor: tokenOf(desk.engine, desk.ownerKey) }
    const number = createAccountKey(desk.engine, desk.main, 'changed', by)
    const credential = credentialOf(desk.engine, desk.main, number)
    const token = tokenOf(desk.engine, credential)
    const isAlive = () => desk.engine.rooms.access.chainFault(token, START) === null
    return { ...desk, by, key: { account: desk.main, number, address: '192.0.2.7' }, credential, isAlive }
  }
  const secret = { secretHash: 'other', sealedSecret: 'other' }

  test.each([
    ['disabled', 'account_keys.update', { isEnabled: false }],
    ['reset', 'account_keys.reset', secret],
    ['removed', 'account_keys.remove', {}],
  ] as const)('one that is %s loses its tokens', (_name, command, more) => {
    const { engine, by, key, isAlive, credential } = made()
    expect(isAlive()).toBe(true)
    done(engine, command, { ...key, ...more }, by)
    expect(isAlive()).toBe(false)
    expect(engine.rooms.identity.tokensOf.count(credential)).toBe(0)
  })

  test('one that is enabled again proves its holder, and brings no token back', () => {
    const { engine, by, key, isAlive, credential } = made()
    done(engine, 'account_keys.update', { ...key, isEnabled: false }, by)
    expect(refusedWith(engine, 'tokens.issue', issueFor(credential))).toBe('unauthenticated')
    done(engine, 'account_keys.update', { ...key, isEnabled: true }, by)
    expect(isAlive()).toBe(false)
    done(engine, 'tokens.issue', issueFor(credential))
  })

  test('names, addresses and features are checked', () => {
    const { engine, by, key } = made()
    const refused = (more: object) => refusedWith(engine, 'account_keys.update', { ...key, ...more }, by)
    expect(refused({ name: 'x'.repeat(17) })).toBe('malformed')
    for (const name of ['a b', 'ä', 'a-b']) expect(refused({ name })).toBe('malformed')
    expect(refused({ ipAddresses: ['nowhere'] })).toBe('malformed')
    expect(refused({ features: ['other'] })).toBe('malformed')
    expect(refused({ scopes: ['king:write'] })).toBe('malformed')
    expect(refused({ number: 99 })).toBe('not_visible')
    const features = ['block_trade_approval']
    done(
      engine,
      'account_keys.update',
      { ...key, name: 'x'.repeat(16), features, ipAddresses: ['203.0.113.0/24'] },
      by,
    )
    expect(keysOf(engine, key.account)[1]).toMatchObject({
      name: 'x'.repeat(16),
      features,
      ipAddresses: ['203.0.113.0/24'],
    })
    done(engine, 'account_keys.update', { ...key, name: '' }, by)
    expect(keysOf(engine, key.account)[1]?.name).toBe('')
  })

  test('a public key has no secret to be reset', () => {
    const { engine, by, main } = made()
    const publicKey = { kid: '1', algorithm: 'EdDSA', pem: 'pem' }
    const number = createAccountKey(engine, main, 'public', by, {
      publicKey,
      secretHash: null,
      sealedSecret: null,
    })
    expect(
      refusedWith(engine, 'account_keys.reset', { account: main, number, address: null, ...secret }, by),
    ).toBe('transition_invalid')
  })

  test('a revoked credential is no key of the account any more', () => {
    const { engine, main, credential } = made()
    done(engine, 'credentials.revoke', { credential })
    expect(numbersOf(engine, main)).toEqual([1])
  })

  test('the log of the account tells each change with where it came from', () => {
    const { engine, by, key } = made()
    done(
      engine,
      'account_keys.update',
      { ...key, scopes: ['accounts:read'], ipAddresses: ['203.0.113.8'], name: 'n' },
      by,
    )
    done(engine, 'account_keys.update', { ...key, scopes: ['accounts:read'], isEnabled: true }, by)
    done(engine, 'account_keys.update', { ...key, isEnabled: false }, by)
    done(engine, 'account_keys.update', { ...key, isEnabled: true }, by)
    done(engine, 'account_keys.reset', { ...key, ...secret }, by)
    done(engine, 'account_keys.remove', key, by)
    const told = engine.takeBatch()?.events.filter(({ kind }) => kind === 'access.recorded') ?? []
    expect(told.map(({ data }) => [data.number, data.result, data.address])).toEqual([
      [1, 'new_api_key', '192.0.2.1'],
      [2, 'changed_scope', '192.0.2.7'],
      [3, 'changed_whitelist', '192.0.2.7'],
      [4, 'disabled_api_key', '192.0.2.7'],
      [5, 'enabled_api_key', '192.0.2.7'],
      [6, 'reset_api_key', '192.0.2.7'],
      [7, 'removed_api_key', '192.0.2.7'],
    ])
    expect(new Set(told.map(({ data }) => data.about))).toEqual(new Set(['changed']))
  })

  test('what is derived of them is the same when it is made anew', () => {
    const { engine, by, key, main } = made()
    createAccountKey(engine, main, 'one-more', by)
    done(engine, 'account_keys.remove', key, by)
    const copy = new Engine()
    copyPrimary(engine.image, copy.image)
    expect(derivedHashOf(copy.image)).toBe(derivedHashOf(engine.image))
    expect(hashOf(copy.image)).toBe(hashOf(engine.image))
  })
})

const issueFor = (credential: Id) => ({
  credential,
  surface: 'deribit',
  audience: 'access',
  user: null,
  account: null,
  parent: null,
  scopes: null,
  use: null,
  useExpiresAt: null,
  expiresAt: null,
})

describe('credentials that are disabled', () => {
  test('prove nobody until they are enabled; whoever enables gives, whoever disables takes', () => {
    const { engine, party } = openDesk()
    const admin = createPerson(engine, party, 'admin', { roles: ['firm_administrator'] })
    const person = createPerson(engine, party, 'person', { scopes: ['accounts:read', 'credentials:write'] })
    const by = { actor: admin.actor }
    const { credential } = person
    done(engine, 'credentials.disable', { credential }, by)
    expect(engine.rooms.access.chainFault(person.actor, START)?.code).toBe('unauthenticated')
    expect(refusedWith(engine, 'credentials.enable', { credential }, { actor: person.actor })).toBe(
      'unauthenticated',
    )
    done(engine, 'credentials.enable', { credential }, by)
    expect(engine.rooms.access.chainFault(person.actor, START)).toBeNull()
    const weak = createPerson(engine, party, 'weak', { scopes: ['credentials:write'] })
    bind(engine, weak.user, 'subtree', party, 'full')
    done(engine, 'credentials.disable', { credential }, { actor: weak.actor })
    expect(refusedWith(engine, 'credentials.enable', { credential }, { actor: weak.actor })).toBe(
      'grant_exceeds_own',
    )
    done(engine, 'credentials.revoke', { credential }, by)
    for (const command of ['credentials.disable', 'credentials.enable'])
      expect(refusedWith(engine, command, { credential }, by)).toBe('transition_invalid')
  })
})
