/** Transfers through the engine alone, as a host would send them: by an API key, each under an idempotency key. */
import { createHash } from 'node:crypto'
import type { Batch, Instant } from '@stemma/core'
import { type BenchWorld, Pairs } from './world.js'

const DAY_START = 1_767_603_600_000_000

export class Booking {
  private readonly pairs: Pairs
  private number = 0

  constructor(private readonly world: BenchWorld) {
    this.pairs = new Pairs(world.accounts)
  }

  transfer(): void {
    const { world } = this
    this.number += 1
    const { from, to } = this.pairs.next()
    const outcome = world.engine.execute({
      command: 'transfers.create',
      input: { from, to, currency: 'USD', amount: 10_000n, description: null },
      actor: world.actor,
      time: (DAY_START + this.number) as Instant,
      request: 'req_bench',
      key: { key: `bench-${String(this.number).padStart(30, '0')}`, bodyHash: BODY_HASH },
    })
    if (outcome.kind !== 'done') throw new Error(`expected a transfer, was ${JSON.stringify(outcome)}`)
  }

  /** So many transfers, sealed together. */
  batch(size: number): Batch {
    for (let each = 0; each < size; each += 1) this.transfer()
    const batch = this.world.engine.takeBatch()
    if (batch === null) throw new Error('expected a batch')
    return batch
  }
}

const BODY_HASH = createHash('sha256').update('the body of a request').digest('base64')
