import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import {
  copyPrimary,
  ITEMS_OF_STEP,
  type ItemResult,
  type ProcessId,
  ROWS_OF_COMMAND_MAX,
} from '../image/index.js'
import { answer, createParty, done, openAccount, openBook, refusedWith } from '../testing/world.js'
import type { PartyId } from './fields.js'
import { ITEMS_OF_OPEN_MANY_MAX } from './names.js'

let engine: Engine
let party: PartyId

beforeEach(() => {
  engine = new Engine()
  party = createParty(engine, openBook(engine).party, 'party')
})

const many = (more: object) => ({
  party,
  main: null,
  template: null,
  type: 'cash',
  baseCurrency: null,
  needsClearing: false,
  counted: null,
  items: null,
  ...more,
})
const counted = (count: number, more: object = {}) =>
  many({ counted: { prefix: 'c-', first: 1, digits: 6, count, ...more } })
const start = (input: object) =>
  done<{ process: ProcessId }>(engine, 'accounts.open_many', input as never).process

interface Shown {
  readonly state: string
  readonly cursor: number
  readonly total: number
  readonly failures: number
  readonly results: readonly ItemResult[]
}
const get = (process: ProcessId, first = 0, limit = 500, at = engine) =>
  answer<Shown>(at, 'processes.get', { process, first, limit })

/** Ticks at every due time until nothing is due; returns how many steps that took. */
function runOut(at: Engine): number {
  let steps = 0
  for (let next = at.nextDueAt(); next !== undefined; next = at.nextDueAt()) {
    at.tick(next)
    steps += 1
  }
  return steps
}

describe('accounts.open_many', () => {
  test('counts names up, step by step, with other commands in between', () => {
    const process = start(counted(600))
    expect(get(process)).toMatchObject({ state: 'running', cursor: 0, total: 600, results: [] })
    engine.tick(engine.nextDueAt()!)
    expect(get(process)).toMatchObject({ state: 'running', cursor: ITEMS_OF_STEP })
    openAccount(engine, party, 'in-between')
    expect(runOut(engine)).toBe(2)
    expect(get(process)).toMatchObject({ state: 'completed', cursor: 600, failures: 0 })
    const { accountByName } = engine.rooms.hierarchy
    expect([
      accountByName.has('c-000001'),
      accountByName.has('c-000600'),
      accountByName.has('c-000601'),
    ]).toEqual([true, true, false])
    expect(get(process, 598, 500).results).toHaveLength(2)
  })

  test('records an item that is refused and goes on with the rest', () => {
    openAccount(engine, party, 'taken')
    const item = (name: string, more: object = {}) => ({
      name,
      displayName: null,
      type: null,
      attributes: {},
      ...more,
    })
    const process = start(
      many({ items: [item('a'), item('taken'), item('-'), item('b', { type: 'margin' })] }),
    )
    runOut(engine)
    const { results, failures } = get(process)
    expect(failures).toBe(2)
    expect(results).toMatchObject([
      { done: { account: expect.any(Number) } },
      { refused: { code: 'name_taken' } },
      { refused: { code: 'malformed' } },
      { done: { account: expect.any(Number) } },
    ])
    const { accounts, accountByName } = engine.rooms.hierarchy
    expect(accounts.type.get(accountByName.find('b'))).toBe('margin')
  })

  test('goes on after a restart from where the rows say', () => {
    const process = start(counted(700))
    engine.tick(engine.nextDueAt()!)
    const restarted = new Engine()
    copyPrimary(engine.image, restarted.image)
    restarted.resume([])
    expect(runOut(restarted)).toBe(2)
    expect(get(process, 0, 500, restarted)).toMatchObject({ state: 'completed', cursor: 700, failures: 0 })
  })

  test('no step changes more rows than a command may, even when the clock jumps', () => {
    start(counted(2_000))
    const late = (engine.image.head.time + 3_600_000_000) as never
    engine.takeBatch()
    for (let jumps = 0; engine.nextDueAt() !== undefined; jumps += 1) {
      engine.tick((late + jumps * 3_600_000_000) as never)
      const rows = engine.takeBatch()!.images.reduce((sum, { rows }) => sum + rows.length, 0)
      expect(rows).toBeLessThanOrEqual(ITEMS_OF_STEP + 2)
      expect(rows).toBeLessThanOrEqual(ROWS_OF_COMMAND_MAX)
    }
  })

  test('fails item by item once the party is suspended', () => {
    const process = start(counted(300))
    engine.tick(engine.nextDueAt()!)
    done(engine, 'parties.suspend', { party, version: null })
    runOut(engine)
    expect(get(process)).toMatchObject({ state: 'completed', failures: 50 })
  })

  test('takes as many as the limit and no more, in few rows', () => {
    engine.takeBatch()
    start(counted(ITEMS_OF_OPEN_MANY_MAX))
    const rows = engine.takeBatch()!.images.reduce((sum, images) => sum + images.rows.length, 0)
    expect(rows).toBeLessThanOrEqual(ROWS_OF_COMMAND_MAX)
    expect(refusedWith(engine, 'accounts.open_many', counted(ITEMS_OF_OPEN_MANY_MAX + 1))).toBe(
      'limit_reached',
    )
  })

  test.each([
    ['neither names nor items', {}, 'malformed'],
    [
      'both names and items',
      { counted: { prefix: 'a', first: 0, digits: 1, count: 1 }, items: [] },
      'malformed',
    ],
    ['no items', { items: [] }, 'limit_reached'],
    ['a count of nothing', { counted: { prefix: 'a', first: 0, digits: 1, count: 0 } }, 'limit_reached'],
    [
      'numbers that outgrow their digits',
      { counted: { prefix: 'a', first: 1, digits: 1, count: 10 } },
      'malformed',
    ],
    ['too many digits', { counted: { prefix: 'a', first: 1, digits: 13, count: 10 } }, 'malformed'],
    [
      'a prefix that makes no names',
      { counted: { prefix: '/', first: 1, digits: 3, count: 10 } },
      'malformed',
    ],
    ['a party that is not there', { party: 999_999 }, 'not_visible'],
    ['a template that is not there', { template: 999_999 }, 'not_visible'],
  ])('refuses %s', (_what, more, code) => {
    expect(refusedWith(engine, 'accounts.open_many', many(more))).toBe(code)
  })

  test('processes are listed at their party, the latest first', () => {
    const [first, second] = [start(counted(1)), start(counted(1, { prefix: 'd-' }))]
    const { items } = answer<{ items: { id: ProcessId }[] }>(engine, 'processes.list', { party })
    expect(items.map(({ id }) => id)).toEqual([second, first])
  })
})
