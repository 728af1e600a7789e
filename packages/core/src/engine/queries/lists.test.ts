import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import type { AccountId, GroupId, PartyId } from '../../hierarchy/index.js'
import { type Actor, instant, type Plain } from '../../image/index.js'
import { bind, createPerson } from '../../testing/people.js'
import { answer, createParty, done, openAccount, openBook, START, SYSTEM_ACTOR } from '../../testing/world.js'
import { EXAMINED_MAX, GATHERED_MAX, SETTLED_MAX } from './paging.js'

let engine: Engine
let root: PartyId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
})

interface Listed {
  readonly items: readonly { readonly id: number; readonly name: string }[]
  readonly next: number | null
}

const page = { sort: 'created', after: null, limit: 500 }
const parties = (more: object = {}, actor: Actor = SYSTEM_ACTOR) =>
  answer<Listed>(
    engine,
    'parties.list',
    { under: null, kind: null, status: null, search: null, ...page, ...more },
    { actor },
  )
const anyAccount = { party: null, under: null, stage: null, status: null, type: null, search: null, ...page }
const accounts = (more: object = {}, actor: Actor = SYSTEM_ACTOR) =>
  answer<Listed>(engine, 'accounts.list', { ...anyAccount, ...more }, { actor })
const names = ({ items }: Listed) => items.map(({ name }) => name)
const refusal = (query: string, input: Plain, actor: Actor = SYSTEM_ACTOR) => {
  const answered = engine.read(query, actor, input, START)
  return 'refusal' in answered ? answered.refusal.code : 'answered'
}

/** All pages of a list, one after another. */
function everyPage(list: (more: object) => Listed, more: object): { names: string[]; pages: number } {
  const found: string[] = []
  let pages = 0
  for (let after: number | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const answered = list({ ...more, after })
    found.push(...names(answered))
    after = answered.next
    pages += 1
  }
  return { names: found, pages }
}

describe('lists', () => {
  test('of parties: under one, by kind, status and name, sorted and by page', () => {
    const member = createParty(engine, root, 'zeta', { kind: 'clearing_member' })
    const firm = createParty(engine, member, 'Alpha', { kind: 'participant' })
    createParty(engine, firm, 'beta')
    createParty(engine, root, 'outside')
    expect(names(parties({ under: member }))).toEqual(['zeta', 'Alpha', 'beta'])
    expect(names(parties({ under: member, sort: 'name' }))).toEqual(['Alpha', 'beta', 'zeta'])
    expect(names(parties({ kind: 'client' }))).toEqual(['beta', 'outside'])
    expect(names(parties({ search: 'ETA' }))).toEqual(['zeta', 'beta'])
    done(engine, 'parties.suspend', { party: firm, version: null })
    expect(names(parties({ status: 'suspended' }))).toEqual(['Alpha'])
    for (const sort of ['created', 'name'])
      expect(everyPage(parties, { limit: 2, sort })).toEqual({ names: names(parties({ sort })), pages: 3 })
  })

  test('of accounts: of one party, of a subtree, by stage, status and type', () => {
    const upper = createParty(engine, root, 'upper')
    const lower = createParty(engine, upper, 'lower')
    openAccount(engine, upper, 'a')
    const b = openAccount(engine, lower, 'b', { type: 'margin' })
    openAccount(engine, upper, 'c', { needsClearing: true })
    expect(names(accounts({ party: upper }))).toEqual(['a', 'c'])
    expect(names(accounts({ under: upper }))).toEqual(['a', 'b', 'c'])
    expect(names(accounts({ under: upper, type: 'margin' }))).toEqual(['b'])
    expect(names(accounts({ under: upper, stage: 'new' }))).toEqual(['c'])
    done(engine, 'accounts.suspend', { account: b, version: null })
    expect(names(accounts({ under: upper, status: 'suspended' }))).toEqual(['b'])
    expect(refusal('accounts.list', { ...anyAccount, party: upper, under: upper })).toBe('malformed')
  })

  test('follow a party to its new owner', () => {
    const [from, to] = [createParty(engine, root, 'from'), createParty(engine, root, 'to')]
    const moved = createParty(engine, from, 'moved')
    openAccount(engine, moved, 'account')
    done(engine, 'parties.move', { party: moved, owner: to, version: null })
    expect(names(accounts({ under: from }))).toEqual([])
    expect(names(accounts({ under: to }))).toEqual(['account'])
    expect(names(parties({ under: to }))).toEqual(['to', 'moved'])
  })

  test.each([0, -1, 1.5, 501])('take no limit of %s', (limit) => {
    expect(refusal('accounts.list', { ...anyAccount, limit })).toBe('malformed')
  })

  test('take the cursors that they gave, and no others', () => {
    expect(refusal('accounts.list', { ...anyAccount, after: 999_999 })).toBe('malformed')
  })
})

describe('what an actor sees in lists', () => {
  let mine: PartyId
  let other: PartyId

  beforeEach(() => {
    mine = createParty(engine, root, 'mine')
    other = createParty(engine, root, 'other')
    createParty(engine, mine, 'beneath')
    openAccount(engine, mine, 'mine-1')
    openAccount(engine, other, 'other-1')
  })

  const person = () => createPerson(engine, mine, 'person', { scopes: ['accounts:read', 'parties:read'] })

  test('nothing without a binding', () => {
    const { actor } = person()
    expect(names(accounts({}, actor))).toEqual([])
    expect(names(parties({}, actor))).toEqual([])
    expect(
      refusal('parties.list', { under: mine, kind: null, status: null, search: null, ...page }, actor),
    ).toBe('not_visible')
  })

  test('subtrees, once each, however they overlap', () => {
    const { user, actor } = person()
    bind(engine, user, 'subtree', mine, 'read_only')
    const beneath = parties({ search: 'beneath' }).items[0]!.id as PartyId
    bind(engine, user, 'subtree', beneath, 'full')
    expect(names(parties({}, actor))).toEqual(['mine', 'beneath'])
    expect(names(accounts({}, actor))).toEqual(['mine-1'])
    expect(refusal('accounts.list', { ...anyAccount, party: other }, actor)).toBe('not_visible')
  })

  test('accounts bound one by one, or by their group, but not those for reports only', () => {
    const { user, actor } = person()
    const [bound, grouped, reported] = ['bound', 'grouped', 'reported'].map((name) =>
      openAccount(engine, other, name),
    ) as [AccountId, AccountId, AccountId]
    const { group } = done<{ group: GroupId }>(engine, 'groups.create', {
      party: other,
      name: 'g',
      displayName: 'G',
    })
    done(engine, 'groups.add_account', { group, account: grouped })
    bind(engine, user, 'account', bound, 'close_only')
    bind(engine, user, 'group', group, 'read_only')
    bind(engine, user, 'account', reported, 'reports_only')
    expect(names(accounts({}, actor))).toEqual(['bound', 'grouped'])
    expect(names(parties({}, actor))).toEqual([])
  })
})

describe('lists of more than can be gathered', () => {
  const COUNT = EXAMINED_MAX + GATHERED_MAX
  let crowd: PartyId

  /** Rows as a load brings them: the quickest way to many. */
  beforeEach(() => {
    crowd = createParty(engine, root, 'crowd')
    const { accounts: table } = engine.rooms.hierarchy
    const first = openAccount(engine, crowd, 'first')
    const values = table.read(table.row(first))
    const columns = table.columns.map((column) => column.name)
    const rows = Array.from({ length: COUNT }, (_, place) => [
      first + 1 + place,
      ...columns.map((column) =>
        column === 'name' ? `n-${place}` : ((values as Record<string, Plain>)[column] as Plain),
      ),
    ])
    const head = { ...engine.image.head, idCounter: first + COUNT, time: instant(engine.image.head.time) }
    engine.image.apply([{ table: 'accounts', columns, rows, removed: [] }], head)
    const last = createParty(engine, root, 'last')
    openAccount(engine, last, 'needle')
  })

  test('come page by page, in order and complete', () => {
    const { names: found, pages } = everyPage(accounts, { party: crowd, limit: 500 })
    expect(found).toEqual(['first', ...Array.from({ length: COUNT }, (_, place) => `n-${place}`)])
    expect(pages).toBe(Math.ceil((COUNT + 1) / 500) + ((COUNT + 1) % 500 === 0 ? 1 : 0))
  })

  /** A book that begins with what another holds, as a start loads it. */
  function restarted({ image }: Engine): Engine {
    const fresh = new Engine()
    for (const table of image.primaryTables()) {
      const rows = table.idsInOrder().map((id) => table.encode(table.row(id)))
      const columns = table.columns.map((column) => column.name)
      fresh.image.fill(table.tableName, columns, [rows], rows.length)
    }
    fresh.image.head = image.head
    return fresh
  }

  test('by name too, from the first page on and whatever comes between', () => {
    const sorted = ['first', ...Array.from({ length: COUNT }, (_, place) => `n-${place}`)].sort()
    const byName = { ...anyAccount, party: crowd, sort: 'name' }
    engine = restarted(engine)
    expect(refusal('accounts.list', byName)).toBe('overloaded')
    engine.rooms.hierarchy.settleNames(COUNT - 2 * SETTLED_MAX)
    expect(refusal('accounts.list', byName)).toBe('overloaded')
    expect(everyPage(accounts, { party: crowd, limit: 500, sort: 'name' }).names).toEqual(sorted)
    const half = accounts({ party: crowd, sort: 'name' })
    openAccount(engine, crowd, 'a-later-one')
    openAccount(engine, crowd, 'n-99999-later')
    const second = accounts({ party: crowd, sort: 'name', after: half.next })
    expect(names(second)).toEqual(sorted.slice(500, 1_000))
    expect(names(accounts({ party: crowd, sort: 'name', limit: 1 }))).toEqual(['a-later-one'])
    expect(refusal('accounts.list', { ...anyAccount, party: crowd, sort: 'name', after: 999_999 })).toBe(
      'malformed',
    )
  })

  test('by name as far as the actor sees', () => {
    const { user, actor } = createPerson(engine, crowd, 'seer', { scopes: ['accounts:read'] })
    bind(engine, user, 'subtree', crowd, 'read_only')
    const seen = everyPage((more) => accounts({ sort: 'name', ...more }, actor), {}).names
    expect(seen).toHaveLength(COUNT + 1)
    expect(seen).not.toContain('needle')
    expect(seen).toEqual([...seen].sort())
  })

  test('look at a bounded number of records a page, and say where to go on', () => {
    const first = accounts({ under: root, search: 'needle' })
    expect(first.items).toEqual([])
    expect(first.next).not.toBeNull()
    expect(everyPage(accounts, { under: root, search: 'needle' }).names).toEqual(['needle'])
  })

  test('a small subtree among many is gathered, sorted by name too', () => {
    const last = parties({ search: 'last' }).items[0]!.id
    expect(names(accounts({ under: last, sort: 'name' }))).toEqual(['needle'])
  })
})
