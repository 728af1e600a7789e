/**
 * What stands in the journal, read from there through the codec by a reader that no simulated process knows: the only
 * truth about what is durable. Everything that processes tell is held against it.
 */
import {
  type Batch,
  type EffectId,
  Engine,
  type Event,
  KEPT_FOR,
  type KeyedResult,
  type Plain,
  stateHash,
} from '@stemma/core'
import { type MemoryJournal, MemoryStore } from '@stemma/store'
import { Auditor } from '../auditor/auditor.js'
import type { Finding } from '../auditor/finding.js'
import { TradingOracle } from '../oracle/trading-oracle.js'
import { sha256 } from './hasher.js'
import type { Model } from './model.js'
import { effectsIn } from './simulated-process.js'

export class JournalWatch {
  readonly events: Event[] = []
  readonly effects = new Map<EffectId, Plain>()
  batches = 0
  private readonly replica = new Engine()
  private readonly reader: MemoryStore
  private readonly auditor = new Auditor(this.replica, sha256)
  private readonly record = new TradingOracle()
  /** The last use of each key. */
  private readonly uses = new Map<string, KeyedResult>()

  constructor(
    private readonly journal: MemoryJournal,
    private readonly model: Model,
    private readonly note: (found: readonly Finding[]) => void,
  ) {
    this.reader = new MemoryStore(0, journal)
  }

  get sequence(): number {
    return this.replica.image.head.sequence
  }

  /** Looks whether something arrived. */
  async look(): Promise<void> {
    const batches = (await this.reader.catchUp(this.replica.image)).filter(isMore)
    for (const batch of batches) this.take(batch)
    this.note(this.model.take(batches))
    if (!this.model.isLevel) return
    for (const detail of this.record.differences(this.replica))
      this.note([{ law: 'positions are what was told of trades', detail }])
  }

  /** The whole of it leads to the state of the model, with a chain that is unbroken. */
  async audit(): Promise<void> {
    const loaded = new Engine()
    await new MemoryStore(0, this.journal).load(loaded.image)
    this.compare('loading the journal gives what following it gave', this.replica, loaded)
    if (this.model.isLevel) this.compare('the journal holds the whole state', this.model.engine, loaded)
    this.note(new Auditor(loaded, sha256).auditState())
    const { damage } = await this.reader.verifyChain()
    if (damage.length > 0) this.note([{ law: 'the chain is unbroken', detail: JSON.stringify(damage) }])
  }

  hash(): string {
    return stateHash(this.replica.image, sha256())
  }

  private take(batch: Batch): void {
    this.batches += 1
    this.note(this.auditor.auditBatch(batch))
    for (const event of batch.events) {
      this.events.push(event)
      this.record.take(event)
    }
    for (const [id, payload] of effectsIn(batch)) this.effects.set(id, payload)
    for (const result of batch.results) this.use(result)
  }

  private use(result: KeyedResult): void {
    const name = `${result.owner} ${result.operation} ${result.key}`
    const before = this.uses.get(name)
    this.uses.set(name, result)
    if (before === undefined || result.at - before.at > KEPT_FOR) return
    const detail = `${name} was carried out as ${before.sequence} and as ${result.sequence}`
    this.note([{ law: 'a key is carried out once', detail }])
  }

  private compare(law: string, expected: Engine, was: Engine): void {
    const [should, is] = [expected, was].map(({ image }) => stateHash(image, sha256()))
    if (should !== is) this.note([{ law, detail: `expected ${should}, was ${is}` }])
  }
}

/** Taking over is a record too, of nothing. */
const isMore = ({ head, firstSequence }: Batch): boolean => head.sequence >= firstSequence
