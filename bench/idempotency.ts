/** What remembering an idempotency key costs in memory, and in time. */
import { type Id, IdempotencyKeys, type Instant, type KeptUse } from '@stemma/core/image'
import type { Benchmark } from './benchmark.js'
import { report } from './report.js'
import { processorNanoseconds } from './statistics.js'

const OWNERS = 100
const OPERATION = 'transfers.create'
const BODY_HASH = 'Zm9ydHktZm91ciBjaGFyYWN0ZXJzIG9mIGEgYm9keSBoYXNo'
const HALF_DAY_MICROSECONDS = 12 * 3_600 * 1e6

const ownerOf = (index: number): Id => (1 + (index % OWNERS)) as Id
const keyOf = (index: number): string => `bench-${String(index).padStart(30, '0')}`

/** Memory that this process holds after a collection: objects and what stands outside of the heap. */
function heldBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const idempotency: Benchmark = {
  name: 'idempotency',
  run({ quick }) {
    const count = quick ? 200_000 : 2_000_000
    const before = heldBytes()
    const keys = new IdempotencyKeys()
    const keep = (from: number, to: number, at: number): void => {
      for (let index = from; index < to; index += 1)
        keys.keep(
          ownerOf(index),
          OPERATION,
          keyOf(index),
          { sequence: index + 1, bodyHash: BODY_HASH },
          at as Instant,
        )
    }
    const keepNs = processorNanoseconds(() => keep(0, count, 1)) / count
    const load = { keys: keys.size, owners: OWNERS, key_characters: keyOf(0).length }
    const collected = globalThis.gc === undefined ? 'heap not collected before' : 'after a collection'
    const bytes = (name: string, value: number, statistic: string): void =>
      report({ bench: `idempotency.${name}`, value: value / count, unit: 'bytes/key', statistic, load })
    bytes('memory.young', heldBytes() - before, `heap and buffers, ${collected}, in the first half day`)
    // The first key of the next half day closes the generation of those before.
    keep(count, count + 1, HALF_DAY_MICROSECONDS + 1)
    bytes('memory.old', heldBytes() - before, `heap and buffers, ${collected}, after their half day`)
    let found: KeptUse | undefined
    const findNs =
      processorNanoseconds(() => {
        for (let index = 0; index < count; index += 1)
          found = keys.find(ownerOf(index), OPERATION, keyOf(index))
      }) / count
    if (found === undefined) throw new Error('expected the last key to be known')
    for (const [name, value] of [
      ['keep', keepNs],
      ['find', findNs],
    ] as const)
      report({
        bench: `idempotency.${name}`,
        value,
        unit: 'ns',
        statistic: 'mean, time of the processor, the key made each time',
        load,
      })
  },
}
