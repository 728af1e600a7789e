/** The compact keys against the obvious: a map from key to use, dropped by age. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IdempotencyKeys, KEPT_FOR } from './idempotency.js'
import type { Id } from './ids.js'
import { DAY, HOUR, type Instant } from './instant.js'

const use = fc.record({
  owner: fc.integer({ min: 1, max: 4 }),
  operation: fc.constantFrom('transfers.create', 'deposits.create'),
  key: fc.oneof(fc.constantFrom('a', 'b', 'ab', ''), fc.string({ maxLength: 40 })),
  body: fc.constantFrom('body one', 'body two', 'body three'),
  isForgotten: fc.boolean(),
  wait: fc.constantFrom(0, 1, HOUR, 7 * HOUR, DAY),
})

describe('idempotency keys', () => {
  it('know every use of the last day with its sequence and body, and nothing that was never used', () => {
    fc.assert(
      fc.property(fc.array(use, { maxLength: 200 }), (uses) => {
        const keys = new IdempotencyKeys()
        const known = new Map<string, { sequence: number; body: string; at: number }>()
        let at = 1_000
        uses.forEach(({ owner, operation, key, body, isForgotten, wait }, index) => {
          at += wait
          const name = `${owner} ${operation} ${key}`
          const kept = known.get(name)
          const found = keys.find(owner as Id, operation, key)
          if (kept === undefined) expect(found).toBeUndefined()
          else if (kept.at + KEPT_FOR >= at || found !== undefined) {
            expect(found?.sequence).toBe(kept.sequence)
            for (const text of ['body one', 'body two', 'body three'])
              expect(found?.isSameBody(text)).toBe(text === kept.body)
          }
          if (found !== undefined) return
          keys.keep(owner as Id, operation, key, { sequence: index + 1, bodyHash: body }, at as Instant)
          known.set(name, { sequence: index + 1, body, at })
          if (!isForgotten) return
          keys.forget(owner as Id, operation, key)
          known.delete(name)
        })
      }),
      { numRuns: 300 },
    )
  })

  it('agree with a map over many keys, half of them taken back', () => {
    const keys = new IdempotencyKeys()
    for (let index = 1; index <= 20_000; index += 1)
      keys.keep(
        ((index % 7) + 1) as Id,
        'op',
        `key-${index}`,
        { sequence: index, bodyHash: 'b' },
        5 as Instant,
      )
    for (let index = 2; index <= 20_000; index += 2)
      keys.forget(((index % 7) + 1) as Id, 'op', `key-${index}`)
    expect(keys.size).toBe(10_000)
    for (let index = 1; index <= 20_000; index += 1)
      expect(keys.find(((index % 7) + 1) as Id, 'op', `key-${index}`)?.sequence).toBe(
        index % 2 === 0 ? undefined : index,
      )
  })

  it('cost at most 30 bytes a use once their half day is over, and nothing when they are old', () => {
    const keys = new IdempotencyKeys()
    const count = 50_000
    for (let index = 1; index <= count; index += 1)
      keys.keep(1 as Id, 'op', `key-${index}`, { sequence: index, bodyHash: 'b' }, 5 as Instant)
    keys.keep(1 as Id, 'op', 'later', { sequence: count + 1, bodyHash: 'b' }, (13 * HOUR) as Instant)
    expect(keys.bytes / keys.size).toBeLessThan(30)
    keys.keep(1 as Id, 'op', 'next day', { sequence: count + 2, bodyHash: 'b' }, (DAY + 6) as Instant)
    expect(keys.size).toBe(2)
  })
})
