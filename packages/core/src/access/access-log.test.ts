/** What the access log of an account tells of the user who speaks for it. */
import { expect, test } from 'vitest'
import { createAccountKey, openDesk, pairFor, tokenOf } from '../testing/account-keys.js'
import { actorOf, createUser } from '../testing/people.js'
import { done, START } from '../testing/world.js'
import { ACCESS_LOG } from './access-log.js'

test('passwords, addresses and second factors of the user, sign-ins of its keys; numbered by account', () => {
  const { engine, main, first, owner, login, ownerKey, loginKey } = openDesk()
  const own = { actor: actorOf(ownerKey) }
  done(engine, 'users.set_password', { user: owner, passwordHash: 'hash' })
  done(engine, 'users.update', { user: login, sealedEmail: 'sealed' })
  done(engine, 'users.update', { user: login, displayName: 'Login' })
  done(engine, 'tokens.issue_pair', pairFor(loginKey, { signedInFrom: '192.0.2.9' }))
  done(engine, 'signins.record', { credential: ownerKey, success: false, address: '192.0.2.8' })
  done(engine, 'signins.record', { credential: ownerKey, success: true })
  const begun = {
    user: owner,
    kind: 'totp',
    name: 'phone',
    assignments: ['account'],
    sealedSecret: 'sealed',
    registrationChallenge: null,
    isProven: false,
  }
  const { factor } = done<{ factor: number }>(engine, 'factors.begin', begun, own)
  done(engine, 'factors.confirm', { factor, proof: { step: 1 } }, own)
  done(engine, 'factors.remove', { factor, isProven: true }, own)
  const rows = (engine.takeBatch()?.events ?? []).flatMap((event) => [...ACCESS_LOG.rows(event)])
  expect(
    rows.map(({ account, number, result, address, about }) => [account, number, result, address, about]),
  ).toEqual([
    [main, 1, 'changed_password', null, null],
    [first, 1, 'changed_email', null, null],
    [first, 2, 'success', '192.0.2.9', 'login-key'],
    [main, 2, 'failure', '192.0.2.8', 'owner-key'],
    [main, 3, 'enabled_tfa', null, null],
    [main, 4, 'disabled_tfa', null, null],
  ])
  expect(rows.every(({ time }) => time === START)).toBe(true)
})

test('a login of a subaccount that is switched is told to its main account and to itself, once', () => {
  const { engine, main, first, owner, login } = openDesk()
  engine.takeBatch()
  for (const isLoginEnabled of [false, false, true])
    done(engine, 'users.update', { user: login, isLoginEnabled })
  // The login of a main account is nobody's to tell.
  done(engine, 'users.update', { user: owner, isLoginEnabled: false })
  const rows = (engine.takeBatch()?.events ?? []).flatMap((event) => [...ACCESS_LOG.rows(event)])
  expect(rows.map(({ account, result, about }) => [account, result, about])).toEqual([
    [main, 'disabled_subaccount_login', first],
    [first, 'disabled_subaccount_login', first],
    [main, 'enabled_subaccount_login', first],
    [first, 'enabled_subaccount_login', first],
  ])
})

test('what a main account sets for a login is told too, and the keys of a subaccount go with it', () => {
  const { engine, main, first, ownerKey } = openDesk()
  const own = { actor: actorOf(ownerKey) }
  const number = createAccountKey(engine, first, 'of-first', {
    actor: tokenOf(engine, ownerKey, { account: first }),
  })
  expect(number).toBe(2)
  engine.takeBatch()
  done(engine, 'subaccounts.set_login', { account: first, isEnabled: false }, own)
  const mail = { sealedEmail: 'sealed', secretHash: 'hash', subject: 'Confirm', sealedText: 'sealed' }
  done(engine, 'subaccounts.set_email', { account: first, ...mail }, own)
  done(engine, 'emails.confirm', { secretHash: 'hash', passwordHash: 'argon' })
  const rows = (engine.takeBatch()?.events ?? []).flatMap((event) => [...ACCESS_LOG.rows(event)])
  expect(rows.map(({ account, result }) => [account, result])).toEqual([
    [main, 'disabled_subaccount_login'],
    [first, 'disabled_subaccount_login'],
    [first, 'changed_email'],
    [first, 'changed_password'],
  ])
  done(engine, 'subaccounts.remove', { account: first }, own)
  const { accountAccess, credentials, credentialByClientId } = engine.rooms.identity
  expect(accountAccess.keysOf.count(first)).toBe(0)
  for (const clientId of ['of-first', 'login-key'])
    expect(credentials.status.get(credentialByClientId.find(clientId))).toBe('revoked')
})

test('of a user who reads no account nothing is told', () => {
  const { engine, party } = openDesk()
  const user = createUser(engine, party, 'nobody')
  engine.takeBatch()
  done(engine, 'users.set_password', { user, passwordHash: 'hash' })
  expect(engine.takeBatch()?.events.map(({ kind }) => kind)).toEqual(['user.password_set'])
})
