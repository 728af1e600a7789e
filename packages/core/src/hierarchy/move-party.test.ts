import { beforeEach, describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { bind, createPerson } from '../testing/people.js'
import { createParty, done, openBook, refusedWith, run, SYSTEM_ACTOR } from '../testing/world.js'
import type { PartyId } from './fields.js'
import { TREE_DEPTH_MAX } from './names.js'

let engine: Engine
let root: PartyId

beforeEach(() => {
  engine = new Engine()
  root = openBook(engine).party
})

const move = (party: PartyId, owner: PartyId, version: number | null = null) => ({ party, owner, version })

/** A chain of clients beneath `owner`; the last is the deepest. */
function chain(owner: PartyId, length: number, prefix: string): PartyId[] {
  const made: PartyId[] = []
  for (let level = 0; level < length; level += 1)
    made.push(createParty(engine, made.at(-1) ?? owner, `${prefix}-${level}`))
  return made
}

describe('parties.move', () => {
  test('takes a party and everything beneath it to another owner, as one row', () => {
    const [from, to] = [createParty(engine, root, 'from'), createParty(engine, root, 'to')]
    const [top, leaf] = chain(from, 2, 'chain') as [PartyId, PartyId]
    engine.takeBatch()
    const outcome = run(engine, 'parties.move', move(top, to), { reason: 'sold' })
    expect(outcome).toMatchObject({ kind: 'done', result: { party: top, version: 2 } })
    const { hierarchy } = engine.rooms
    expect(hierarchy.pathOf(hierarchy.parties.row(leaf))).toBe(`/${root}/${to}/${top}/${leaf}/`)
    const batch = engine.takeBatch()!
    expect(batch.images).toHaveLength(1)
    expect(batch.images[0]!.rows).toHaveLength(1)
    expect(batch.events).toMatchObject([
      {
        kind: 'party.moved',
        subject: `pty_${top}`,
        paths: [`/${root}/${to}/${top}/`, `/${root}/${from}/${top}/`],
        data: { before: { owner: from }, after: { owner: to } },
        reason: 'sold',
      },
    ])
  })

  test('a preview says what would happen and changes nothing', () => {
    const [from, to] = [createParty(engine, root, 'from'), createParty(engine, root, 'to')]
    const top = createParty(engine, from, 'top')
    const { sequence } = engine.image.head
    const envelope = {
      command: 'parties.move',
      input: move(top, to),
      actor: SYSTEM_ACTOR,
      time: engine.image.head.time,
    }
    expect(engine.preview(envelope)).toMatchObject({ kind: 'done', events: [{ kind: 'party.moved' }] })
    expect(engine.image.head.sequence).toBe(sequence)
    const { parties, order } = engine.rooms.hierarchy
    expect(parties.owner.get(parties.row(top))).toBe(from)
    expect(order.isAtOrAbove(parties.row(from), parties.row(top))).toBe(true)
    expect(order.isAtOrAbove(parties.row(to), parties.row(top))).toBe(false)
  })

  test('refuses to move the root, or a party beneath itself', () => {
    const [top, leaf] = chain(root, 2, 'chain') as [PartyId, PartyId]
    expect(refusedWith(engine, 'parties.move', move(root, top))).toBe('root_is_fixed')
    expect(refusedWith(engine, 'parties.move', move(top, top))).toBe('move_into_itself')
    expect(refusedWith(engine, 'parties.move', move(top, leaf))).toBe('move_into_itself')
  })

  test('refuses an owner of a kind that cannot own it', () => {
    const member = createParty(engine, root, 'member', { kind: 'clearing_member' })
    const firm = createParty(engine, member, 'firm', { kind: 'participant' })
    const client = createParty(engine, root, 'client')
    expect(refusedWith(engine, 'parties.move', move(firm, client))).toBe('owner_kind_invalid')
    expect(refusedWith(engine, 'parties.move', move(member, firm))).toBe('move_into_itself')
    done(engine, 'parties.move', move(firm, root))
  })

  test('counts the depth of what moves, to the edge and beyond it', () => {
    const deep = chain(root, TREE_DEPTH_MAX - 3, 'deep').at(-1)!
    const two = chain(root, 2, 'two')[0]!
    const three = chain(root, 3, 'three')[0]!
    done(engine, 'parties.move', move(two, deep))
    expect(refusedWith(engine, 'parties.move', move(three, deep))).toBe('tree_too_deep')
  })

  test('refuses a target that is suspended or closed, itself or above', () => {
    const [top, leaf] = chain(root, 2, 'target') as [PartyId, PartyId]
    const party = createParty(engine, root, 'party')
    done(engine, 'parties.suspend', { party: top, version: null })
    expect(refusedWith(engine, 'parties.move', move(party, top))).toBe('party_suspended')
    expect(refusedWith(engine, 'parties.move', move(party, leaf))).toBe('party_suspended')
    const closed = createParty(engine, root, 'closed')
    done(engine, 'parties.close', { party: closed, version: null })
    expect(refusedWith(engine, 'parties.move', move(party, closed))).toBe('party_suspended')
    expect(refusedWith(engine, 'parties.move', move(closed, root))).toBe('transition_invalid')
  })

  test('refuses another version and unknown parties', () => {
    const party = createParty(engine, root, 'party')
    const owner = createParty(engine, root, 'owner')
    expect(refusedWith(engine, 'parties.move', move(party, owner, 2))).toBe('version_mismatch')
    expect(refusedWith(engine, 'parties.move', move(party, 999_999 as PartyId))).toBe('not_visible')
    expect(refusedWith(engine, 'parties.move', move(999_999 as PartyId, owner))).toBe('not_visible')
    done(engine, 'parties.move', move(party, owner, 1))
  })

  test('needs the right to administer both the party and the new owner', () => {
    const [from, to] = [createParty(engine, root, 'from'), createParty(engine, root, 'to')]
    const party = createParty(engine, from, 'party')
    const { user, actor } = createPerson(engine, from, 'admin', { scopes: ['parties:write'] })
    bind(engine, user, 'subtree', from, 'full')
    expect(refusedWith(engine, 'parties.move', move(party, to), { actor })).toBe('not_visible')
    bind(engine, user, 'subtree', to, 'read_only')
    expect(refusedWith(engine, 'parties.move', move(party, to), { actor })).toBe('level_insufficient')
    bind(engine, user, 'subtree', to, 'full')
    expect(run(engine, 'parties.move', move(party, to), { actor }).kind).toBe('done')
  })
})
