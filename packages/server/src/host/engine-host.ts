/**
 * The engine host: the one process that lets commands in, makes what they did durable together, and lets nothing out
 * before. Commands run as they come, synchronously. A failed write is fatal: no answer leaves, and the process has to
 * stop.
 */
import {
  type Actor,
  type Batch,
  type Doer,
  type Engine,
  HISTORY,
  type HistoryQuery,
  type HistoryRow,
  type Instant,
  type Need,
  type Outcome,
  type Plain,
  type Refusal,
} from '@stemma/core'
import type { Store } from '@stemma/store'
import type { Answer, Host, Request, Settled } from '../services.js'
import type { Clock } from './clock.js'
import { CommitGate } from './commit-gate.js'
import { DueWake } from './due-wake.js'
import { GroupCommit } from './group-commit.js'
import { placeOfOrder, unitsOf } from './instrument-units.js'
import { Intake } from './intake.js'
import { OVERLOADED, STANDS_BY, STOPPED } from './intake-refusals.js'
import type { Lease } from './lease.js'
import type { InstrumentUnits } from './market-view.js'
import { Streams } from './streams.js'
import { systemTimer, type Timer } from './timer.js'

export interface HostOptions {
  readonly engine: Engine
  readonly store: Store
  readonly clock: Clock
  /** Wakes the host when something falls due; the system's own, unless said. */
  readonly timer?: Timer
  /** Where others stand by: the host writes once it has taken over, and answers while the lease holds. */
  readonly lease?: Lease | null
  /** Called once when a write failed or another process took over: whoever owns the process stops it. */
  readonly onFatal: (error: Error) => void
  /** Called after a batch is durable: effects start from here. */
  readonly onDurable?: (batch: Batch, seconds: number) => void
  /** Called when a stream ended because what comes next could not be told: whoever owns the process says so. */
  readonly onStreamFailed?: (error: Error) => void
}

/**
 * When so much of the journal is not in the tables yet, about half a million transfers, the intake refuses until they
 * catch up. It is a bound in bytes because bytes are what a tail costs: time to read through it where history is asked
 * for, and to catch up with it after a crash.
 */
const LAG_BYTES_MAX = 256 * 2 ** 20
/** Answers that may wait for the disk at once. */
const WAITING_MAX = 100_000

const refused = (refusal: Refusal): Outcome & Settled => ({ kind: 'refused', refusal })

const unrepeated = (outcome: Outcome): Settled =>
  outcome.kind === 'repeated' ? { ...outcome, result: null } : outcome

export class EngineHost implements Host {
  readonly streams: Streams
  private readonly engine: Engine
  private readonly store: Store
  private readonly gate: CommitGate
  private readonly lease: Lease | null
  private readonly commits: GroupCommit
  private readonly intake: Intake
  private readonly due: DueWake
  private isStopping = false
  private isWriter = false

  constructor(private readonly options: HostOptions) {
    const { engine, store, timer = systemTimer, lease = null, onStreamFailed = () => {} } = options
    this.engine = engine
    this.store = store
    this.lease = lease
    this.gate = new CommitGate(engine.image.head.sequence)
    this.streams = new Streams(engine, store, () => this.now(), onStreamFailed)
    this.due = new DueWake(
      engine,
      timer,
      () => this.now(),
      () => this.tick(),
    )
    this.commits = new GroupCommit({
      engine,
      store,
      lease,
      onCommitted: (batch, seconds) => this.committed(batch, seconds),
      onFailed: (error) => this.failed(error),
    })
    this.intake = new Intake(engine, this.commits, () => this.now())
    if (lease === null) this.takeUp()
  }

  /** Takes in what the writer did, once it is in the image. */
  replay(batches: readonly Batch[]): void {
    for (const batch of batches) {
      this.engine.resume(batch.results)
      this.streams.publish(batch)
      this.gate.open(batch.head.sequence)
    }
  }

  /** From now on this host writes. */
  takeUp(): void {
    this.isWriter = true
    this.planDue()
  }

  /** The events that are followed. */
  get hub(): Streams['events'] {
    return this.streams.events
  }

  now(): Instant {
    return this.options.clock.now()
  }

  get durableSequence(): number {
    return this.gate.durableSequence
  }

  get isTakingWork(): boolean {
    return this.intakeFault() === null
  }

  /** Answers that wait for the disk. */
  get waiting(): number {
    return this.gate.size
  }

  execute(request: Request): Promise<Settled> {
    const closed = this.intakeFault()
    const outcome = closed === null ? this.intake.run(request) : refused(closed)
    this.commits.plan()
    return outcome.kind === 'repeated' ? this.repeat(outcome.sequence) : this.afterCommit(outcome)
  }

  async executeEach(requests: readonly Request[]): Promise<readonly Settled[]> {
    const closed = this.intakeFault()
    const outcomes = requests.map((request) => (closed === null ? this.intake.run(request) : refused(closed)))
    this.commits.plan()
    await this.afterCommit(null)
    return this.withRepeats(outcomes)
  }

  async executeLinked(
    requests: readonly Request[],
  ): Promise<{ readonly outcomes: readonly Settled[]; readonly failedAt: number | null }> {
    const closed = this.intakeFault()
    if (closed !== null)
      return this.afterCommit({ outcomes: [{ kind: 'refused', refusal: closed }], failedAt: 0 })
    const { outcomes, failedAt } = this.intake.runLinked(requests)
    // Where one was refused nothing happened: a repeat of what was undone has no result, only the refusal counts.
    if (failedAt !== null) return this.afterCommit({ outcomes: outcomes.map(unrepeated), failedAt })
    this.commits.plan()
    await this.afterCommit(null)
    return { outcomes: await this.withRepeats(outcomes), failedAt }
  }

  preview(request: Request): Promise<Outcome> {
    const outcome = this.engine.preview({ ...request, time: this.now() })
    this.commits.plan()
    return this.afterCommit(outcome)
  }

  read<Result>(name: string, actor: Actor, input: unknown): Promise<Answer<Result>> {
    const { sequence } = this.engine.image.head
    const read = this.engine.read<Result>(name, actor, input, this.now())
    return this.afterCommit(
      'refusal' in read
        ? { kind: 'refused', refusal: read.refusal }
        : { kind: 'answer', result: read.result, sequence },
    )
  }

  authorize(actor: Actor, scope: string, needs: readonly Need[]): Promise<Answer<Doer>> {
    const { sequence } = this.engine.image.head
    const authorized = this.engine.authorize(actor, scope, needs, this.now())
    return this.afterCommit(
      'refusal' in authorized
        ? { kind: 'refused', refusal: authorized.refusal }
        : { kind: 'answer', result: authorized.doer, sequence },
    )
  }

  async history(table: string, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    const known = HISTORY.find(({ name }) => name === table)
    if (known === undefined) throw new Error(`expected a history table, was ${table}`)
    await this.afterCommit(null)
    return this.store.find(known, query)
  }

  subscribe(...given: Parameters<Host['subscribe']>): ReturnType<Host['subscribe']> {
    return this.afterCommit(this.streams.subscribe(...given))
  }

  follow(...given: Parameters<Host['follow']>): ReturnType<Host['follow']> {
    return this.afterCommit(this.streams.follow(...given))
  }

  watchMarket(...given: Parameters<Host['watchMarket']>): ReturnType<Host['watchMarket']> {
    return this.afterCommit(this.streams.watchMarket(...given))
  }

  unitsOf(instrument: number | string): InstrumentUnits | null {
    return unitsOf(this.engine.rooms, instrument)
  }

  placeOfOrder(order: number): ReturnType<Host['placeOfOrder']> {
    return placeOfOrder(this.engine.rooms, order)
  }

  /** Applies what is due now. */
  tick(): void {
    this.engine.tick(this.now())
    this.commits.plan()
    this.planDue()
  }

  /** Stops the intake, waits until all is durable and handed out, and closes the streams. */
  async stop(): Promise<void> {
    this.isStopping = true
    this.due.stop()
    this.commits.plan()
    await this.drain()
    this.streams.closeAll()
  }

  /** Resolves when nothing waits for the disk. */
  drain(): Promise<void> {
    return this.commits.drain()
  }

  /** Nothing leaves any more. */
  fail(error: Error): void {
    this.commits.fail(error)
  }

  private withRepeats(outcomes: readonly Outcome[]): Promise<readonly Settled[]> | readonly Settled[] {
    const isPlain = outcomes.every((outcome): outcome is Settled & Outcome => outcome.kind !== 'repeated')
    if (isPlain) return outcomes
    return Promise.all(
      outcomes.map((outcome) => (outcome.kind === 'repeated' ? this.repeat(outcome.sequence) : outcome)),
    )
  }

  private intakeFault(): Refusal | null {
    if (this.isStopping) return STOPPED
    if (!this.isWriter) return STANDS_BY
    const broken = this.store.failure()
    if (broken !== null) {
      this.fail(broken)
      return STOPPED
    }
    return this.gate.size >= WAITING_MAX || this.store.lag().bytes > LAG_BYTES_MAX ? OVERLOADED : null
  }

  /** The value, once everything that the image holds now is durable and it is certain that nobody else has written. */
  private afterCommit<Value>(value: Value): Promise<Value> {
    const { sequence } = this.engine.image.head
    if (sequence <= this.gate.durableSequence)
      return this.lease === null || this.lease.isHeld || !this.isWriter
        ? Promise.resolve(value)
        : this.lease.hold().then(() => value)
    return new Promise((resolve) => this.gate.pass(sequence, () => resolve(value)))
  }

  private async repeat(sequence: number): Promise<Settled> {
    await this.afterCommit(null)
    const kept = await this.store.resultOf(sequence)
    if (kept === null) throw new Error(`expected the result of sequence ${sequence} to be kept`)
    return { kind: 'repeated', sequence, result: kept.result satisfies Plain }
  }

  private committed(batch: Batch, seconds: number): void {
    this.streams.publish(batch)
    this.gate.open(batch.head.sequence)
    this.options.onDurable?.(batch, seconds)
    this.planDue()
  }

  private failed(error: Error): void {
    this.isStopping = true
    this.options.onFatal(error)
    this.streams.closeAll()
  }

  private planDue(): void {
    if (this.isStopping) this.due.stop()
    else this.due.plan()
  }
}
