// Second factors: whose they are, how they come and go, what uses them up and what locks them.
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { UserId } from '../identity/index.js'
import { after, type Id, type Instant, MINUTE, type Plain, SECOND } from '../image/index.js'
import { actorOf, createKey, createPerson, createUser } from '../testing/people.js'
import { answer, createParty, done, openBook, refusedWith, run, START, type With } from '../testing/world.js'

const NEW = {
  kind: 'totp',
  name: 'phone',
  assignments: ['login', 'account', 'wallet', 'admin'],
  sealedSecret: 'SEALED-SECRET',
  registrationChallenge: null,
  isProven: false,
}
const KEY = {
  ...NEW,
  kind: 'security_key',
  name: 'key',
  sealedSecret: null,
  registrationChallenge: 'CHALLENGE',
}

function world() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'firm')
  const admin = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  const person = createPerson(engine, firm, 'person', { scopes: ['credentials:read', 'credentials:write'] })
  const by: With = { actor: person.actor }
  const begin = (more: object = {}, options: With = by): Id =>
    done<{ factor: Id }>(engine, 'factors.begin', { ...NEW, user: person.user, ...more } as never, options)
      .factor
  const beginRefused = (more: object, options: With = by) =>
    refusedWith(engine, 'factors.begin', { ...NEW, user: person.user, ...more } as never, options)
  const confirmed = (more: object = {}): Id => {
    const factor = begin(more)
    done(engine, 'factors.confirm', { factor, proof: { step: 100 } }, by)
    return factor
  }
  const list = () =>
    answer<{ items: readonly { readonly [key: string]: Plain }[] }>(
      engine,
      'factors.list',
      { user: person.user },
      by,
    ).items
  return { engine, house, firm, admin, person, by, begin, beginRefused, confirmed, list }
}

const use = (factor: Id, step: number, challenge: Plain = null) => ({
  factor,
  step,
  signatures: null,
  challenge,
})
const at = (microseconds: number): With => ({ time: after(START, microseconds) })

describe('registering', () => {
  test('in two steps; what is shown has neither secret nor key', () => {
    const { engine, person, by, begin, list } = world()
    const factor = begin()
    expect(list()).toEqual([
      {
        id: factor,
        user: person.user,
        kind: 'totp',
        name: 'phone',
        assignments: ['login', 'account', 'wallet', 'admin'],
        keyId: null,
        signatures: 0,
        lastStep: 0,
        isConfirmed: false,
        expiresAt: after(START, 10 * MINUTE),
        lastUsedAt: null,
        version: 1,
        createdAt: START,
      },
    ])
    expect(engine.rooms.identity.factors.assignmentsOf(person.user)).toEqual([])
    expect(done(engine, 'factors.confirm', { factor, proof: { step: 7 } }, by)).toEqual({
      factor,
      version: 2,
    })
    expect(list()[0]).toMatchObject({ isConfirmed: true, expiresAt: null, lastStep: 7 })
    expect(engine.rooms.identity.factors.assignmentsOf(person.user)).toEqual(NEW.assignments)
    expect(refusedWith(engine, 'factors.confirm', { factor, proof: { step: 8 } }, by)).toBe(
      'transition_invalid',
    )
    const events = engine.takeBatch()?.events ?? []
    expect(events.filter(({ kind }) => kind.startsWith('factor.')).map(({ kind }) => kind)).toEqual([
      'factor.begun',
      'factor.confirmed',
    ])
    expect(JSON.stringify(events, (_key, value) => (typeof value === 'bigint' ? 0 : value))).not.toContain(
      'SEALED',
    )
  })

  test('what nobody confirms within ten minutes is forgotten', () => {
    const { engine, begin, list } = world()
    begin()
    engine.tick(after(START, 10 * MINUTE - 1))
    expect(list()).toHaveLength(1)
    engine.tick(after(START, 10 * MINUTE))
    expect(list()).toHaveLength(0)
  })

  test('a security key brings its own name for its key, which nobody else has', () => {
    const { engine, by, begin, list } = world()
    const proof = { keyId: 'KEY-1', publicKey: 'PUBLIC', signatures: 3 }
    const factor = begin(KEY)
    expect(refusedWith(engine, 'factors.confirm', { factor, proof: { step: 1 } }, by)).toBe('malformed')
    const confirm = (more: object) =>
      refusedWith(engine, 'factors.confirm', { factor, proof: { ...proof, ...more } }, by)
    expect(confirm({ keyId: '' })).toBe('malformed')
    expect(confirm({ keyId: 'x'.repeat(1_365) })).toBe('malformed')
    expect(confirm({ publicKey: 'x'.repeat(8_193) })).toBe('malformed')
    const longest = { keyId: 'x'.repeat(1_364), publicKey: 'x'.repeat(8_192), signatures: 0 }
    done(engine, 'factors.confirm', { factor, proof: longest }, by)
    expect(list()[0]).toMatchObject({ keyId: longest.keyId, isConfirmed: true })
    expect(list()[0]).not.toHaveProperty('publicKey')
    const second = begin({ ...KEY, name: 'second', isProven: true })
    expect(refusedWith(engine, 'factors.confirm', { factor: second, proof: longest }, by)).toBe('name_taken')
    done(engine, 'factors.confirm', { factor: second, proof }, by)
  })

  test('it is the user’s own: neither an administrator nor who acts in its name sets one up', () => {
    const { engine, firm, admin, person, begin, beginRefused } = world()
    const other = { actor: admin.actor }
    expect(beginRefused({}, other)).toBe('level_insufficient')
    const ofFirm = createKey(engine, { party: firm }, 'firm-key', { scopes: ['credentials:write'] })
    const inItsName = { actor: actorOf(ofFirm, { actingUser: person.user }) }
    expect(beginRefused({}, inItsName)).toBe('level_insufficient')
    const factor = begin()
    for (const options of [other, inItsName]) {
      const confirm = { factor, proof: { step: 1 } }
      expect(refusedWith(engine, 'factors.confirm', confirm, options)).toBe('level_insufficient')
      const remove = { factor, isProven: true }
      expect(refusedWith(engine, 'factors.remove', remove, options)).toBe('level_insufficient')
    }
  })

  test('what is malformed, and a name that is taken', () => {
    const { engine, person, begin, beginRefused } = world()
    expect(beginRefused({ name: '' })).toBe('malformed')
    expect(beginRefused({ name: 'x'.repeat(65) })).toBe('malformed')
    expect(beginRefused({ assignments: [] })).toBe('malformed')
    expect(beginRefused({ assignments: ['everything'] })).toBe('malformed')
    expect(beginRefused({ assignments: ['login', 'login'] })).toBe('malformed')
    expect(beginRefused({ sealedSecret: null })).toBe('malformed')
    expect(beginRefused({ registrationChallenge: 'X' })).toBe('malformed')
    expect(beginRefused({ kind: 'security_key' })).toBe('malformed')
    begin({ name: 'x'.repeat(64) })
    expect(beginRefused({ name: 'x'.repeat(64) })).toBe('name_taken')
    done(engine, 'users.close', { user: person.user })
    expect(refusedWith(engine, 'factors.begin', { ...NEW, user: person.user })).toBe('transition_invalid')
  })

  test('a user has at most ten, those not confirmed among them', () => {
    const { begin, beginRefused } = world()
    for (let number = 1; number <= 10; number += 1) begin({ name: `phone ${number}` })
    expect(beginRefused({ name: 'phone 11' })).toBe('limit_reached')
  })
})

describe('changing', () => {
  test('who has one needs it to add, to change and to remove', () => {
    const { engine, by, begin, beginRefused, confirmed, list } = world()
    const factor = confirmed()
    expect(beginRefused({ name: 'other' })).toBe('second_factor_required')
    begin({ name: 'other', isProven: true })
    const update = (more: object) =>
      refusedWith(engine, 'factors.update', { factor, isProven: true, ...more }, by)
    expect(update({ isProven: false, name: 'x' })).toBe('second_factor_required')
    expect(update({ name: 'other' })).toBe('name_taken')
    expect(update({ name: '' })).toBe('malformed')
    expect(update({ assignments: [] })).toBe('malformed')
    expect(update({ version: 1 })).toBe('version_mismatch')
    expect(update({ factor: list()[1]?.id as Id })).toBe('transition_invalid')
    const changed = { factor, name: 'phone', assignments: ['wallet'], isProven: true, version: 2 }
    expect(done(engine, 'factors.update', changed, by)).toEqual({ factor, version: 3 })
    expect(list()[0]).toMatchObject({ assignments: ['wallet'] })
    const remove = { factor, isProven: false }
    expect(refusedWith(engine, 'factors.remove', remove, by)).toBe('second_factor_required')
    done(engine, 'factors.remove', { ...remove, isProven: true }, by)
    expect(list().map(({ name }) => name)).toEqual(['other'])
  })

  test('an administrator resets them all and lifts the lock; nobody its own', () => {
    const { engine, firm, house, admin, person, by, confirmed, begin, list } = world()
    confirmed()
    begin({ name: 'other', isProven: true })
    for (let failure = 1; failure <= 5; failure += 1)
      done(engine, 'factors.fail', { user: person.user, challenge: null })
    const { user } = person
    expect(refusedWith(engine, 'factors.reset', { user }, by)).toBe('scope_missing')
    expect(refusedWith(engine, 'factors.reset', { user: admin.user }, { actor: admin.actor })).toBe(
      'transition_invalid',
    )
    const stranger = createPerson(engine, createParty(engine, house, 'other'), 'stranger', {
      roles: ['firm_administrator'],
    })
    expect(refusedWith(engine, 'factors.reset', { user }, { actor: stranger.actor })).toBe('not_visible')
    // Who may do more than the administrator is not its to lay open.
    const stronger = createUser(engine, firm, 'stronger', { scopes: ['kyc:decide'] })
    expect(refusedWith(engine, 'factors.reset', { user: stronger }, { actor: admin.actor })).toBe(
      'grant_exceeds_own',
    )
    expect(done(engine, 'factors.reset', { user }, { actor: admin.actor })).toEqual({ user, removed: 2 })
    expect(list()).toEqual([])
    expect(engine.rooms.identity.factors.failures.size).toBe(0)
  })

  test('a reset waits for a second person where rights do', () => {
    const { engine, firm, admin, person, confirmed, list } = world()
    confirmed()
    const value = { money: 'never', rights: 'always', corrections: 'never' }
    done(engine, 'settings.set', { node: firm, name: 'approvals.policy', value, from: null })
    const asked = done<Plain>(engine, 'factors.reset', { user: person.user }, { actor: admin.actor })
    expect(asked).toHaveProperty('approval')
    expect(list()).toHaveLength(1)
  })
})

describe('using', () => {
  test('a code counts once, and none of an earlier step after it', () => {
    const { engine, confirmed, list } = world()
    const factor = confirmed()
    expect(refusedWith(engine, 'factors.use', use(factor, 100))).toBe('second_factor_used')
    done(engine, 'factors.use', use(factor, 102))
    for (const step of [102, 101, 1])
      expect(refusedWith(engine, 'factors.use', use(factor, step))).toBe('second_factor_used')
    done(engine, 'factors.use', use(factor, 103), at(SECOND))
    expect(list()[0]).toMatchObject({ lastStep: 103, lastUsedAt: after(START, SECOND) })
  })

  test('one that is not confirmed, or is not there, does not count', () => {
    const { engine, begin } = world()
    expect(refusedWith(engine, 'factors.use', use(begin(), 1))).toBe('second_factor_invalid')
    expect(refusedWith(engine, 'factors.use', use(999_999 as Id, 1))).toBe('not_visible')
    expect(refusedWith(engine, 'factors.fail', { user: 999_999, challenge: null })).toBe('not_visible')
  })

  test('a challenge is answered once, rightly or not, and not after its time', () => {
    const { engine, person, confirmed } = world()
    const factor = confirmed()
    const challenge = (name: string, expiresAt: Instant = after(START, MINUTE)) => ({ use: name, expiresAt })
    done(engine, 'factors.use', use(factor, 101, challenge('one')))
    expect(refusedWith(engine, 'factors.use', use(factor, 102, challenge('one')))).toBe('second_factor_used')
    done(engine, 'factors.fail', { user: person.user, challenge: challenge('two') })
    expect(refusedWith(engine, 'factors.use', use(factor, 102, challenge('two')))).toBe('second_factor_used')
    expect(refusedWith(engine, 'factors.use', use(factor, 102, challenge('late', START)))).toBe(
      'second_factor_used',
    )
    // What could not be answered any more anyway is forgotten.
    const { assertions } = engine.rooms.identity
    expect(assertions.size).toBe(2)
    engine.tick(after(START, MINUTE))
    expect(assertions.size).toBe(0)
  })

  test('five failures in a row lock for a minute, each further one for twice as long, up to an hour', () => {
    const { engine, person, confirmed } = world()
    const factor = confirmed()
    const failed = (time: Instant) =>
      done<{ failuresInARow: number; lockedUntil: Instant | null }>(
        engine,
        'factors.fail',
        { user: person.user, challenge: null },
        { time },
      )
    for (let failure = 1; failure <= 4; failure += 1)
      expect(failed(START)).toEqual({ failuresInARow: failure, lockedUntil: null })
    let time = START
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const { lockedUntil } = failed(time)
      expect(lockedUntil).toBe(after(time, minutes * MINUTE))
      const before = after(lockedUntil as Instant, -SECOND)
      expect(run(engine, 'factors.use', use(factor, 200), { time: before })).toMatchObject({
        refusal: { code: 'second_factor_locked', data: { waitSeconds: 1 } },
      })
      expect(
        refusedWith(engine, 'factors.fail', { user: person.user, challenge: null }, { time: before }),
      ).toBe('second_factor_locked')
      time = lockedUntil as Instant
    }
    done(engine, 'factors.use', use(factor, 200), { time })
    expect(failed(time)).toEqual({ failuresInARow: 1, lockedUntil: null })
  })

  test('only the server says what was right and what was wrong', () => {
    const { engine, person, confirmed } = world()
    const factor = confirmed()
    const operator = createPerson(engine, openedRoot(engine), 'root', { roles: ['operator'] })
    const options = { actor: operator.actor }
    expect(refusedWith(engine, 'factors.use', use(factor, 101), options)).toBe('scope_missing')
    expect(refusedWith(engine, 'factors.fail', { user: person.user, challenge: null }, options)).toBe(
      'scope_missing',
    )
    const asked = engine.read('factors.to_check', operator.actor, { user: person.user as UserId }, START)
    expect(asked).toMatchObject({ refusal: { code: 'scope_missing' } })
  })
})

const openedRoot = ({ rooms: { hierarchy } }: Engine) => hierarchy.parties.id(hierarchy.root)
