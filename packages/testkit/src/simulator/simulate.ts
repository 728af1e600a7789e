/**
 * The simulator: a seeded stretch of traffic through the real engine and the real codec, with crashes. A crash throws
 * the process away with everything that was not appended; what comes up again is loaded from the journal alone. The
 * auditor looks after every step that may change something; one seed gives one run, hash for hash.
 */
import { type Batch, Engine, type Event, type Instant, MILLISECOND, stateHash } from '@stemma/core'
import { MemoryStore } from '@stemma/store'
import { Auditor, type Finding } from '../auditor/auditor.js'
import { TradingOracle } from '../oracle/trading-oracle.js'
import { sha256 } from './hasher.js'
import { SeededRandom } from './random.js'
import { Traffic } from './traffic.js'

export interface RunOptions {
  readonly seed: number
  readonly steps: number
  /** How often the auditor looks at the whole state; it looks at each batch in any case. */
  readonly auditEvery?: number
}

export interface Run {
  readonly seed: number
  readonly steps: number
  readonly done: number
  readonly refused: number
  readonly repeated: number
  /** Executions that were fills. */
  readonly fills: number
  readonly crashes: number
  readonly batches: number
  readonly sequence: number
  readonly hash: string
  /** Empty: every law held. The step is where it was noticed. */
  readonly findings: readonly (Finding & { readonly step: number })[]
}

const START = 1_760_000_000_000_000

export async function simulate({ seed, steps, auditEvery = 50 }: RunOptions): Promise<Run> {
  const world = await World.open(seed)
  for (let step = 1; step <= steps && world.findings.length === 0; step += 1) {
    await world.step(step)
    if (step % auditEvery === 0) world.audit(step)
  }
  await world.commit(steps)
  world.audit(steps)
  await world.auditHistory(steps)
  return world.result(seed, steps)
}

class World {
  readonly findings: (Finding & { readonly step: number })[] = []
  private readonly counts = { done: 0, refused: 0, repeated: 0 }
  private readonly batches: Batch[] = []
  private readonly store = new MemoryStore()
  private readonly record = new TradingOracle()
  private crashes = 0
  private now = START
  private auditor: Auditor

  private constructor(
    private readonly random: SeededRandom,
    private engine: Engine,
    private readonly traffic: Traffic,
  ) {
    this.auditor = new Auditor(engine, sha256)
  }

  static async open(seed: number): Promise<World> {
    const random = new SeededRandom(seed)
    const engine = new Engine()
    const world = new World(random, engine, new Traffic(random, engine))
    await world.store.load(engine.image)
    world.run('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
    await world.commit(0)
    return world
  }

  async step(step: number): Promise<void> {
    this.now += this.random.below(20) * MILLISECOND
    // A clock that is set back must not set the image back.
    if (this.random.chance(0.01)) this.now -= 50 * MILLISECOND
    if (this.random.chance(0.005)) this.now += this.random.below(3) * 86_400_000 * MILLISECOND
    this.send(step)
    if (this.random.chance(0.01)) await this.crash()
    else if (this.random.chance(0.3)) await this.commit(step)
  }

  /** Makes everything so far durable. */
  async commit(step: number): Promise<void> {
    const batch = this.engine.takeBatch()
    if (batch === null) return
    await this.store.append(batch)
    this.batches.push(batch)
    this.note(step, this.auditor.auditBatch(batch))
    for (const event of batch.events) this.record.take(event)
    for (const detail of this.record.differences(this.engine))
      this.note(step, [{ law: 'positions are what was told of trades', detail }])
  }

  audit(step: number): void {
    this.note(step, this.auditor.auditState())
  }

  /** The journal leads to the same image, through the codec as well as without it. */
  async auditHistory(step: number): Promise<void> {
    this.note(step, this.auditor.auditReplay(this.batches))
    const loaded = new Engine()
    await this.store.load(loaded.image)
    const [expected, was] = [this.engine, loaded].map(({ image }) => stateHash(image, sha256()))
    if (expected !== was)
      this.note(step, [
        { law: 'the journal holds the whole state', detail: `expected ${expected}, was ${was}` },
      ])
    const { damage } = await this.store.verifyChain()
    if (damage.length > 0) this.note(step, [{ law: 'the chain is unbroken', detail: JSON.stringify(damage) }])
  }

  result(seed: number, steps: number): Run {
    return {
      seed,
      steps,
      ...this.counts,
      fills: this.batches.reduce((sum, { events }) => sum + events.filter(isFill).length, 0),
      crashes: this.crashes,
      batches: this.batches.length,
      sequence: this.engine.image.head.sequence,
      hash: stateHash(this.engine.image, sha256()),
      findings: this.findings,
    }
  }

  private send(step: number): void {
    const { command, input, key } = this.traffic.next()
    const before = this.random.chance(0.05) ? stateHash(this.engine.image, sha256()) : null
    const pending = this.engine.pending
    const outcome = this.engine.execute({
      command,
      input,
      actor: { kind: 'system' },
      time: this.now as Instant,
      ...(key === null ? {} : { key: { key, bodyHash: key } }),
    })
    this.counts[outcome.kind] += 1
    // Work that fell due before the command may have changed something; the refused command itself may not.
    if (outcome.kind !== 'refused' || before === null || this.engine.pending !== pending) return
    const after = stateHash(this.engine.image, sha256())
    if (after !== before)
      this.note(step, [{ law: 'a refusal changes nothing', detail: `${command}: ${outcome.refusal.code}` }])
  }

  /** What was not appended is gone; a new process loads what was. */
  private async crash(): Promise<void> {
    this.crashes += 1
    const engine = new Engine()
    const { results } = await this.store.load(engine.image)
    engine.resume(results)
    this.engine = engine
    this.traffic.follow(engine)
    this.auditor = new Auditor(engine, sha256, engine.image.head.sequence)
  }

  private run(command: string, input: { readonly [key: string]: string }): void {
    const outcome = this.engine.execute({
      command,
      input,
      actor: { kind: 'system' },
      time: this.now as Instant,
    })
    if (outcome.kind !== 'done') throw new Error(`expected ${command} to be done`)
  }

  private note(step: number, found: readonly Finding[]): void {
    this.findings.push(...found.map((finding) => ({ ...finding, step })))
  }
}

const isFill = ({ kind }: Event): boolean => kind === 'order.filled' || kind === 'order.partially_filled'
