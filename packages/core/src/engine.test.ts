import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Engine } from './engine.js'
import {
  after,
  copyPrimary,
  DAY,
  derivedHash,
  type Hasher,
  type Image,
  SECOND,
  stateHash,
} from './image/index.js'
import { createPerson } from './testing/people.js'
import { type Choice, choicesFrom, envelopeOf } from './testing/random-commands.js'
import { stateTextAfter } from './testing/state-text.js'
import { createParty, openBook, refusedWith, run, SYSTEM_ACTOR } from './testing/world.js'

function sha256(): Hasher {
  const hash = createHash('sha256')
  return { update: (text) => void hash.update(text), digest: () => hash.digest('hex') }
}

const hashes = (image: Image) => ({
  state: stateHash(image, sha256()),
  derived: derivedHash(image, sha256()),
})

/** The derived tables as they are when everything is built anew from the primary ones. */
function rebuilt(image: Image): string {
  const fresh = new Engine()
  copyPrimary(image, fresh.image)
  return derivedHash(fresh.image, sha256())
}

const natural = fc.nat(1_000_000)
const choices = (maxLength: number) =>
  fc.array(fc.tuple(natural, natural, natural, natural, fc.nat(50)) as fc.Arbitrary<Choice>, {
    maxLength,
    size: 'max',
  })

function opened(): Engine {
  const engine = new Engine()
  openBook(engine)
  return engine
}

describe('laws of the engine, over random commands', () => {
  test('a refusal changes nothing, and a preview changes nothing', () => {
    fc.assert(
      fc.property(choices(60), (todo) => {
        const engine = opened()
        for (const choice of todo) {
          const envelope = envelopeOf(engine, choice)
          engine.tick(envelope.time)
          const before = hashes(engine.image)
          const foreseen = engine.preview(envelope)
          expect(hashes(engine.image)).toEqual(before)
          const outcome = engine.execute(envelope)
          expect(outcome).toEqual(foreseen)
          if (outcome.kind === 'refused') expect(hashes(engine.image)).toEqual(before)
        }
      }),
      { numRuns: 15 },
    )
  })

  test('undoing a linked batch restores primary and derived state, whatever was in it', () => {
    fc.assert(
      fc.property(choices(60), choices(30), (before, linked) => {
        const engine = opened()
        for (const choice of before) engine.execute(envelopeOf(engine, choice))
        const batch = linked.map((choice) => envelopeOf(engine, [...choice.slice(0, 4), 0] as never))
        const { time } = engine.image.head
        const last = { command: 'nothing.at_all', input: null, actor: SYSTEM_ACTOR, time }
        engine.tick(time)
        const was = hashes(engine.image)
        const { failedAt } = engine.executeLinked([...batch.map((each) => ({ ...each, time })), last])
        expect(failedAt).not.toBeNull()
        expect(hashes(engine.image)).toEqual(was)
      }),
      { numRuns: 40 },
    )
  })

  test('derived tables equal their rebuilding', () => {
    fc.assert(
      fc.property(choices(120), (todo) => {
        const engine = opened()
        for (const choice of todo) engine.execute(envelopeOf(engine, choice))
        expect(derivedHash(engine.image, sha256())).toBe(rebuilt(engine.image))
      }),
      { numRuns: 40 },
    )
  })

  test('replaying the batches gives the same state, and both go on alike', () => {
    fc.assert(
      fc.property(choices(80), fc.integer({ min: 1, max: 9 }), choices(20), (todo, every, more) => {
        const engine = opened()
        const copy = new Engine()
        const ship = () => {
          const batch = engine.takeBatch()
          if (batch !== null) copy.image.apply(batch.images, batch.head)
        }
        todo.forEach((choice, index) => {
          engine.execute(envelopeOf(engine, choice))
          if (index % every === 0) ship()
        })
        ship()
        expect(hashes(copy.image)).toEqual(hashes(engine.image))
        copy.resume([])
        for (const choice of more) {
          const envelope = envelopeOf(engine, choice)
          expect(copy.execute(envelope)).toEqual(engine.execute(envelope))
        }
        expect(hashes(copy.image)).toEqual(hashes(engine.image))
      }),
      { numRuns: 40 },
    )
  })

  test('the same commands give the same state in another process', () => {
    const [seed, count] = [20_260_105, 1_500]
    const built = join(import.meta.dirname, '..', 'dist', 'testing', 'state-text.js')
    if (!existsSync(built)) throw new Error('expected the build of the core; run `npm run build` first')
    const script = `
      import { createHash } from 'node:crypto'
      import { stateTextAfter } from ${JSON.stringify(new URL(`file://${built}`).href)}
      process.stdout.write(createHash('sha256').update(stateTextAfter(${seed}, ${count})).digest('hex'))`
    const there = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    })
    expect(there).toBe(createHash('sha256').update(stateTextAfter(seed, count)).digest('hex'))
  })

  test('a choice of commands reaches successes and refusals of every kind', () => {
    const engine = opened()
    const seen = new Map<string, Set<string>>()
    for (const choice of choicesFrom(7, 3_000)) {
      const envelope = envelopeOf(engine, choice)
      const kinds = seen.get(envelope.command) ?? new Set()
      seen.set(envelope.command, kinds.add(engine.execute(envelope).kind))
    }
    const commandsThatWere = (kind: string) =>
      [...seen].filter(([, kinds]) => kinds.has(kind)).map(([command]) => command)
    expect(commandsThatWere('done').sort()).toEqual([...seen.keys()].sort())
    // A setting that is made of valid parts is never refused.
    expect([...commandsThatWere('refused'), 'settings.set'].sort()).toEqual([...seen.keys()].sort())
  })
})

describe('the door', () => {
  test('says what is unknown', () => {
    const engine = opened()
    expect(refusedWith(engine, 'nothing.at_all', null)).toBe('unknown_operation')
    expect(engine.read('nothing.at_all', SYSTEM_ACTOR, null, engine.image.head.time)).toMatchObject({
      refusal: { code: 'unknown_operation' },
    })
  })

  test('only the system opens a book', () => {
    const engine = opened()
    const { actor } = createPerson(engine, 1 as never, 'somebody', { roles: ['operator'] })
    const input = { name: 'b', displayName: 'B', baseCurrency: 'USD' }
    expect(refusedWith(engine, 'book.open', input, { actor })).toBe('scope_missing')
  })

  test('image time is the larger of the last and the given', () => {
    const engine = opened()
    const { time } = engine.image.head
    createParty(engine, 1 as never, 'late', {})
    run(engine, 'parties.suspend', { party: 1, version: null }, { time: after(time, -SECOND) })
    const outcome = run(
      engine,
      'blocks.set',
      { target: 7, kind: 'whole', reason: 'x', until: null },
      { time: 1 as never },
    )
    expect(outcome).toMatchObject({ events: [{ time }] })
  })

  test('numbers every success, and hands it out once', () => {
    const engine = opened()
    const first = engine.takeBatch()!
    expect(first).toMatchObject({ firstSequence: 1, head: { sequence: 1 } })
    expect(engine.takeBatch()).toBeNull()
    refusedWith(engine, 'parties.close', { party: 1, version: null })
    expect(engine.takeBatch()).toBeNull()
    createParty(engine, 1 as never, 'a')
    createParty(engine, 1 as never, 'b')
    const second = engine.takeBatch()!
    expect(second).toMatchObject({ firstSequence: 2, head: { sequence: 3 } })
    expect(second.events.map(({ sequence, index }) => [sequence, index])).toEqual([
      [2, 0],
      [3, 0],
    ])
  })

  test('a linked batch is all or nothing and says where it failed', () => {
    const engine = opened()
    const { time } = engine.image.head
    const create = (name: string) => ({
      command: 'groups.create',
      input: { party: 7, name, displayName: name },
      actor: SYSTEM_ACTOR,
      time,
    })
    createParty(engine, 1 as never, 'client')
    const before = hashes(engine.image)
    expect(engine.executeLinked([create('a'), create('b'), create('a')])).toMatchObject({
      failedAt: 2,
      outcomes: [{ kind: 'done' }, { kind: 'done' }, { kind: 'refused', refusal: { code: 'name_taken' } }],
    })
    expect(hashes(engine.image)).toEqual(before)
    expect(engine.executeLinked([create('a'), create('b')])).toMatchObject({ failedAt: null })
    expect(engine.rooms.hierarchy.groups.size).toBe(2)
    expect(engine.executeLinked([])).toEqual({ outcomes: [], failedAt: null })
  })
})

describe('idempotency keys', () => {
  function world() {
    const engine = opened()
    const { actor } = createPerson(engine, 1 as never, 'admin', { roles: ['operator'] })
    const suspend = (key: string, bodyHash: string, time = engine.image.head.time) =>
      run(engine, 'parties.update', change, { actor, key: { key, bodyHash }, time })
    const change = {
      party: 1,
      displayName: 'Renamed',
      isPartner: null,
      isLegallyLiable: null,
      sealedPersonal: null,
      version: null,
    }
    return { engine, actor, send: suspend, change }
  }

  test('the same key and body is a repeat, another body is refused', () => {
    const { engine, send } = world()
    const first = send('k', 'h')
    const sequence = first.kind === 'done' ? first.sequence : 0
    const before = hashes(engine.image)
    expect(send('k', 'h')).toEqual({ kind: 'repeated', sequence })
    expect(send('k', 'other')).toMatchObject({ refusal: { code: 'idempotency_key_reused' } })
    expect(hashes(engine.image)).toEqual(before)
    expect(engine.takeBatch()!.results).toMatchObject([{ key: 'k', bodyHash: 'h', sequence }])
  })

  test('a key belongs to its operation, and a refusal does not use it up', () => {
    const { engine, actor, send } = world()
    const key = { key: 'k', bodyHash: 'h' }
    expect(refusedWith(engine, 'parties.erase', { party: 1, version: 99 }, { actor, key })).toBe(
      'version_mismatch',
    )
    expect(run(engine, 'parties.erase', { party: 1, version: 1 }, { actor, key }).kind).toBe('done')
    expect(send('k', 'h').kind).toBe('done')
  })

  test('a key of a batch that was undone is free again', () => {
    const { engine, actor, change } = world()
    const { time } = engine.image.head
    const keyed = { command: 'parties.update', input: change, actor, time, key: { key: 'k', bodyHash: 'h' } }
    const bad = { command: 'parties.close', input: { party: 1, version: null }, actor, time }
    expect(engine.executeLinked([keyed, bad]).failedAt).toBe(1)
    expect(engine.execute(keyed).kind).toBe('done')
    expect(engine.execute(keyed).kind).toBe('repeated')
  })

  test('is known again after a restart, for a day and no less', () => {
    const { engine, actor, send, change } = world()
    send('k', 'h')
    const { results } = engine.takeBatch()!
    const restarted = new Engine()
    copyPrimary(engine.image, restarted.image)
    restarted.resume(results)
    const again = (time: number, name: string) =>
      run(restarted, 'parties.update', change, {
        actor,
        key: { key: name, bodyHash: 'h' },
        time: time as never,
      })
    const { time } = restarted.image.head
    expect(again(time + DAY, 'k').kind).toBe('repeated')
    expect(again(time + DAY + SECOND, 'other').kind).toBe('done')
    expect(again(time + DAY + SECOND, 'k').kind).toBe('done')
  })
})
