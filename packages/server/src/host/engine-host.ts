/**
 * The engine host: the one process that lets commands in, makes what they did durable together, and lets nothing out
 * before. Commands run as they come, synchronously; those that succeed while a write is in flight are the next write
 * (group commit, no timer). A failed write is fatal: no answer leaves, and the process has to stop.
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
import { eventBytesMax, resultBytesMax, rowBytesMax, type Store } from '@stemma/store'
import type { Answer, Host, Request, Settled } from '../services.js'
import type { Clock } from './clock.js'
import { CommitGate } from './commit-gate.js'
import { placeOfOrder, unitsOf } from './instrument-units.js'
import { OVERLOADED, STANDS_BY, STOPPED } from './intake-refusals.js'
import type { Lease } from './lease.js'
import type { InstrumentUnits } from './market-view.js'
import { COPIES_MAX, encodedBytes, NOT_ENCODABLE } from './request-size.js'
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
}

/** Sequences in one record at the most: keeps a record well below the store's limit in bytes. */
const BATCH_SEQUENCES_MAX = 1_000
/** A batch is closed when it may have this size; the record's limit is twice that. */
const BATCH_BYTES_MAX = 4 * 2 ** 20
/**
 * When so much of the journal is not in the tables yet, about half a million transfers, the intake refuses until they
 * catch up. It is a bound in bytes because bytes are what a tail costs: time to read through it where history is asked
 * for, and to catch up with it after a crash.
 */
const LAG_BYTES_MAX = 256 * 2 ** 20
/** The table whose due rows are steps of processes. */
const PROCESSES = 'processes'
/** Answers that may wait for the disk at once. */
const WAITING_MAX = 100_000

const refused = (refusal: Refusal): Outcome & Settled => ({ kind: 'refused', refusal })

const unrepeated = (outcome: Outcome): Settled =>
  outcome.kind === 'repeated' ? { ...outcome, result: null } : outcome

/** Node's timers reach 2^31 - 1 ms. */
const TIMER_MILLISECONDS_MAX = 2 ** 31 - 1

export class EngineHost implements Host {
  readonly streams: Streams
  private readonly engine: Engine
  private readonly store: Store
  private readonly gate: CommitGate
  private readonly lease: Lease | null
  private readonly sealed: Batch[] = []
  private pendingBytes = 0
  private isWriting = false
  private isFlushPlanned = false
  private isStopping = false
  private isWriter = false
  private failure: Error | null = null
  private readonly timer: Timer
  private stopWaiting: () => void = () => {}
  private drained: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []

  constructor(private readonly options: HostOptions) {
    this.engine = options.engine
    this.store = options.store
    this.timer = options.timer ?? systemTimer
    const { sequence } = this.engine.image.head
    this.gate = new CommitGate(sequence)
    this.streams = new Streams(this.engine, this.store, () => this.now())
    this.measureBatches()
    this.lease = options.lease ?? null
    if (this.lease === null) this.takeUp()
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
    const outcome = closed === null ? this.decide(request) : refused(closed)
    this.planFlush()
    return outcome.kind === 'repeated' ? this.repeat(outcome.sequence) : this.afterCommit(outcome)
  }

  async executeEach(requests: readonly Request[]): Promise<readonly Settled[]> {
    const closed = this.intakeFault()
    const outcomes = requests.map((request) => (closed === null ? this.decide(request) : refused(closed)))
    this.planFlush()
    await this.afterCommit(null)
    return this.withRepeats(outcomes)
  }

  async executeLinked(
    requests: readonly Request[],
  ): Promise<{ readonly outcomes: readonly Settled[]; readonly failedAt: number | null }> {
    const closed = this.intakeFault()
    if (closed !== null)
      return this.afterCommit({ outcomes: [{ kind: 'refused', refusal: closed }], failedAt: 0 })
    const unencodable = requests.findIndex((request) => encodedBytes(request) === null)
    if (unencodable >= 0)
      return this.afterCommit({
        outcomes: [{ kind: 'refused', refusal: NOT_ENCODABLE }],
        failedAt: unencodable,
      })
    const time = this.now()
    const { outcomes, failedAt } = this.engine.executeLinked(
      requests.map((request) => ({ ...request, time })),
    )
    // Where one was refused nothing happened: a repeat of what was undone has no result, only the refusal counts.
    if (failedAt !== null) return this.afterCommit({ outcomes: outcomes.map(unrepeated), failedAt })
    outcomes.forEach((outcome, at) => {
      this.countResult(requests[at] as Request, outcome)
    })
    this.planFlush()
    await this.afterCommit(null)
    return { outcomes: await this.withRepeats(outcomes), failedAt }
  }

  preview(request: Request): Promise<Outcome> {
    const outcome = this.engine.preview({ ...request, time: this.now() })
    this.planFlush()
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
    this.planFlush()
    this.planDue()
  }

  /** Stops the intake, waits until all is durable and handed out, and closes the streams. */
  async stop(): Promise<void> {
    this.isStopping = true
    this.stopWaiting()
    this.planFlush()
    await this.drain()
    this.streams.closeAll()
  }

  /** Resolves when nothing waits for the disk. */
  drain(): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure)
    if (!this.isWriting && !this.isFlushPlanned && this.sealed.length === 0 && this.engine.pending === 0)
      return Promise.resolve()
    return new Promise((resolve, reject) => this.drained.push({ resolve, reject }))
  }

  /** Runs one command, and closes the batch that it joined where that is full. */
  private decide(request: Request): Outcome {
    const bytes = encodedBytes(request)
    if (bytes === null) return refused(NOT_ENCODABLE)
    if (this.pendingBytes + COPIES_MAX * bytes > BATCH_BYTES_MAX) this.seal()
    const outcome = this.engine.execute({ ...request, time: this.now() })
    this.countResult(request, outcome)
    if (this.engine.pending >= BATCH_SEQUENCES_MAX) this.seal()
    return outcome
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

  private countResult({ command, key }: Request, outcome: Outcome): void {
    if (outcome.kind === 'done' && key !== undefined)
      this.pendingBytes += resultBytesMax({ operation: command, ...key }, outcome.result)
  }

  /** Adds up what really joins a batch, whoever wrote it, and closes the batch in time. */
  private measureBatches(): void {
    this.engine.watchBatches({
      // A step of a process may be large by itself.
      beginning: (table) => {
        if (table === PROCESSES) this.seal()
      },
      row: (table, row) => {
        this.pendingBytes += rowBytesMax(table, row)
      },
      event: (event) => {
        this.pendingBytes += eventBytesMax(event)
      },
      finished: () => {
        if (this.pendingBytes >= BATCH_BYTES_MAX) this.seal()
      },
    })
  }

  /** Writes after this turn of the loop: what the sockets brought together goes to the disk together. */
  private planFlush(): void {
    if (this.engine.pending >= BATCH_SEQUENCES_MAX) this.seal()
    if (this.isFlushPlanned || this.isWriting || this.failure !== null) return
    if (this.engine.pending === 0 && this.sealed.length === 0) return
    this.isFlushPlanned = true
    setImmediate(() => {
      this.isFlushPlanned = false
      this.flush()
    })
  }

  private seal(): void {
    this.pendingBytes = 0
    const batch = this.engine.takeBatch()
    if (batch !== null) this.sealed.push(batch)
  }

  private flush(): void {
    if (this.isWriting || this.failure !== null) return
    if (this.sealed.length === 0) this.seal()
    const batch = this.sealed.shift()
    if (batch === undefined) {
      this.reportDrained()
      return
    }
    this.isWriting = true
    const start = performance.now()
    this.write(batch).then(
      () => this.committed(batch, (performance.now() - start) / 1_000),
      (error: Error) => this.fail(error),
    )
  }

  private write(batch: Batch): Promise<unknown> {
    const { lease, store } = this
    if (lease === null) return store.append(batch)
    const sentAt = lease.monotonic()
    return store.append(batch).then(() => {
      lease.prove(sentAt)
      return lease.hold()
    })
  }

  private committed(batch: Batch, seconds: number): void {
    this.isWriting = false
    this.streams.publish(batch)
    this.gate.open(batch.head.sequence)
    this.options.onDurable?.(batch, seconds)
    this.planDue()
    this.flush()
  }

  /** Nothing leaves any more. */
  fail(error: Error): void {
    if (this.failure !== null) return
    this.failure = error
    this.isStopping = true
    this.options.onFatal(error)
    this.streams.closeAll()
    for (const { reject } of this.drained.splice(0)) reject(error)
  }

  private reportDrained(): void {
    for (const { resolve } of this.drained.splice(0)) resolve()
  }

  private planDue(): void {
    this.stopWaiting()
    const at = this.engine.nextDueAt()
    if (at === undefined || this.isStopping) return
    const milliseconds = Math.min(Math.max(0, Math.ceil((at - this.now()) / 1_000)), TIMER_MILLISECONDS_MAX)
    this.stopWaiting = this.timer.once(milliseconds, () => this.tick())
  }
}
