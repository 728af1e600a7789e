import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { after, type Id, SECOND } from '../image/index.js'
import { createPerson } from '../testing/people.js'
import { answer, createParty, done, openAccount, openBook, refusedWith, run } from '../testing/world.js'
import type { AccountId, BlockId, PartyId } from './fields.js'
import { BLOCKS_OF_TARGET_MAX, REASON_LENGTH_MAX } from './names.js'

let engine: Engine
let root: PartyId
let party: PartyId
let account: AccountId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
  party = createParty(engine, root, 'party')
  account = openAccount(engine, party, 'account')
})

const block = (target: Id, more: object = {}) => ({
  target,
  kind: 'transfers',
  reason: 'why',
  until: null,
  ...more,
})
const set = (target: Id, more: object = {}) =>
  done<{ block: BlockId }>(engine, 'blocks.set', block(target, more)).block
const listed = (target: Id) => answer<{ items: { id: BlockId }[] }>(engine, 'blocks.list', { target }).items

describe('blocks', () => {
  test('stand against parties, accounts and users, with who, why and until when', () => {
    const { user } = createPerson(engine, party, 'person', {})
    const until = after(engine.image.head.time, SECOND)
    for (const target of [party, account, user] as Id[]) {
      const outcome = run(engine, 'blocks.set', block(target, { until }))
      expect(outcome).toMatchObject({
        events: [
          {
            kind: 'block.set',
            paths: [`/${root}/${party}/`],
            reason: 'why',
            data: { before: null, after: { kind: 'transfers', reason: 'why', until, setBy: null } },
          },
        ],
      })
      expect(listed(target)).toMatchObject([{ kind: 'transfers', reason: 'why', until }])
    }
  })

  test('are lifted by hand', () => {
    const id = set(account)
    expect(run(engine, 'blocks.lift', { block: id }, { reason: 'settled' })).toMatchObject({
      events: [
        { kind: 'block.lifted', reason: 'settled', data: { before: { kind: 'transfers' }, after: null } },
      ],
    })
    expect(listed(account)).toEqual([])
    expect(refusedWith(engine, 'blocks.lift', { block: id })).toBe('not_visible')
  })

  test('what was set from above is lifted from above', () => {
    const above = createPerson(engine, root, 'above', { roles: ['operator'] })
    const within = createPerson(engine, party, 'within', { roles: ['firm_administrator'] })
    const other = createPerson(engine, party, 'other', { roles: ['firm_administrator'] })
    const block = { target: account, kind: 'transfers', reason: 'why', until: null }
    const fromAbove = done<{ block: number }>(engine, 'blocks.set', block, { actor: above.actor }).block
    expect(refusedWith(engine, 'blocks.lift', { block: fromAbove }, { actor: within.actor })).toBe(
      'not_visible',
    )
    done(engine, 'blocks.lift', { block: fromAbove }, { actor: above.actor })
    const fromWithin = done<{ block: number }>(engine, 'blocks.set', block, { actor: within.actor }).block
    done(engine, 'blocks.lift', { block: fromWithin }, { actor: other.actor })
    expect(listed(account)).toEqual([])
  })

  test('are lifted by themselves when their time is up, as a step of its own', () => {
    const until = after(engine.image.head.time, SECOND)
    set(account, { until })
    engine.takeBatch()
    engine.tick(after(until, -1))
    expect(engine.takeBatch()).toBeNull()
    expect(engine.nextDueAt()).toBe(until)
    engine.tick(after(until, 5 * SECOND))
    const batch = engine.takeBatch()!
    expect(batch.events).toMatchObject([
      { kind: 'block.lifted', time: until, reason: 'until', doer: { credential: null, user: null } },
    ])
    expect(listed(account)).toEqual([])
    expect(engine.nextDueAt()).toBeUndefined()
  })

  test('a block that was lifted by hand is not lifted again', () => {
    const until = after(engine.image.head.time, SECOND)
    done(engine, 'blocks.lift', { block: set(account, { until }) })
    engine.takeBatch()
    engine.tick(until)
    expect(engine.takeBatch()).toBeNull()
  })

  test.each([
    ['no reason', { reason: ' ' }, 'malformed'],
    ['a reason that is too long', { reason: 'r'.repeat(REASON_LENGTH_MAX + 1) }, 'malformed'],
    ['an end that has passed', { until: 1 }, 'malformed'],
    ['a target that is not there', { target: 999_999 }, 'not_visible'],
    ['the operator of the book', { target: 1 }, 'root_is_fixed'],
  ])('refuse %s', (_what, more, code) => {
    expect(refusedWith(engine, 'blocks.set', block(account, more))).toBe(code)
  })

  test('go to the edge of their number, with reasons to the edge of theirs', () => {
    for (let count = 0; count < BLOCKS_OF_TARGET_MAX; count += 1)
      set(account, { reason: 'r'.repeat(REASON_LENGTH_MAX) })
    expect(refusedWith(engine, 'blocks.set', block(account))).toBe('limit_reached')
    set(party)
  })
})
