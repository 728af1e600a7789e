import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { canonicalText } from '../image/index.js'
import { answer, createParty, done, openAccount, openBook, refusedWith, run } from '../testing/world.js'
import type { AccountId, GroupId, PartyId, TemplateId } from './fields.js'
import {
  ACCOUNTS_OF_GROUP_MAX,
  ATTRIBUTES_SIZE_MAX,
  CLEARING_NUMBER_LENGTH_MAX,
  GROUPS_OF_PARTY_MAX,
  SUBACCOUNTS_MAX,
  TEMPLATES_OF_PARTY_MAX,
} from './names.js'
import type { AccountDetails } from './queries/index.js'

let engine: Engine
let root: PartyId
let party: PartyId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
  party = createParty(engine, root, 'party', { baseCurrency: 'EUR' })
})

const account = (more: object) => ({
  party,
  main: null,
  template: null,
  name: 'account',
  displayName: null,
  type: 'cash',
  baseCurrency: null,
  needsClearing: null,
  attributes: {},
  ...more,
})

const get = (id: AccountId) => answer<AccountDetails>(engine, 'accounts.get', { account: id })
const open = (more: object) => done<{ account: AccountId }>(engine, 'accounts.open', account(more)).account
/** Attributes of exactly so many characters, written out. */
const attributesOf = (size: number) => ({ a: 'x'.repeat(size - canonicalText({ a: '' }).length) })

describe('accounts.open', () => {
  test('takes what is not said from the party and its settings', () => {
    expect(get(open({}))).toMatchObject({ displayName: 'account', baseCurrency: 'EUR', stage: 'approved' })
    done(engine, 'settings.set', { node: root, name: 'accounts.clearing_required', value: true, from: null })
    expect(get(open({ name: 'second' }))).toMatchObject({ stage: 'new', isReviewed: false })
    expect(get(open({ name: 'third', needsClearing: false })).stage).toBe('approved')
  })

  test('both steps of an account without a clearing step are events', () => {
    const outcome = run(engine, 'accounts.open', account({ needsClearing: false }))
    const kinds = outcome.kind === 'done' ? outcome.events.map((event) => event.kind) : []
    expect(kinds).toEqual(['account.opened', 'account.sent_to_clearing', 'account.approved'])
  })

  test('attributes go to the edge of their size', () => {
    open({ attributes: attributesOf(ATTRIBUTES_SIZE_MAX) })
    const more = { name: 'more', attributes: attributesOf(ATTRIBUTES_SIZE_MAX + 1) }
    expect(refusedWith(engine, 'accounts.open', account(more))).toBe('too_large')
  })

  test.each([
    ['no type', { type: null }, 'malformed'],
    ['a currency that is not kept', { baseCurrency: 'XXX' }, 'currency_unknown'],
    ['a party that is not there', { party: 999_999 }, 'not_visible'],
    ['a template that is not there', { template: 999_999 }, 'not_visible'],
    ['a main account that is not there', { main: 999_999 }, 'main_account_invalid'],
    ['a name in use', { name: 'fees' }, 'name_taken'],
    ['a name that is none', { name: '-' }, 'malformed'],
  ])('refuses %s', (_what, more, code) => {
    expect(refusedWith(engine, 'accounts.open', account(more))).toBe(code)
  })

  test('a party has as many accounts as the setting of its tree says', () => {
    const limit = { node: root, name: 'limits.accounts_per_party', value: 1, from: null }
    done(engine, 'settings.set', limit)
    open({})
    expect(refusedWith(engine, 'accounts.open', account({ name: 'second' }))).toBe('limit_reached')
    done(engine, 'settings.set', { ...limit, node: party, value: 2 })
    open({ name: 'second' })
  })

  test('a main account has subaccounts to the edge, of its own party, one level deep', () => {
    const main = open({})
    const other = openAccount(engine, root, 'other')
    for (let count = 0; count < SUBACCOUNTS_MAX; count += 1) open({ name: `sub-${count}`, main })
    expect(get(main).subaccounts).toBe(SUBACCOUNTS_MAX)
    expect(refusedWith(engine, 'accounts.open', account({ name: 'beyond', main }))).toBe('limit_reached')
    expect(refusedWith(engine, 'accounts.open', account({ name: 'x', main: other }))).toBe(
      'main_account_invalid',
    )
    const sub = engine.rooms.hierarchy.accounts.id(engine.rooms.hierarchy.accountByName.find('sub-0'))
    expect(refusedWith(engine, 'accounts.open', account({ name: 'x', main: sub }))).toBe(
      'main_account_invalid',
    )
  })
})

describe('the way to approval', () => {
  test('review, clearing, approval: each step needs the one before', () => {
    const id = open({ needsClearing: true })
    const approve = { account: id, clearingNumber: 'C-1', version: null }
    expect(refusedWith(engine, 'accounts.approve', approve)).toBe('transition_invalid')
    expect(refusedWith(engine, 'accounts.reject', { account: id, version: null })).toBe('transition_invalid')
    expect(refusedWith(engine, 'accounts.suspend', { account: id, version: null })).toBe('transition_invalid')
    done(engine, 'accounts.review', { account: id, decision: 'return', version: 1 })
    expect(get(id)).toMatchObject({ stage: 'new', isReviewed: false, version: 2 })
    done(engine, 'accounts.review', { account: id, decision: 'forward', version: 2 })
    expect(get(id)).toMatchObject({ stage: 'sent_to_clearing', isReviewed: true })
    expect(refusedWith(engine, 'accounts.review', { account: id, decision: 'forward', version: null })).toBe(
      'transition_invalid',
    )
    const outcome = run(engine, 'accounts.approve', approve)
    expect(outcome).toMatchObject({
      events: [
        {
          kind: 'account.approved',
          data: { before: 'sent_to_clearing', after: 'approved', clearingNumber: 'C-1' },
        },
      ],
    })
    expect(get(id)).toMatchObject({ stage: 'approved', clearingNumber: 'C-1', version: 4 })
  })

  test('only clearing rejects, and that is for good', () => {
    const id = open({ needsClearing: true })
    done(engine, 'accounts.review', { account: id, decision: 'forward', version: null })
    done(engine, 'accounts.reject', { account: id, version: null })
    expect(get(id).stage).toBe('rejected')
    for (const verb of ['close', 'suspend', 'reject'])
      expect(refusedWith(engine, `accounts.${verb}`, { account: id, version: null })).toBe(
        'transition_invalid',
      )
  })

  test('numbers at the clearing firm go to the edge; nobody is approved under a suspended owner', () => {
    const id = open({ needsClearing: true })
    done(engine, 'accounts.review', { account: id, decision: 'forward', version: null })
    const approve = (clearingNumber: string) => ({ account: id, clearingNumber, version: null })
    const longest = '1'.repeat(CLEARING_NUMBER_LENGTH_MAX)
    expect(refusedWith(engine, 'accounts.approve', approve(`${longest}1`))).toBe('malformed')
    done(engine, 'parties.suspend', { party, version: null })
    expect(refusedWith(engine, 'accounts.approve', approve(longest))).toBe('party_suspended')
    done(engine, 'parties.reactivate', { party, version: null })
    done(engine, 'accounts.approve', approve(longest))
  })
})

describe('the life of an account', () => {
  const at = (id: AccountId, version: number | null = null) => ({ account: id, version })

  test('active, suspended, active, closed for good', () => {
    const id = open({})
    done(engine, 'accounts.suspend', at(id, 1))
    expect(refusedWith(engine, 'accounts.suspend', at(id))).toBe('transition_invalid')
    expect(refusedWith(engine, 'accounts.reactivate', at(id, 1))).toBe('version_mismatch')
    done(engine, 'accounts.reactivate', at(id, 2))
    done(engine, 'accounts.close', at(id))
    expect(refusedWith(engine, 'accounts.reactivate', at(id))).toBe('transition_invalid')
    const change = { account: id, displayName: 'x', type: null, attributes: null, version: null }
    expect(refusedWith(engine, 'accounts.update', change)).toBe('transition_invalid')
  })

  test('closing waits for subaccounts and the group', () => {
    const main = open({})
    const sub = open({ name: 'sub', main })
    const { group } = done<{ group: GroupId }>(engine, 'groups.create', {
      party,
      name: 'g',
      displayName: 'G',
    })
    done(engine, 'groups.add_account', { group, account: main })
    expect(run(engine, 'accounts.close', at(main))).toMatchObject({
      refusal: { code: 'not_empty', data: { precondition: 'no_open_subaccount' } },
    })
    done(engine, 'accounts.close', at(sub))
    expect(run(engine, 'accounts.close', at(main))).toMatchObject({
      refusal: { code: 'not_empty', data: { precondition: 'no_group' } },
    })
    done(engine, 'groups.remove_account', { group, account: main })
    done(engine, 'accounts.close', at(main))
  })

  test('the accounts of the operator’s own books stay', () => {
    const fees = engine.rooms.hierarchy.accountByName.find('fees')
    const id = engine.rooms.hierarchy.accounts.id(fees)
    expect(refusedWith(engine, 'accounts.close', at(id))).toBe('transition_invalid')
    expect(refusedWith(engine, 'accounts.suspend', at(id))).toBe('transition_invalid')
  })

  test('an update lays attributes over the present ones, and null takes one away', () => {
    const id = open({ attributes: { optionLevel: 2, repCode: 'R1' } })
    const update = { account: id, displayName: null, type: 'margin', version: 1 }
    const outcome = run(engine, 'accounts.update', { ...update, attributes: { repCode: null, plan: 'A' } })
    expect(get(id)).toMatchObject({ type: 'margin', attributes: { optionLevel: 2, plan: 'A' }, version: 2 })
    expect(outcome).toMatchObject({
      events: [{ kind: 'account.updated', data: { before: { type: 'cash' }, after: { type: 'margin' } } }],
    })
  })
})

describe('account groups', () => {
  const create = (name: string, more: object = {}) => ({ party, name, displayName: name, ...more })

  test('hold accounts of their client only, in its base currency', () => {
    const { group } = done<{ group: GroupId }>(engine, 'groups.create', create('group'))
    const [mine, foreign] = [open({}), openAccount(engine, root, 'foreign')]
    done(engine, 'groups.add_account', { group, account: mine })
    expect(answer(engine, 'groups.get', { group })).toMatchObject({ baseCurrency: 'EUR', accounts: [mine] })
    expect(refusedWith(engine, 'groups.add_account', { group, account: foreign })).toBe('group_invalid')
    expect(refusedWith(engine, 'groups.add_account', { group, account: mine })).toBe('group_invalid')
    expect(refusedWith(engine, 'groups.remove_account', { group, account: foreign })).toBe('group_invalid')
    expect(refusedWith(engine, 'groups.close', { group, version: null })).toBe('not_empty')
    done(engine, 'groups.remove_account', { group, account: mine })
    done(engine, 'groups.update', { group, displayName: 'Renamed', version: 1 })
    expect(refusedWith(engine, 'groups.close', { group, version: 1 })).toBe('version_mismatch')
    done(engine, 'groups.close', { group, version: 2 })
    expect(refusedWith(engine, 'groups.add_account', { group, account: mine })).toBe('transition_invalid')
  })

  test('refuses groups of firms, names in use, closed accounts', () => {
    expect(refusedWith(engine, 'groups.create', create('group', { party: root }))).toBe('group_invalid')
    const { group } = done<{ group: GroupId }>(engine, 'groups.create', create('group'))
    expect(refusedWith(engine, 'groups.create', create('group'))).toBe('name_taken')
    const id = open({})
    done(engine, 'accounts.close', { account: id, version: null })
    expect(refusedWith(engine, 'groups.add_account', { group, account: id })).toBe('group_invalid')
  })

  test('go to the edge of their numbers', () => {
    for (let count = 0; count < GROUPS_OF_PARTY_MAX; count += 1)
      done(engine, 'groups.create', create(`g${count}`))
    expect(refusedWith(engine, 'groups.create', create('beyond'))).toBe('limit_reached')
    const { items } = answer<{ items: { id: GroupId }[] }>(engine, 'groups.list', { party })
    const group = items[0]!.id
    for (let count = 0; count < ACCOUNTS_OF_GROUP_MAX; count += 1)
      done(engine, 'groups.add_account', { group, account: open({ name: `a${count}` }) })
    const beyond = { group, account: open({ name: 'beyond' }) }
    expect(refusedWith(engine, 'groups.add_account', beyond)).toBe('limit_reached')
  })
})

describe('templates', () => {
  const defaults = {
    displayName: 'Margin',
    type: 'margin',
    accountDisplayName: 'Margin {name}',
    baseCurrency: 'USD',
    needsClearing: true,
    attributes: { optionLevel: 1, repCode: 'R1' },
  }
  const template = (more: object = {}) => ({ party: root, name: 'margin', ...defaults, ...more })
  const create = (more: object = {}) =>
    done<{ template: TemplateId }>(engine, 'templates.create', template(more)).template

  test('give what the request leaves open, down the tree', () => {
    const id = create()
    expect(get(open({ template: id, type: null, attributes: { repCode: 'R2' } }))).toMatchObject({
      displayName: 'Margin account',
      type: 'margin',
      baseCurrency: 'USD',
      stage: 'new',
      attributes: { optionLevel: 1, repCode: 'R2' },
    })
    expect(
      get(open({ name: 'b', template: id, type: 'cash', displayName: 'B', needsClearing: false })),
    ).toMatchObject({ displayName: 'B', type: 'cash', stage: 'approved' })
    expect(answer<{ items: unknown[] }>(engine, 'templates.list', { party }).items).toHaveLength(1)
  })

  test('serve only the subtree of their owner', () => {
    const other = createParty(engine, root, 'other')
    const id = create({ party: other })
    expect(refusedWith(engine, 'accounts.open', account({ template: id }))).toBe('template_invalid')
  })

  test('can be changed and removed, by version', () => {
    const id = create()
    const update = { template: id, ...defaults, type: 'cash' }
    expect(refusedWith(engine, 'templates.update', { ...update, version: 2 })).toBe('version_mismatch')
    done(engine, 'templates.update', { ...update, version: 1 })
    expect(get(open({ template: id, type: null })).type).toBe('cash')
    expect(refusedWith(engine, 'templates.remove', { template: id, version: 1 })).toBe('version_mismatch')
    done(engine, 'templates.remove', { template: id, version: 2 })
    expect(refusedWith(engine, 'templates.remove', { template: id, version: null })).toBe('not_visible')
  })

  test('go to the edge of their number, each name once', () => {
    create()
    expect(refusedWith(engine, 'templates.create', template())).toBe('name_taken')
    create({ party })
    for (let count = 1; count < TEMPLATES_OF_PARTY_MAX; count += 1) create({ name: `t${count}` })
    expect(refusedWith(engine, 'templates.create', template({ name: 'beyond' }))).toBe('limit_reached')
  })
})
