import { Image } from '@stemma/core'
import { MemoryJournal, MemoryStore } from '@stemma/store'
import { beforeEach, describe, expect, test } from 'vitest'
import { turns } from '../testing/host-world.js'
import { LEASE_MILLISECONDS, Lease } from './lease.js'
import { ManualTimer } from './timer.js'

let now: number
let journal: MemoryJournal
let lease: Lease
const lost: Error[] = []

beforeEach(async () => {
  now = 0
  lost.length = 0
  journal = new MemoryJournal()
  const store = new MemoryStore(0, journal)
  await store.load(new Image())
  await store.takeOver(await store.writer(), 'http://writer.test')
  lease = new Lease(
    store,
    () => now,
    (error) => lost.push(error),
  )
  lease.prove(0)
})

describe('a lease', () => {
  test('is held for less than two seconds from the moment that its proof was sent', () => {
    now = LEASE_MILLISECONDS - 1
    expect(lease.isHeld).toBe(true)
    now = LEASE_MILLISECONDS
    expect(lease.isHeld).toBe(false)
    lease.prove(1_000)
    expect(lease.isHeld).toBe(true)
    now = 1_000 + LEASE_MILLISECONDS
    expect(lease.isHeld).toBe(false)
  })

  test('is not shortened by an older proof that is heard of later', () => {
    lease.prove(1_500)
    lease.prove(500)
    now = 3_499
    expect(lease.isHeld).toBe(true)
  })

  test('that has run out is renewed for whoever waits for it, once for all', async () => {
    now = LEASE_MILLISECONDS
    await Promise.all([lease.hold(), lease.hold(), lease.hold()])
    expect([lease.isHeld, journal.renewals]).toEqual([true, 1])
  })

  test('is renewed by itself half a second after its last proof, not before', async () => {
    const timer = new ManualTimer()
    const end = lease.keepUp(timer)
    for (const [at, proof] of [
      [499, 0],
      [500, 0],
      [1_000, 600],
    ] as const) {
      now = at
      lease.prove(proof)
      timer.advance(500)
      await turns()
    }
    expect(journal.renewals).toBe(1)
    end()
  })

  test('is lost where another has taken over: whoever waits waits for ever, and it is said once', async () => {
    const other = new MemoryStore(0, journal)
    await other.load(new Image())
    await other.takeOver(await other.writer(), 'http://other.test')
    now = LEASE_MILLISECONDS
    let held = 0
    for (let waiting = 0; waiting < 3; waiting += 1) void lease.hold().then(() => (held += 1))
    await turns()
    expect([held, lost.length]).toEqual([0, 1])
  })
})
