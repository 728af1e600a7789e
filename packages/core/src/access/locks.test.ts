/** The five locks: who may do what where, as tables worked out by hand, and as laws over random worlds. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../engine/catalogue.js'
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { Ability, Id, Plain, Target } from '../image/index.js'
import { copyPrimary } from '../image/index.js'
import { derivedHashOf, hashOf } from '../testing/hash.js'
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
import { answer, createParty, done, openAccount, openBook, refusedWith, START } from '../testing/world.js'
import { ABILITIES } from './reach.js'
import { ABILITIES_OF_LEVEL, LEVELS, ROLES } from './scopes.js'

function world() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'firm')
  const desk = createParty(engine, firm, 'desk')
  const other = createParty(engine, house, 'other')
  const inside = openAccount(engine, desk, 'inside')
  const outside = openAccount(engine, other, 'outside')
  const bound = openAccount(engine, other, 'bound')
  return { engine, house, firm, desk, other, inside, outside, bound }
}

const ask = (
  engine: Engine,
  actor: Parameters<typeof engine.rooms.access.permit>[0],
  ability: Ability,
  target: Target,
) => {
  const answered = engine.rooms.access.permit(actor, null, [{ ability, target }], START)
  return 'permit' in answered ? 'allowed' : answered.refusal.code
}

describe('every role × inside, outside and bound × every ability', () => {
  for (const role of ROLES) {
    test(role.name, () => {
      const { engine, firm, inside, outside, bound } = world()
      const { user, actor } = createPerson(engine, firm, 'person', { roles: [role.name] })
      bind(engine, user, 'account', bound, 'close_only')
      const own = role.subtreeLevel === null ? [] : ABILITIES_OF_LEVEL[role.subtreeLevel]
      for (const ability of ABILITIES) {
        const expected =
          own.length === 0 ? 'not_visible' : own.includes(ability) ? 'allowed' : 'level_insufficient'
        expect([ability, ask(engine, actor, ability, { account: inside })]).toEqual([ability, expected])
        expect(ask(engine, actor, ability, { account: outside })).toBe('not_visible')
        expect(ask(engine, actor, ability, { account: bound })).toBe(
          ['read', 'report', 'reduce', 'cancel'].includes(ability) ? 'allowed' : 'level_insufficient',
        )
        expect(ask(engine, actor, ability, { account: 999_999 as Id })).toBe('not_visible')
      }
    })
  }
})

describe('scopes are what every link of the chain has', () => {
  test('user ∩ credential ∩ token', () => {
    const { engine, firm } = world()
    const user = createUser(engine, firm, 'person', { scopes: ['users:read', 'accounts:read', 'kyc:read'] })
    const credential = createKey(engine, { user }, 'narrow', {
      scopes: ['users:read', 'accounts:read', 'book:verify'],
    })
    const { token } = done<{ token: Id }>(
      engine,
      'tokens.issue',
      issue(credential, { scopes: ['users:read'] }),
    )
    const { access } = engine.rooms
    expect(access.scopesOf(actorOf(credential), START).names()).toEqual(['users:read', 'accounts:read'])
    expect(access.scopesOf(actorOf(credential, { token }), START).names()).toEqual(['users:read'])
    done(engine, 'users.update', { user, scopes: ['accounts:read'] })
    expect(access.scopesOf(actorOf(credential, { token }), START).names()).toEqual([])
    expect(access.scopesOf(actorOf(credential), START).names()).toEqual(['accounts:read'])
  })

  test('a credential of a party acts as users at or beneath it, and as nobody else', () => {
    const { engine, firm, desk, other, inside } = world()
    const trader = createUser(engine, desk, 'trader', { roles: ['trading_user'], account: inside })
    const stranger = createUser(engine, other, 'stranger')
    const credential = createKey(engine, { party: firm }, 'firm-client', { scopes: ['orders:write'] })
    const { access } = engine.rooms
    expect(ask(engine, actorOf(credential, { actingUser: trader }), 'trade', { account: inside })).toBe(
      'allowed',
    )
    expect(ask(engine, actorOf(credential), 'trade', { account: inside })).toBe('not_visible')
    expect(ask(engine, actorOf(credential, { actingUser: stranger }), 'read', 'self')).toBe('not_visible')
    expect(ask(engine, actorOf(credential, { actingUser: 999_999 as Id }), 'read', 'self')).toBe(
      'not_visible',
    )
    expect(access.scopesOf(actorOf(credential, { actingUser: trader }), START).names()).toEqual([
      'orders:write',
    ])
    const own = createKey(engine, { user: trader }, 'trader-key')
    const mate = createUser(engine, desk, 'mate')
    expect(ask(engine, actorOf(own, { actingUser: mate }), 'read', 'self')).toBe('not_visible')
  })

  test('a token for one account reaches that account alone', () => {
    const { engine, desk, inside } = world()
    const second = openAccount(engine, desk, 'second')
    const { credential } = createPerson(engine, desk, 'admin', { roles: ['firm_administrator'] })
    const { token } = done<{ token: Id }>(engine, 'tokens.issue', issue(credential, { account: inside }))
    const actor = actorOf(credential, { token })
    expect(ask(engine, actor, 'trade', { account: inside })).toBe('allowed')
    expect(ask(engine, actor, 'read', { account: second })).toBe('not_visible')
    expect(ask(engine, actor, 'read', { party: desk })).toBe('not_visible')
  })
})

describe('suspension and blocks count on the very next request', () => {
  const cases: readonly (readonly [string, string, (ids: Readonly<Record<string, Id>>) => Plain])[] = [
    ['a suspended user', 'users.suspend', ({ user }) => ({ user: user as Id })],
    ['a revoked credential', 'credentials.revoke', ({ credential }) => ({ credential: credential as Id })],
  ]
  for (const [what, command, input] of cases)
    test(what, () => {
      const { engine, firm, inside } = world()
      const { user, credential, actor } = createPerson(engine, firm, 'admin', {
        roles: ['firm_administrator'],
      })
      expect(ask(engine, actor, 'read', { account: inside })).toBe('allowed')
      done(engine, command, input({ user, credential }))
      const code = command === 'users.suspend' ? 'actor_suspended' : 'unauthenticated'
      expect(ask(engine, actor, 'read', { account: inside })).toBe(code)
      expect(ask(engine, actor, 'read', 'self')).toBe(code)
    })

  test('a party that is not active suspends all actors beneath it, however many such parties there are', () => {
    const { engine, house, firm, desk, inside } = world()
    const { actor } = createPerson(engine, desk, 'trader', { account: inside })
    const { parties } = engine.rooms.hierarchy
    const many = Array.from({ length: 6 }, (_, index) => createParty(engine, house, `extra${index}`))
    for (const party of many) {
      parties.status.set(parties.row(party), 'suspended')
      expect(ask(engine, actor, 'trade', { account: inside })).toBe('allowed')
    }
    parties.status.set(parties.row(firm), 'suspended')
    expect(ask(engine, actor, 'trade', { account: inside })).toBe('actor_suspended')
    parties.status.set(parties.row(firm), 'active')
    expect(ask(engine, actor, 'trade', { account: inside })).toBe('allowed')
  })

  test('login and whole blocks on the user, and login blocks on its owners but the operator', () => {
    const { engine, house, firm, desk, inside } = world()
    const { user, actor } = createPerson(engine, desk, 'trader', { account: inside })
    const { blocks } = engine.rooms.hierarchy
    const blocked = (target: Id, kind: 'login' | 'whole' | 'trading') => {
      const id = engine.image.newId<never>()
      blocks.insert(id, { target, kind, setBy: null, reason: 'test', until: null, createdAt: START })
      const code = ask(engine, actor, 'read', { account: inside })
      blocks.remove(blocks.row(id))
      return code
    }
    expect(blocked(user, 'login')).toBe('actor_suspended')
    expect(blocked(user, 'whole')).toBe('actor_suspended')
    expect(blocked(user, 'trading')).toBe('allowed')
    expect(blocked(firm, 'login')).toBe('actor_suspended')
    expect(blocked(desk, 'login')).toBe('actor_suspended')
    expect(blocked(house, 'login')).toBe('allowed')
  })
})

test('what the account itself forbids, nobody does', () => {
  const { engine, firm, desk } = world()
  const account = openAccount(engine, desk, 'careful', { attributes: { forbidden: ['trade'] } })
  const { actor } = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  expect(ask(engine, actor, 'trade', { account })).toBe('permission_missing')
  expect(ask(engine, actor, 'reduce', { account })).toBe('allowed')
})

test('an account that is not approved yet is read, not dealt with', () => {
  const { engine, firm, desk } = world()
  const account = openAccount(engine, desk, 'waiting', { needsClearing: true })
  const { actor } = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  expect(ask(engine, actor, 'transfer', { account })).toBe('account_not_active')
  expect(ask(engine, actor, 'read', { account })).toBe('allowed')
})

test('more subtrees than are compared one by one give the same reach', () => {
  const { engine, house, other, outside } = world()
  const { user, actor } = createPerson(engine, house, 'person')
  for (let index = 0; index < 8; index += 1)
    bind(engine, user, 'subtree', createParty(engine, house, `p${index}`), 'read_only')
  expect(ask(engine, actor, 'read', { account: outside })).toBe('not_visible')
  const binding = bind(engine, user, 'subtree', other, 'transfers_only')
  expect(ask(engine, actor, 'transfer', { account: outside })).toBe('allowed')
  done(engine, 'bindings.update', { binding, level: 'reports_only' })
  expect(ask(engine, actor, 'transfer', { account: outside })).toBe('level_insufficient')
  done(engine, 'bindings.remove', { binding })
  expect(ask(engine, actor, 'report', { account: outside })).toBe('not_visible')
})

describe('the system', () => {
  test('is answered like anybody else about what is not there', () => {
    const { engine } = world()
    const nothing = 999_999 as Id
    expect(refusedWith(engine, 'users.create', newUser(nothing as never, 'x'))).toBe('not_visible')
    expect(refusedWith(engine, 'users.suspend', { user: nothing })).toBe('not_visible')
    expect(refusedWith(engine, 'credentials.create', newKey({ user: nothing as never }, 'x'))).toBe(
      'not_visible',
    )
    for (const command of [
      'credentials.revoke',
      'tokens.issue',
      'tokens.revoke',
      'bindings.remove',
      'roles.remove',
    ])
      expect(
        refusedWith(engine, command, {
          ...issue(nothing),
          token: nothing,
          binding: nothing,
          role: nothing,
        }),
      ).toBe('not_visible')
    for (const command of ['webhooks.remove', 'kyc.decide', 'signins.record'])
      expect(
        refusedWith(engine, command, {
          webhook: nothing,
          application: nothing,
          decision: 'accept',
          credential: nothing,
          success: true,
        }),
      ).toBe('not_visible')
  })
})

describe('read-only credentials try every write', () => {
  /** Any input will do: the locks stand before it is looked at. */
  const anyInput = (ids: Readonly<Record<string, Id>>): Plain =>
    ({
      ...newUser(ids.party as never, 'x'),
      ...newKey({ user: ids.user as never }, 'x'),
      ...ids,
      target: ids.account as Id,
      targetKind: 'account',
      level: 'read_only',
      from: ids.account as Id,
      to: ids.account as Id,
      entries: [{ account: ids.account as Id }],
      items: [],
    }) as unknown as Plain

  for (const role of ['supervisor', 'drop_copy_user', 'introducing_broker']) {
    test(role, () => {
      const { engine, firm, desk, inside } = world()
      const { actor } = createPerson(engine, firm, 'reader', { roles: [role] })
      const victim = createPerson(engine, desk, 'victim', { account: inside })
      const before = hashOf(engine.image)
      const ids = {
        party: desk,
        owner: desk,
        firm: desk,
        node: desk,
        under: desk,
        user: victim.user,
        account: inside,
        credential: victim.credential,
      }
      for (const name of COMMANDS.keys()) {
        if (name === 'book.open') continue
        expect([name, refusedWith(engine, name, anyInput(ids), { actor })]).toEqual([
          name,
          expect.stringMatching(/^(?:scope_missing|level_insufficient|not_visible)$/),
        ])
      }
      expect(hashOf(engine.image)).toBe(before)
    })
  }
})

describe('laws over random worlds', () => {
  const step = fc.record({
    user: fc.nat(3),
    target: fc.nat(5),
    level: fc.constantFrom(...LEVELS),
    change: fc.constantFrom('bind', 'bind', 'unbind', 'relevel'),
  })
  const abilitiesEverywhere = (engine: Engine, users: readonly Id[], targets: readonly Target[]) =>
    users.flatMap((user) => targets.map((target) => engine.rooms.access.abilities(user as never, target)))

  test('revoking never grants, explaining agrees with authorizing, and reach equals its rebuilding', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const { engine, house, firm, desk, other, inside, outside } = world()
        const people = [0, 1, 2, 3].map((index) =>
          createPerson(engine, index % 2 === 0 ? firm : other, `u${index}`, { scopes: ['accounts:read'] }),
        )
        const targets: readonly Target[] = [
          { party: house },
          { party: firm },
          { party: desk },
          { party: other },
          { account: inside },
          { account: outside },
        ]
        const bindings: Id[] = []
        for (const { user, target, level, change } of steps) {
          const before = abilitiesEverywhere(
            engine,
            people.map((person) => person.user),
            targets,
          )
          const place = targets[target] as { party?: Id; account?: Id }
          if (change === 'bind') {
            const outcome = engine.execute({
              command: 'bindings.create',
              input: {
                user: people[user]!.user,
                targetKind: place.party === undefined ? 'account' : 'subtree',
                target: (place.party ?? place.account) as Id,
                level,
                alias: null,
                endsAt: null,
              },
              actor: { kind: 'system' },
              time: START,
            })
            if (outcome.kind === 'done') bindings.push((outcome.result as { binding: Id }).binding)
          } else if (bindings.length > 0) {
            const binding = bindings[(user + target) % bindings.length] as Id
            if (change === 'unbind') {
              done(engine, 'bindings.remove', { binding })
              bindings.splice(bindings.indexOf(binding), 1)
              abilitiesEverywhere(
                engine,
                people.map((person) => person.user),
                targets,
              ).forEach((mask, index) => {
                expect(mask & ~(before[index] as number)).toBe(0)
              })
            } else
              engine.execute({
                command: 'bindings.update',
                input: { binding, level },
                actor: { kind: 'system' },
                time: START,
              })
          }
        }
        for (const { user, credential, actor } of people)
          for (const target of targets)
            for (const ability of ABILITIES) {
              const allowed = engine.rooms.access.permits(
                actor,
                'accounts:read',
                [{ ability, target }],
                START,
              )
              const explained = answer<{ isAllowed: boolean }>(engine, 'access.explain', {
                user,
                credential,
                scope: 'accounts:read',
                ability,
                target,
              } as never)
              expect(explained.isAllowed).toBe(allowed)
            }
        const copy = new Engine()
        copyPrimary(engine.image, copy.image)
        expect(derivedHashOf(copy.image)).toBe(derivedHashOf(engine.image))
      }),
      { numRuns: 40 },
    )
  })
})

describe('streams', () => {
  test('a revocation ends them at once, the expiry of a token does not', () => {
    const { engine, firm, inside } = world()
    const { user, credential } = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
    const { access } = engine.rooms
    const ends = (START + 180_000_000) as never
    const open = (token: Id) => {
      const answered = access.permit(
        actorOf(credential, { token }),
        'accounts:read',
        [{ ability: 'read', target: { account: inside as AccountId } }],
        START,
      )
      if ('refusal' in answered) throw new Error(answered.refusal.detail)
      return answered.permit
    }
    const tokens = [0, 1].map(
      () => done<{ token: Id }>(engine, 'tokens.issue', issue(credential, { expiresAt: ends })).token,
    )
    const child = done<{ token: Id }>(
      engine,
      'tokens.issue',
      issue(credential, { parent: tokens[0]!, expiresAt: (START + 1) as never }),
    )
    const [first, second, third] = [open(tokens[0]!), open(tokens[1]!), open(child.token)]
    const version = access.version
    engine.tick((START + 2) as never)
    expect(access.version).toBe(version)
    expect(access.isStillAllowed(third, START)).toBe(true)
    done(engine, 'tokens.revoke', { token: tokens[0]! })
    expect(access.version).toBeGreaterThan(version)
    expect(access.isStillAllowed(first, START)).toBe(false)
    expect(access.isStillAllowed(third, START)).toBe(false)
    expect(access.isStillAllowed(second, START)).toBe(true)
    engine.tick((START + 200_000_000) as never)
    expect(engine.rooms.identity.tokens.size).toBe(0)
    expect(access.isStillAllowed(second, engine.image.head.time)).toBe(true)
    done(engine, 'users.suspend', { user })
    expect(access.isStillAllowed(second, engine.image.head.time)).toBe(false)
  })
})
