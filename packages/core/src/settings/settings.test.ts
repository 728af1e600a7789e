import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import { after, type Id, type Instant, type Plain, SECOND } from '../image/index.js'
import { type Amount, type CurrencyCode, currencyOf, parseAmount } from '../money/index.js'
import { bind, createPerson } from '../testing/people.js'
import { answer, createParty, done, openAccount, openBook, refusedWith, run } from '../testing/world.js'
import {
  type ApprovalPolicy,
  asksForApproval,
  SETTING_NAMES,
  SETTINGS,
  settingFault,
  VALUES_OF_SETTING_MAX,
} from './index.js'

let engine: Engine
let root: PartyId
let party: PartyId
let main: AccountId
let sub: AccountId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
  party = createParty(engine, root, 'party')
  main = openAccount(engine, party, 'main')
  sub = openAccount(engine, party, 'sub', { main })
})

const NAME = 'tokens.life_seconds'
const life = (node: Id, value: Plain, from: Instant | null = null) => ({ node, name: NAME, value, from })
const now = () => engine.image.head.time
const effective = (node: Id, at: Instant | null = null) =>
  answer<{ items: { value: Plain; source: Id | null; from: Instant | null; isDefault: boolean }[] }>(
    engine,
    'settings.effective',
    { node, name: NAME, at },
  ).items[0]

describe('settings', () => {
  test('every default is a value that its setting takes, and is described', () => {
    for (const name of SETTING_NAMES) {
      expect([name, settingFault(name, SETTINGS[name].defaultValue)]).toEqual([name, null])
      expect(SETTINGS[name].description).not.toBe('')
    }
  })

  test('go down the tree to subaccounts, each value with its source', () => {
    expect(effective(sub)).toMatchObject({ value: 180, source: null, from: null, isDefault: true })
    done(engine, 'settings.set', life(root, 100))
    expect(effective(sub)).toMatchObject({ value: 100, source: root, from: now(), isDefault: false })
    done(engine, 'settings.set', life(party, 200))
    expect(effective(sub)).toMatchObject({ value: 200, source: party })
    done(engine, 'settings.set', life(main, 300))
    expect(effective(sub)).toMatchObject({ value: 300, source: main })
    expect(effective(root)).toMatchObject({ value: 100, source: root })
  })

  test('hold from their date on, and the past stays as it was', () => {
    const start = now()
    const later = after(start, 10 * SECOND)
    done(engine, 'settings.set', life(party, 200))
    done(engine, 'settings.set', life(party, 300, later))
    expect(effective(party)).toMatchObject({ value: 200 })
    expect(effective(party, after(later, -1))).toMatchObject({ value: 200 })
    expect(effective(party, later)).toMatchObject({ value: 300, from: later })
    expect(effective(party, after(start, -1))).toMatchObject({ isDefault: true })
    expect(refusedWith(engine, 'settings.set', life(party, 90, after(start, -1)))).toBe('setting_invalid')
  })

  test('a value of the same date replaces the one before', () => {
    const later = after(now(), SECOND)
    done(engine, 'settings.set', life(party, 200, later))
    done(engine, 'settings.set', life(party, 300, later))
    expect(effective(party, later)).toMatchObject({ value: 300 })
    expect(engine.rooms.settings.order.of(NAME, party)).toHaveLength(1)
  })

  test('clearing makes the node inherit again from its date on', () => {
    done(engine, 'settings.set', life(root, 100))
    done(engine, 'settings.set', life(party, 200))
    const later = after(now(), SECOND)
    const outcome = run(engine, 'settings.clear', { node: party, name: NAME, from: later })
    expect(outcome).toMatchObject({
      events: [
        { kind: 'setting.cleared', subject: `pty_${party}`, data: { before: 200, after: 100, from: later } },
      ],
    })
    expect(effective(party)).toMatchObject({ value: 200 })
    expect(effective(party, later)).toMatchObject({ value: 100, source: root })
    expect(refusedWith(engine, 'settings.clear', { node: main, name: NAME, from: null })).toBe(
      'setting_invalid',
    )
  })

  test.each([
    ['an unknown name', { name: 'no.such' }, 'setting_invalid'],
    ['a value below the least', { value: 9 }, 'setting_invalid'],
    ['a value above the most', { value: 86_401 }, 'setting_invalid'],
    ['a fraction', { value: 10.5 }, 'setting_invalid'],
    ['a value of another type', { value: '180' }, 'setting_invalid'],
    ['a node that is not there', { node: 999_999 }, 'not_visible'],
  ])('refuse %s', (_what, more, code) => {
    expect(refusedWith(engine, 'settings.set', { ...life(party, 180), ...more })).toBe(code)
  })

  test('take the values at the edges', () => {
    done(engine, 'settings.set', life(party, 10))
    done(engine, 'settings.set', life(party, 86_400))
  })

  test('a node has so many dated values of a setting and no more', () => {
    for (let count = 0; count < VALUES_OF_SETTING_MAX; count += 1)
      done(engine, 'settings.set', life(party, 180, after(now(), count * SECOND)))
    const beyond = after(now(), VALUES_OF_SETTING_MAX * SECOND)
    expect(refusedWith(engine, 'settings.set', life(party, 180, beyond))).toBe('limit_reached')
  })

  test('are asked for all at once, with what they mean', () => {
    const { items } = answer<{ items: unknown[] }>(engine, 'settings.effective', {
      node: sub,
      name: null,
      at: null,
    })
    expect(items).toHaveLength(SETTING_NAMES.length)
    const unknown = engine.read(
      'settings.effective',
      { kind: 'system' },
      { node: sub, name: 'x', at: null },
      now(),
    )
    expect(unknown).toMatchObject({ refusal: { code: 'setting_invalid' } })
  })

  test('need the right to administer the node', () => {
    const { user, actor } = createPerson(engine, party, 'admin', { scopes: ['settings:write'] })
    expect(refusedWith(engine, 'settings.set', life(main, 90), { actor })).toBe('not_visible')
    bind(engine, user, 'account', main, 'read_only')
    expect(refusedWith(engine, 'settings.set', life(main, 90), { actor })).toBe('level_insufficient')
    bind(engine, user, 'subtree', party, 'full')
    expect(run(engine, 'settings.set', life(main, 90), { actor }).kind).toBe('done')
    expect(refusedWith(engine, 'settings.set', life(root, 90), { actor })).toBe('not_visible')
  })
})

describe('the policy of approvals', () => {
  const usd = (text: string) => ({
    currency: 'USD' as CurrencyCode,
    amount: parseAmount(text, currencyOf('USD' as CurrencyCode)) as Amount,
  })
  const money = (text: string) => ({ kind: 'money', party: root, amount: usd(text) }) as const
  const policy = (rule: ApprovalPolicy['money']): ApprovalPolicy => ({
    money: rule,
    rights: 'always',
    corrections: 'never',
  })

  test('asks never, always, or above an amount', () => {
    expect(asksForApproval(policy('never'), money('1000000.00'))).toBe(false)
    expect(asksForApproval(policy('always'), money('0.01'))).toBe(true)
    const above = policy({ above: { USD: '10000.00' } })
    expect(asksForApproval(above, money('10000.00'))).toBe(false)
    expect(asksForApproval(above, money('10000.01'))).toBe(true)
    expect(asksForApproval(above, money('-10000.01'))).toBe(true)
    expect(asksForApproval(above, { kind: 'rights', party: root })).toBe(true)
    expect(asksForApproval(above, { kind: 'corrections', party: root })).toBe(false)
  })

  test('a currency that is not named needs approval from the first unit', () => {
    const above = policy({ above: { EUR: '1.00' } })
    expect(asksForApproval(above, money('0.01'))).toBe(true)
    expect(asksForApproval(above, { kind: 'money', party: root })).toBe(true)
  })

  test.each([
    ['a kind missing', { money: 'never', rights: 'never' }],
    ['a kind too many', { money: 'never', rights: 'never', corrections: 'never', other: 'never' }],
    ['an unknown word', { money: 'sometimes', rights: 'never', corrections: 'never' }],
    ['an amount for rights', { money: 'never', rights: { above: { USD: '1.00' } }, corrections: 'never' }],
    ['an unknown currency', { money: { above: { XXX: '1.00' } }, rights: 'never', corrections: 'never' }],
    ['no currency', { money: { above: {} }, rights: 'never', corrections: 'never' }],
    ['too many digits', { money: { above: { USD: '1.001' } }, rights: 'never', corrections: 'never' }],
    ['a negative amount', { money: { above: { USD: '-1.00' } }, rights: 'never', corrections: 'never' }],
    ['a number', { money: { above: { USD: 1 } }, rights: 'never', corrections: 'never' }],
    ['a list', []],
    ['nothing', null],
  ])('refuses %s', (_what, value) => {
    const input = { node: party, name: 'approvals.policy', value, from: null }
    expect(refusedWith(engine, 'settings.set', input)).toBe('setting_invalid')
  })
})
