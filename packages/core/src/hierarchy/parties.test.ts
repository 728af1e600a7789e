import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { answer, createParty, done, openAccount, openBook, refusedWith, run } from '../testing/world.js'
import type { PartyId } from './fields.js'
import {
  DISPLAY_NAME_LENGTH_MAX,
  NAME_LENGTH_MAX,
  SEALED_PERSONAL_LENGTH_MAX,
  TREE_DEPTH_MAX,
} from './names.js'
import type { PartyDetails } from './queries/index.js'

let engine: Engine
let root: PartyId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
})

const newParty = (more: object) => ({
  owner: root,
  kind: 'client',
  name: 'someone',
  displayName: 'Someone',
  baseCurrency: null,
  isPartner: false,
  isLegallyLiable: false,
  sealedPersonal: null,
  ...more,
})

const change = (party: PartyId, more: object) => ({
  party,
  displayName: null,
  isPartner: null,
  isLegallyLiable: null,
  sealedPersonal: null,
  version: null,
  ...more,
})

const get = (party: PartyId) => answer<PartyDetails>(engine, 'parties.get', { party })

describe('book.open', () => {
  test('makes the operator and the accounts of its own books, each an event', () => {
    const fresh = new Engine()
    const input = { name: 'operator', displayName: 'Operator', baseCurrency: 'USD' }
    const outcome = run(fresh, 'book.open', input)
    expect(outcome).toMatchObject({
      kind: 'done',
      result: { party: 1, accounts: { outsideWorld: 2, fees: 3, interest: 4, rounding: 5, street: 6 } },
      events: [{ kind: 'book.opened' }, ...Array.from({ length: 5 }, () => ({ kind: 'account.opened' }))],
    })
    expect(refusedWith(fresh, 'book.open', input)).toBe('transition_invalid')
  })

  test('refuses a currency that is not kept, and keeps nothing', () => {
    const fresh = new Engine()
    const input = { name: 'operator', displayName: 'Operator', baseCurrency: 'XXX' }
    expect(refusedWith(fresh, 'book.open', input)).toBe('currency_unknown')
    expect(fresh.rooms.hierarchy.parties.size).toBe(0)
  })
})

describe('parties.create', () => {
  test.each([
    ['a name of the longest length', { name: 'n'.repeat(NAME_LENGTH_MAX) }],
    ['a display name of the longest length', { displayName: '😀'.repeat(DISPLAY_NAME_LENGTH_MAX) }],
    ['personal fields of the largest size', { sealedPersonal: 's'.repeat(SEALED_PERSONAL_LENGTH_MAX) }],
    ['a liable partner', { isPartner: true, isLegallyLiable: true }],
  ])('takes %s', (_what, more) => {
    expect(run(engine, 'parties.create', newParty(more)).kind).toBe('done')
  })

  test.each([
    ['an empty name', { name: '' }, 'malformed'],
    ['a name that is too long', { name: 'n'.repeat(NAME_LENGTH_MAX + 1) }, 'malformed'],
    ['a name with a slash', { name: 'a/b' }, 'malformed'],
    [
      'a display name that is too long',
      { displayName: 'n'.repeat(DISPLAY_NAME_LENGTH_MAX + 1) },
      'malformed',
    ],
    ['a blank display name', { displayName: '  ' }, 'malformed'],
    ['a display name with a line break', { displayName: 'a\nb' }, 'malformed'],
    [
      'personal fields that are too large',
      { sealedPersonal: 's'.repeat(SEALED_PERSONAL_LENGTH_MAX + 1) },
      'too_large',
    ],
    ['a liable party that is no partner', { isLegallyLiable: true }, 'malformed'],
    ['a firm as a partner', { kind: 'participant', isPartner: true }, 'malformed'],
    ['a second operator', { kind: 'clearing_house' }, 'owner_kind_invalid'],
    ['a name in use', { name: 'operator' }, 'name_taken'],
    ['a currency that is not kept', { baseCurrency: 'XXX' }, 'currency_unknown'],
    ['an owner that is not there', { owner: 999_999 }, 'not_visible'],
  ])('refuses %s', (_what, more, code) => {
    expect(refusedWith(engine, 'parties.create', newParty(more))).toBe(code)
  })

  test('goes down to the deepest level and no further', () => {
    let owner = root
    for (let level = 2; level <= TREE_DEPTH_MAX; level += 1)
      owner = createParty(engine, owner, `level-${level}`)
    expect(refusedWith(engine, 'parties.create', newParty({ owner }))).toBe('tree_too_deep')
  })
})

describe('parties.update', () => {
  test('changes what is given, counts the version and says before and after', () => {
    const party = createParty(engine, root, 'someone')
    const outcome = run(engine, 'parties.update', change(party, { displayName: 'New', sealedPersonal: 'x' }))
    expect(outcome).toMatchObject({
      kind: 'done',
      result: { party, version: 2 },
      events: [
        {
          kind: 'party.updated',
          data: { before: { displayName: 'someone' }, after: { displayName: 'New' }, personal: 'changed' },
        },
      ],
    })
    expect(get(party)).toMatchObject({
      displayName: 'New',
      sealedPersonal: 'x',
      hasPersonal: true,
      version: 2,
    })
    done(engine, 'parties.update', change(party, { isPartner: true, version: 2 }))
    expect(get(party)).toMatchObject({ isPartner: true, sealedPersonal: 'x', version: 3 })
  })

  test('refuses another version, a role that does not fit, and a closed party', () => {
    const party = createParty(engine, root, 'someone')
    expect(refusedWith(engine, 'parties.update', change(party, { version: 7 }))).toBe('version_mismatch')
    expect(refusedWith(engine, 'parties.update', change(party, { isLegallyLiable: true }))).toBe('malformed')
    expect(refusedWith(engine, 'parties.update', change(party, { displayName: '' }))).toBe('malformed')
    done(engine, 'parties.close', { party, version: null })
    expect(refusedWith(engine, 'parties.update', change(party, { displayName: 'x' }))).toBe(
      'transition_invalid',
    )
  })

  test('erasing forgets the personal fields, without saying what they were', () => {
    const party = createParty(engine, root, 'someone', { sealedPersonal: 'sealed' })
    const outcome = run(engine, 'parties.erase', { party, version: 1 })
    expect(outcome).toMatchObject({ events: [{ kind: 'party.erased', data: { personal: 'changed' } }] })
    expect(JSON.stringify(outcome)).not.toContain('sealed')
    expect(get(party)).toMatchObject({ sealedPersonal: null, hasPersonal: false })
    expect(refusedWith(engine, 'parties.erase', { party, version: 1 })).toBe('version_mismatch')
  })
})

describe('the life of a party', () => {
  const at = (party: PartyId, version: number | null = null) => ({ party, version })

  test('active, suspended, active again, closed for good', () => {
    const party = createParty(engine, root, 'someone')
    expect(refusedWith(engine, 'parties.reactivate', at(party))).toBe('transition_invalid')
    expect(run(engine, 'parties.suspend', at(party, 1))).toMatchObject({
      events: [
        { kind: 'party.suspended', data: { before: { status: 'active' }, after: { status: 'suspended' } } },
      ],
    })
    expect(refusedWith(engine, 'parties.suspend', at(party))).toBe('transition_invalid')
    expect(refusedWith(engine, 'parties.reactivate', at(party, 1))).toBe('version_mismatch')
    done(engine, 'parties.reactivate', at(party, 2))
    done(engine, 'parties.close', at(party, 3))
    expect(refusedWith(engine, 'parties.reactivate', at(party))).toBe('transition_invalid')
    expect(refusedWith(engine, 'parties.close', at(party))).toBe('transition_invalid')
  })

  test('a suspended party suspends its subtree, and nothing in it changes', () => {
    const upper = createParty(engine, root, 'upper')
    const lower = createParty(engine, upper, 'lower')
    done(engine, 'parties.suspend', at(upper))
    expect(get(lower)).toMatchObject({ status: 'active', suspendedBy: upper, version: 1 })
    expect(refusedWith(engine, 'parties.create', newParty({ owner: lower }))).toBe('party_suspended')
    done(engine, 'parties.reactivate', at(upper))
    expect(get(lower).suspendedBy).toBeNull()
  })

  test('the operator of the book stays', () => {
    for (const verb of ['suspend', 'reactivate', 'close'])
      expect(refusedWith(engine, `parties.${verb}`, at(root))).toBe('root_is_fixed')
  })

  test('closing waits for parties, accounts and groups', () => {
    const party = createParty(engine, root, 'party')
    const child = createParty(engine, party, 'child')
    const account = openAccount(engine, party, 'account')
    const { group } = done<{ group: number }>(engine, 'groups.create', { party, name: 'g', displayName: 'G' })
    const why = () => {
      const outcome = run(engine, 'parties.close', at(party))
      return outcome.kind === 'refused' ? outcome.refusal.data?.precondition : outcome.kind
    }
    expect(why()).toBe('no_open_party')
    done(engine, 'parties.close', at(child))
    expect(why()).toBe('no_open_account')
    done(engine, 'accounts.close', { account, version: null })
    expect(why()).toBe('no_open_group')
    done(engine, 'groups.close', { group, version: null })
    expect(why()).toBe('done')
  })

  test('a later room can name a precondition of its own', () => {
    const party = createParty(engine, root, 'party')
    const { closePreconditions, parties } = engine.rooms.hierarchy
    closePreconditions.push({
      node: 'party',
      name: 'never',
      fault: (row) => (parties.name.get(row) === 'party' ? 'it stays' : null),
    })
    expect(run(engine, 'parties.close', at(party))).toMatchObject({
      refusal: { code: 'not_empty', detail: 'it stays', data: { precondition: 'never' } },
    })
  })

  test('its checks on the person are those of its accounts', () => {
    const party = createParty(engine, root, 'party')
    const account = openAccount(engine, party, 'account')
    const kyc = () => answer<{ kyc: string }>(engine, 'accounts.get', { account }).kyc
    expect(kyc()).toBe('none')
    expect(run(engine, 'parties.set_kyc', { party, kyc: 'approved', version: 1 })).toMatchObject({
      events: [{ kind: 'party.kyc_changed', data: { before: { kyc: 'none' }, after: { kyc: 'approved' } } }],
    })
    expect(kyc()).toBe('approved')
    expect(refusedWith(engine, 'parties.set_kyc', { party, kyc: 'none', version: 1 })).toBe(
      'version_mismatch',
    )
  })
})
