/** A small book for the store's tests: parties and accounts made and money moved through the engine's door. */
import { BOOK_SCHEMA, Engine, type Instant, type Plain } from '@stemma/core'
import type { Batch } from '@stemma/core/image'
import type { Store } from '../port.js'

export const schema = BOOK_SCHEMA
export const SCHEMA_MODULE = '@stemma/core'
export const SCHEMA_EXPORT = 'BOOK_SCHEMA'

export class TestBook {
  readonly engine = new Engine()
  readonly batches: Batch[] = []
  root = 0
  private names = 0
  private time = 1_700_000_000_000_000

  /** Creates the root, and `count` clients under it. */
  populate(count: number): number[] {
    const { hierarchy } = this.engine.rooms
    if (this.root === 0) {
      this.root = this.engine.image.newId()
      this.engine.image.head = { ...this.engine.image.head, sequence: 1 }
      hierarchy.parties.insert(this.root as never, {
        name: 'house',
        kind: 'clearing_house',
        owner: null,
        displayName: 'House',
        isPartner: false,
        isLegallyLiable: false,
        status: 'active',
        kyc: 'approved',
        baseCurrency: 'USD' as never,
        sealedPersonal: null,
        version: 1,
        createdAt: 1 as Instant,
      })
      this.engine.image.finishWork()
    }
    return Array.from({ length: count }, () => this.createClient())
  }

  createClient(key?: string): number {
    this.names += 1
    const outcome = this.engine.execute({
      command: 'parties.create',
      input: {
        owner: this.root,
        kind: 'client',
        name: `client-${this.names}`,
        displayName: `Client ${this.names} \u{1f4b6}`,
        baseCurrency: null,
        isPartner: false,
        isLegallyLiable: false,
        sealedPersonal: null,
      } as Plain,
      actor: { kind: 'system' },
      time: this.tick(),
      ...(key === undefined ? {} : { key: { key, bodyHash: 'b' } }),
    })
    if (outcome.kind !== 'done') throw new Error(`expected a client, was ${JSON.stringify(outcome)}`)
    return (outcome.result as { readonly party: number }).party
  }

  /** Appends what happened since the last time. */
  async commit(store: Store): Promise<void> {
    const batch = this.engine.takeBatch()
    if (batch === null) return
    this.batches.push(batch)
    await store.append(batch)
  }

  /** Goes on with a book that was loaded. */
  resume(): void {
    this.engine.resume([])
    const { parties } = this.engine.rooms.hierarchy
    this.root = parties.idsInOrder()[0] ?? 0
    this.names = Math.max(0, parties.size - 1)
  }

  tick(): Instant {
    this.time += 1_000
    return this.time as Instant
  }
}
