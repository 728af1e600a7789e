/** Sessions: their number, what they are made of, and what ends with them. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import {
  type CredentialId,
  PAIRS_OF_SESSION_MAX,
  SESSIONS_OF_CREDENTIAL_MAX,
  TOKENS_OF_CREDENTIAL_MAX,
  type TokenId,
} from '../../identity/index.js'
import { copyPrimary, type Plain } from '../../image/index.js'
import { HOUR, openDesk, pairFor } from '../../testing/account-keys.js'
import { derivedHashOf } from '../../testing/hash.js'
import { done, refusedWith, run, START } from '../../testing/world.js'

interface Pair {
  readonly refresh: TokenId
  readonly access: TokenId
  readonly session: number | null
}

function world() {
  const desk = openDesk()
  const { engine, ownerKey } = desk
  const issue = (more: Readonly<Record<string, Plain>> = {}, credential: CredentialId = ownerKey): Pair =>
    done<Pair>(engine, 'tokens.issue_pair', pairFor(credential, more))
  const isAlive = (token: TokenId, at: number = START) =>
    engine.rooms.access.chainFault(
      { kind: 'credential', credential: ownerKey, token, actingUser: null },
      at,
    ) === null
  return { ...desk, issue, isAlive }
}

describe('pairs', () => {
  test('the access token comes from the refresh token', () => {
    const { engine, issue, isAlive } = world()
    const { refresh, access, session } = issue()
    expect([isAlive(refresh), isAlive(access), session]).toEqual([true, true, null])
    done(engine, 'tokens.revoke', { token: refresh })
    expect([isAlive(refresh), isAlive(access)]).toEqual([false, false])
  })

  test('what is given for another ends, and counts once', () => {
    const { engine, issue, isAlive, ownerKey } = world()
    const first = issue()
    const second = issue({ replaces: first.refresh })
    expect(
      [first.refresh, first.access, second.refresh, second.access].map((token) => isAlive(token)),
    ).toEqual([false, false, true, true])
    expect(refusedWith(engine, 'tokens.issue_pair', pairFor(ownerKey, { replaces: first.refresh }))).toBe(
      'unauthenticated',
    )
  })

  test('nobody gives back what is of another credential', () => {
    const { engine, issue, ownerKey, loginKey } = world()
    const other = issue({}, loginKey)
    expect(refusedWith(engine, 'tokens.issue_pair', pairFor(ownerKey, { replaces: other.refresh }))).toBe(
      'unauthenticated',
    )
  })

  test('whoever signs in for ever without a session loses the oldest pair', () => {
    const { engine, issue, isAlive, ownerKey } = world()
    const first = issue()
    const session = issue({ session: 'kept' })
    for (let pairs = 0; pairs < TOKENS_OF_CREDENTIAL_MAX / 2; pairs += 1) issue()
    expect(engine.rooms.identity.tokensOf.count(ownerKey)).toBeLessThanOrEqual(TOKENS_OF_CREDENTIAL_MAX)
    expect([isAlive(first.access), isAlive(session.access)]).toEqual([false, true])
  })
})

describe('sessions', () => {
  test('signing in under the same name goes on with it, beside the pairs that it has', () => {
    const { issue, isAlive } = world()
    const [first, second, other] = [issue({ session: 'a' }), issue({ session: 'a' }), issue({ session: 'b' })]
    expect(second.session).toBe(first.session)
    expect(other.session).not.toBe(first.session)
    expect([first, second, other].every(({ access }) => isAlive(access))).toBe(true)
  })

  test('the seventeenth ends the one that was begun first', () => {
    const { engine, issue, isAlive, ownerKey, loginKey } = world()
    const pairs = Array.from({ length: SESSIONS_OF_CREDENTIAL_MAX }, (_, place) =>
      issue({ session: `s${place}` }),
    )
    expect(pairs.every(({ access }) => isAlive(access))).toBe(true)
    issue({ session: 's0' })
    const others = issue({ session: 's0' }, loginKey)
    issue({ session: 'seventeenth' })
    expect(pairs.map(({ access }) => isAlive(access))).toEqual(pairs.map((_, place) => place > 0))
    const { sessions, tokens } = engine.rooms.identity
    expect(sessions.sessionsOf.count(ownerKey)).toBe(SESSIONS_OF_CREDENTIAL_MAX)
    expect(tokens.has(others.access)).toBe(true)
  })

  test('the seventeenth pair of one ends the pair that was given first', () => {
    const { issue, isAlive } = world()
    const pairs = Array.from({ length: PAIRS_OF_SESSION_MAX + 1 }, () => issue({ session: 'a' }))
    expect(pairs.map(({ access }) => isAlive(access))).toEqual(pairs.map((_, place) => place > 0))
  })

  test('one ends as a whole, by whichever of its tokens', () => {
    const { engine, issue, isAlive } = world()
    const [first, second] = [issue({ session: 'a' }), issue({ session: 'a' })]
    const alone = issue()
    done(engine, 'tokens.end_session', { token: first.access })
    expect([first.refresh, second.access, alone.access].map((token) => isAlive(token))).toEqual([
      false,
      false,
      true,
    ])
    expect(engine.rooms.identity.sessions.table.size).toBe(0)
    done(engine, 'tokens.end_session', { token: alone.access })
    expect(isAlive(alone.refresh)).toBe(false)
    expect(refusedWith(engine, 'tokens.end_session', { token: alone.access })).toBe('not_visible')
  })

  test('one lives as long as the longest of its pairs, and is gone after it', () => {
    const { engine, issue, isAlive, ownerKey } = world()
    const first = issue({ session: 'a' })
    const later = {
      session: 'a',
      refresh: { audience: 'refresh', expiresAt: START + 5 * HOUR },
      access: { audience: 'access', expiresAt: START + 4 * HOUR },
    }
    const second = issue(later)
    expect([isAlive(first.access, START + 3 * HOUR), isAlive(second.access, START + 3 * HOUR)]).toEqual([
      false,
      true,
    ])
    run(engine, 'tokens.revoke', { token: 999_999 }, { time: (START + 5 * HOUR) as never })
    done(engine, 'credentials.disable', { credential: ownerKey }, { time: (START + 5 * HOUR) as never })
    expect(engine.rooms.identity.sessions.table.size).toBe(0)
    expect(engine.rooms.identity.tokens.size).toBe(0)
  })

  test('a name has 1 to 64 characters', () => {
    const { engine, ownerKey, issue } = world()
    issue({ session: 'x'.repeat(64) })
    for (const session of ['', 'x'.repeat(65)])
      expect(refusedWith(engine, 'tokens.issue_pair', pairFor(ownerKey, { session }))).toBe('malformed')
  })

  test('what is derived of them is the same when it is made anew', () => {
    const { engine, issue } = world()
    issue({ session: 'a' })
    issue({ session: 'b', signedInFrom: '192.0.2.1' })
    const copy = new Engine()
    copyPrimary(engine.image, copy.image)
    expect(derivedHashOf(copy.image)).toBe(derivedHashOf(engine.image))
  })
})
