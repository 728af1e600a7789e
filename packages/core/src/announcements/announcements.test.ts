/** What the house tells everybody: who may, what is told, what each user has read of it, and how much is kept. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { copyPrimary, type Event, MINUTE, type Plain } from '../image/index.js'
import { derivedHashOf, hashOf, textHash } from '../testing/hash.js'
import { actorOf, createKey, createPerson } from '../testing/people.js'
import { answer, createParty, done, openBook, refusedWith, run, START, type With } from '../testing/world.js'
import {
  ANNOUNCEMENT_BODY_LENGTH_MAX,
  ANNOUNCEMENT_TITLE_LENGTH_MAX,
  ANNOUNCEMENTS_MAX,
  type AnnouncementId,
} from './announcements.js'
import type { AnnouncementsPage } from './queries.js'

type Id = AnnouncementId

function world() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'heron')
  const operator = createPerson(engine, house, 'operator', { roles: ['operator'] })
  const admin = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  const ada = createPerson(engine, firm, 'ada', { scopes: ['accounts:read', 'accounts:write'] })
  const publish = (title: string, more: With & { readonly body?: string } = {}): Id => {
    const { body = 'Trading stops at 08:00 UTC.', ...by } = more
    return done<{ announcement: Id }>(engine, 'announcements.publish', announcement({ title, body }), by)
      .announcement
  }
  const list = (input: Readonly<Record<string, Plain>> = {}, by: With = {}) =>
    answer<AnnouncementsPage>(
      engine,
      'announcements.list',
      { from: null, to: null, after: null, limit: 50, ...input },
      by,
    )
  const unread = (by: With) =>
    answer<AnnouncementsPage>(engine, 'announcements.unread', { after: null, limit: 500 }, by).items.map(
      ({ id }) => id,
    )
  const markRead = (id: Id, by: With) => done(engine, 'announcements.mark_read', { announcement: id }, by)
  return { engine, house, firm, operator, admin, ada, publish, list, unread, markRead }
}

const announcement = (more: Readonly<Record<string, Plain>> = {}) => ({
  title: 'Maintenance',
  body: 'Trading stops at 08:00 UTC.\n\nOrders stay.',
  isImportant: true,
  isConfirmationAsked: false,
  ...more,
})
const at = (minutes: number) => (START + minutes * MINUTE) as never
const eventsOf = (engine: Engine): readonly Event[] => engine.takeBatch()?.events ?? []

describe('publishing and withdrawing', () => {
  test('is told at the root with all that it says, and again as it is withdrawn', () => {
    const { engine, house, operator, list } = world()
    engine.takeBatch()
    const by = { actor: operator.actor, time: at(1) }
    const published = done<{ announcement: Id }>(engine, 'announcements.publish', announcement(), by)
    const { announcement: id } = published
    const shown = { ...announcement(), id, publishedAt: at(1) }
    expect(list()).toEqual({ items: [shown], next: null })
    done(engine, 'announcements.withdraw', { announcement: id }, { ...by, reason: 'It was the wrong day' })
    expect(list()).toEqual({ items: [], next: null })
    expect(
      eventsOf(engine).map(({ kind, subject, paths, data, reason }) => [kind, subject, paths, data, reason]),
    ).toEqual([
      ['announcement.published', `ann_${id}`, [`/${house}/`], shown, null],
      ['announcement.withdrawn', `ann_${id}`, [`/${house}/`], shown, 'It was the wrong day'],
    ])
    expect(refusedWith(engine, 'announcements.withdraw', { announcement: id }, by)).toBe('not_visible')
  })

  test('is the house’s: neither a firm’s administrator may, nor whoever has the scope beneath the root alone', () => {
    const { engine, firm, admin, ada, publish } = world()
    const id = publish('Maintenance')
    const near = createPerson(engine, firm, 'near', {
      roles: ['firm_administrator'],
      scopes: ['announcements:write'],
    })
    const before = hashOf(engine.image)
    for (const [person, code] of [
      [admin, 'scope_missing'],
      [ada, 'scope_missing'],
      [near, 'not_visible'],
    ] as const) {
      const by = { actor: person.actor }
      expect(refusedWith(engine, 'announcements.publish', announcement(), by)).toBe(code)
      expect(refusedWith(engine, 'announcements.withdraw', { announcement: id }, by)).toBe(code)
    }
    expect(hashOf(engine.image)).toBe(before)
  })

  test('a title and a body at the edge of their lengths, and beyond', () => {
    const { engine, list } = world()
    const edge = announcement({
      title: 'é'.repeat(ANNOUNCEMENT_TITLE_LENGTH_MAX),
      body: '𝄞\n'.repeat(ANNOUNCEMENT_BODY_LENGTH_MAX / 2),
    })
    done(engine, 'announcements.publish', edge)
    expect(list().items).toMatchObject([edge])
    for (const [field, value] of [
      ['title', 'é'.repeat(ANNOUNCEMENT_TITLE_LENGTH_MAX + 1)],
      ['title', ''],
      ['title', '  '],
      ['title', 'two\nlines'],
      ['body', 'x'.repeat(ANNOUNCEMENT_BODY_LENGTH_MAX + 1)],
      ['body', ''],
      ['body', '\n \n'],
      ['body', 'a\tb'],
      ['body', 'a\rb'],
      ['body', '\u202eturned'],
    ] as const)
      expect(run(engine, 'announcements.publish', announcement({ [field]: value }))).toMatchObject({
        kind: 'refused',
        refusal: { code: 'malformed', field: `/${field}` },
      })
  })

  test('so many stand; one that is withdrawn makes room', () => {
    const { engine, publish, list } = world()
    const ids = Array.from({ length: ANNOUNCEMENTS_MAX }, (_none, number) => publish(`Number ${number}`))
    expect(run(engine, 'announcements.publish', announcement())).toMatchObject({
      kind: 'refused',
      refusal: { code: 'limit_reached', data: { limit: ANNOUNCEMENTS_MAX } },
    })
    done(engine, 'announcements.withdraw', { announcement: ids[3] as Id })
    const last = publish('The last')
    const kept = list({ limit: 500 }).items.map(({ id }) => id)
    expect(kept).toEqual([last, ...ids.filter((id) => id !== ids[3]).reverse()])
  })
})

describe('the list', () => {
  test('is everybody’s, newest first, between two times and page by page', () => {
    const { publish, list, ada, engine, firm } = world()
    const publishAt = (minute: number): Id => publish(`At ${minute}`, { time: at(minute) })
    const [first, second, third] = [publishAt(1), publishAt(2), publishAt(3)]
    const ids = (input: Readonly<Record<string, Plain>>, by: With = {}) =>
      list(input, by).items.map(({ id }) => id)
    const stranger = createPerson(engine, firm, 'stranger')
    for (const { actor } of [ada, stranger]) expect(ids({}, { actor })).toEqual([third, second, first])
    expect(ids({ from: at(2) })).toEqual([third, second])
    expect(ids({ to: at(2) })).toEqual([second, first])
    expect(ids({ from: at(2), to: at(2) })).toEqual([second])
    expect(list({ limit: 2 }).next).toBe(second)
    expect(ids({ limit: 2, after: second })).toEqual([first])
    expect(list({ limit: 3 }).next).toBeNull()
    for (const limit of [0, 501, 1.5])
      expect(
        engine.read(
          'announcements.list',
          { kind: 'system' },
          { from: null, to: null, after: null, limit },
          at(4),
        ),
      ).toMatchObject({ refusal: { code: 'malformed', field: '/limit' } })
  })
})

describe('reading', () => {
  test('each user marks for itself, once; the rest is still unread', () => {
    const { engine, firm, ada, publish, unread, markRead } = world()
    const ben = createPerson(engine, firm, 'ben', { scopes: ['accounts:read', 'accounts:write'] })
    const [first, second] = [publish('One'), publish('Two')]
    const [byAda, byBen] = [{ actor: ada.actor }, { actor: ben.actor }]
    expect(unread(byAda)).toEqual([second, first])
    engine.takeBatch()
    markRead(first, byAda)
    markRead(first, byAda)
    expect(eventsOf(engine).map(({ kind, subject, data }) => [kind, subject, data])).toEqual([
      ['announcement.read', `ann_${first}`, { id: first, user: ada.user }],
    ])
    expect(unread(byAda)).toEqual([second])
    expect(unread(byBen)).toEqual([second, first])
    markRead(second, byAda)
    expect(unread(byAda)).toEqual([])
  })

  test('needs its scopes and a user, and something that stands', () => {
    const { engine, house, firm, ada, publish, unread } = world()
    const id = publish('One')
    const input = { announcement: id }
    const withdrawn = publish('Two')
    done(engine, 'announcements.withdraw', { announcement: withdrawn })
    const looker = createPerson(engine, firm, 'looker', { scopes: ['accounts:read'] })
    const nobody = createPerson(engine, firm, 'nobody')
    const desk = createKey(engine, { party: house }, 'desk', { scopes: ['accounts:read', 'accounts:write'] })
    const before = hashOf(engine.image)
    const mark = (announcement: Id, by: With) =>
      refusedWith(engine, 'announcements.mark_read', { announcement }, by)
    expect(mark(id, { actor: looker.actor })).toBe('scope_missing')
    expect(unread({ actor: looker.actor })).toEqual([id])
    const asked = (by: With) =>
      engine.read('announcements.unread', by.actor as never, { after: null, limit: 50 }, START)
    expect(asked({ actor: nobody.actor })).toMatchObject({ refusal: { code: 'scope_missing' } })
    expect(mark(id, {})).toBe('level_insufficient')
    expect(mark(id, { actor: actorOf(desk) })).toBe('level_insufficient')
    expect(asked({ actor: actorOf(desk) })).toMatchObject({ refusal: { code: 'level_insufficient' } })
    for (const gone of [withdrawn, 999_999 as Id])
      expect(mark(gone, { actor: ada.actor })).toBe('not_visible')
    expect(run(engine, 'announcements.mark_read', input, { actor: nobody.actor })).toMatchObject({
      refusal: { code: 'scope_missing' },
    })
    expect(hashOf(engine.image)).toBe(before)
  })

  test('forgets what was withdrawn as the user reads on: a row is never longer than what stands', () => {
    const { engine, ada, publish, markRead } = world()
    const by = { actor: ada.actor }
    const reads = () => {
      const table = engine.image.primaryTables().find(({ tableName }) => tableName === 'announcement_reads')
      return table?.read(table.find(ada.user))
    }
    const [first, second] = [publish('One'), publish('Two')]
    markRead(second, by)
    markRead(first, by)
    expect(reads()).toEqual({ announcements: [first, second] })
    done(engine, 'announcements.withdraw', { announcement: first })
    const third = publish('Three')
    markRead(third, by)
    expect(reads()).toEqual({ announcements: [second, third] })
  })
})

test('all of it is the same in a book that is loaded from its rows', () => {
  const { engine, ada, publish, markRead, unread } = world()
  const [first, second] = [publish('One'), publish('Two')]
  markRead(first, { actor: ada.actor })
  const loaded = new Engine()
  copyPrimary(engine.image, loaded.image)
  expect(hashOf(loaded.image)).toBe(hashOf(engine.image))
  expect(derivedHashOf(loaded.image)).toBe(derivedHashOf(engine.image))
  expect(unread({ actor: ada.actor })).toEqual([second])
  expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
})
