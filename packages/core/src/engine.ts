/**
 * The engine: the only door to the image. `execute` applies what is due, authorizes, lets the command decide, and
 * keeps or undoes all of it; `read` answers from the image under the same locks. Everything is synchronous and in
 * memory; time, prices and proof of identity come in with the envelope. Same envelopes, same state, same hash.
 */
import { SYSTEM } from './access/index.js'
import { COMMANDS, DUE_WORK, QUERIES } from './engine/catalogue.js'
import { compareDerived } from './engine/compare-derived.js'
import type { EngineContext } from './engine/context.js'
import { type Envelope, type Outcome, refused } from './engine/envelope.js'
import { MutableMoment } from './engine/moment.js'
import { openRooms } from './engine/rooms.js'
import type { SavePoint } from './engine/save-point.js'
import {
  type Actor,
  type Attempted,
  type Batch,
  type BatchWatch,
  type CommandSpec,
  copyPrimary,
  type Doer,
  type Event,
  type Hasher,
  type Id,
  IdempotencyKeys,
  Image,
  type Instant,
  type KeyedResult,
  type Need,
  type NewEvent,
  NO_ROW,
  type Plain,
  type QuerySpec,
  type UsedKey,
} from './image/index.js'
import type { ApprovedCommand } from './ledger/index.js'
import { beginFigures, finishFigures } from './margin/index.js'
import { type Refusal, Refused, refuse } from './refusals/index.js'
import { type Check, prove } from './rollup/index.js'

type AnyCommand = CommandSpec<EngineContext, Plain, Plain>
type Done = Extract<Outcome, { kind: 'done' }>

export class Engine {
  readonly image: Image
  readonly rooms: EngineContext
  private readonly keys = new IdempotencyKeys()
  private events: Event[] = []
  private results: KeyedResult[] = []
  private batchStart: number
  private watch: BatchWatch | null = null
  private readonly moment: MutableMoment

  constructor(book = 0) {
    this.image = new Image(book)
    const { effects, ...rooms } = openRooms(this.image)
    this.moment = new MutableMoment(
      this.image,
      effects,
      (event) => this.record(event),
      (part) => this.attemptPart(part),
      (approved) => this.carryOut(approved),
    )
    this.rooms = Object.assign(this.moment, rooms)
    this.batchStart = this.image.head.sequence + 1
  }

  /** Runs one command. A refusal changes nothing; a broken invariant undoes and is thrown. */
  execute(envelope: Envelope): Outcome {
    this.runDue(envelope.time)
    const before = this.events.length
    const outcome = this.attempt(envelope)
    if (outcome.kind === 'done') this.finish(before)
    return outcome
  }

  /** Runs several as one: all of them, or none and the first refusal with its place. */
  executeLinked(envelopes: readonly Envelope[]): {
    readonly outcomes: readonly Outcome[]
    readonly failedAt: number | null
  } {
    const [first] = envelopes
    if (first !== undefined) this.runDue(first.time)
    const start = this.savePoint()
    const outcomes: Outcome[] = []
    for (const envelope of envelopes) {
      const outcome = this.attempt(envelope)
      outcomes.push(outcome)
      if (outcome.kind !== 'refused') continue
      this.undoTo(start)
      return { outcomes, failedAt: outcomes.length - 1 }
    }
    this.finish(start.events)
    return { outcomes, failedAt: null }
  }

  /** What the command would do: outcome and events, nothing changed. */
  preview(envelope: Envelope): Outcome {
    this.runDue(envelope.time)
    const start = this.savePoint()
    const { key: _key, ...unkeyed } = envelope
    const outcome = this.attempt(unkeyed)
    this.undoTo(start)
    return outcome
  }

  /** Answers a query from the image, under the same locks as a command. */
  read<Result>(
    name: string,
    actor: Actor,
    input: unknown,
    time: Instant,
  ): { readonly result: Result } | { readonly refusal: Refusal } {
    const query = QUERIES.get(name) as QuerySpec<EngineContext, unknown, Result> | undefined
    if (query === undefined)
      return { refusal: { code: 'unknown_operation', detail: `there is no query ${name}` } }
    try {
      this.moment.now = this.laterOf(time)
      this.moment.doer = this.rooms.access.authorize(
        actor,
        query.scope,
        query.needs(this.rooms, input),
        this.moment.now,
      )
      return { result: query.read(this.rooms, input) }
    } catch (thrown) {
      if (thrown instanceof Refused) return { refusal: thrown.refusal }
      throw thrown
    }
  }

  /** The five locks alone: for reads that the image cannot answer. */
  authorize(
    actor: Actor,
    scope: string | null,
    needs: readonly Need[],
    time: Instant,
  ): { readonly doer: Doer } | { readonly refusal: Refusal } {
    try {
      return { doer: this.rooms.access.authorize(actor, scope, needs, this.laterOf(time)) }
    } catch (thrown) {
      if (thrown instanceof Refused) return { refusal: thrown.refusal }
      throw thrown
    }
  }

  /** How many sequences the next batch holds so far. */
  get pending(): number {
    return this.image.head.sequence - this.batchStart + 1
  }

  /** When the host has to call `tick` next, if nothing comes in before. */
  nextDueAt(): Instant | undefined {
    return this.image.due.nextAt()
  }

  /** Applies what is due at or before `time`, each as a numbered step. */
  tick(time: Instant): void {
    this.runDue(time)
  }

  /** From now on `watch` is told of all that joins a batch. */
  watchBatches(watch: BatchWatch): void {
    this.watch = watch
  }

  /** Everything that succeeded since the last call, for the store; null when there is nothing. */
  takeBatch(): Batch | null {
    const { head } = this.image
    if (head.sequence < this.batchStart) return null
    const batch: Batch = {
      firstSequence: this.batchStart,
      head,
      events: this.events,
      images: this.image.seal(),
      results: this.results,
    }
    this.events = []
    this.results = []
    this.batchStart = head.sequence + 1
    return batch
  }

  /** After load or replay: the next batch continues from the loaded head, and recent keys are known again. */
  resume(keys: Iterable<UsedKey>): void {
    this.batchStart = this.image.head.sequence + 1
    for (const { owner, operation, key, sequence, bodyHash, at } of keys)
      this.keys.keep(owner, operation, key, { sequence, bodyHash }, at)
  }

  /**
   * Proves the book: every law of the ledger, and every derived table against one that is rebuilt from the primary
   * rows. It takes the time of a load; `hasher` makes a fresh hash each time it is called.
   */
  verify(hasher: () => Hasher): Check[] {
    const rebuilt = new Engine(this.image.book)
    copyPrimary(this.image, rebuilt.image)
    const { root } = this.rooms.hierarchy
    return [
      ...(root === NO_ROW ? [] : prove(this.rooms, root)),
      ...compareDerived(this.image, rebuilt.image, hasher),
    ]
  }

  private attempt(envelope: Envelope): Outcome {
    const command = COMMANDS.get(envelope.command)
    if (command === undefined)
      return refused('unknown_operation', `there is no operation ${envelope.command}`)
    const start = this.savePoint()
    try {
      const outcome = this.run(command, envelope)
      if (outcome.kind === 'repeated') this.undoTo(start)
      return outcome
    } catch (thrown) {
      this.undoTo(start)
      if (thrown instanceof Refused) return { kind: 'refused', refusal: thrown.refusal }
      throw thrown
    }
  }

  private attemptPart<Result>(part: () => Result): Attempted<Result> {
    const start = this.savePoint()
    try {
      return { result: part() }
    } catch (thrown) {
      this.undoTo(start)
      if (thrown instanceof Refused) return { refusal: thrown.refusal }
      throw thrown
    }
  }

  private run(command: AnyCommand, envelope: Envelope): Outcome {
    const { moment, rooms } = this
    this.begin(envelope)
    moment.doer = rooms.access.authorize(
      envelope.actor,
      command.scope,
      command.needs(rooms, envelope.input),
      moment.now,
    )
    const repeated = this.findRepeat(command.name, envelope, moment.doer)
    if (repeated !== null) return repeated
    const result = this.storeForApproval(command, envelope) ?? command.decide(rooms, envelope.input)
    finishFigures(rooms, this.events, moment.eventIndex)
    return this.complete(command.name, envelope, result)
  }

  /** Where the policy asks for a second person, the command waits as a row; null where it can be decided now. */
  private storeForApproval(command: AnyCommand, { actor, input }: Envelope): Plain | null {
    const { moment, rooms } = this
    const { approvals } = rooms.ledger
    if (command.approval === undefined || actor.kind === 'system') return null
    const subject = command.approval(rooms, input)
    if (subject === null || !approvals.isAsked(subject, moment.now)) return null
    const { now, doer } = moment
    const row = approvals.store({ operation: command.name, input, subject, maker: actor, doer, now })
    const approval = approvals.table.id(row)
    moment.emit({
      kind: 'approval.requested',
      subject: `apr_${approval}`,
      paths: approvals.pathsOf(row),
      data: approvals.view(row),
    })
    return { approval }
  }

  /** Decides an approved command as its maker; its events name the checker too. */
  private carryOut({ approval, operation, input, maker }: ApprovedCommand): Plain {
    const { moment, rooms } = this
    const command = COMMANDS.get(operation)
    if (command === undefined) refuse('unknown_operation', `there is no operation ${operation}`)
    const checker = moment.doer
    moment.doer = rooms.access.authorize(maker, command.scope, command.needs(rooms, input), moment.now)
    moment.approved = { approval, checker: ownerOf(checker) }
    try {
      return command.decide(rooms, input)
    } finally {
      moment.doer = checker
      moment.approved = null
    }
  }

  private begin({ time, reason, request }: Pick<Envelope, 'time' | 'reason' | 'request'>): void {
    const now = this.laterOf(time)
    this.moment.now = now
    this.moment.doer = SYSTEM
    this.moment.reason = reason ?? null
    this.moment.request = request ?? null
    this.moment.eventIndex = 0
    const { sequence, idCounter } = this.image.head
    this.image.head = { sequence: sequence + 1, time: now, idCounter }
    beginFigures(this.rooms)
  }

  private complete(operation: string, envelope: Envelope, result: Plain): Done {
    const { sequence } = this.image.head
    const owner = ownerOf(this.moment.doer)
    if (envelope.key !== undefined && owner !== null) {
      const { key, bodyHash } = envelope.key
      this.keys.keep(owner, operation, key, { sequence, bodyHash }, this.moment.now)
      this.results.push({ sequence, at: this.moment.now, owner, operation, key, bodyHash, result })
    }
    return {
      kind: 'done',
      sequence,
      result,
      events: this.events.slice(this.events.length - this.moment.eventIndex),
    }
  }

  private findRepeat(operation: string, { key: used }: Envelope, doer: Doer): Outcome | null {
    const owner = ownerOf(doer)
    if (used === undefined || owner === null) return null
    const earlier = this.keys.find(owner, operation, used.key)
    if (earlier === undefined) return null
    if (!earlier.isSameBody(used.bodyHash))
      refuse('idempotency_key_reused', `the key was used with another request for ${operation}`)
    return { kind: 'repeated', sequence: earlier.sequence }
  }

  private runDue(time: Instant): void {
    const now = this.laterOf(time)
    this.moment.horizon = now
    for (let due = this.image.due.next(now); due !== undefined; due = this.image.due.next(now)) {
      this.watch?.beginning(due.table.tableName)
      const work = DUE_WORK.get(due.table.tableName)
      if (work === undefined) throw new Error(`expected due work for the table ${due.table.tableName}`)
      const start = this.savePoint()
      try {
        this.begin({ time: due.at })
        work(this.rooms, due.id)
        finishFigures(this.rooms, this.events, this.moment.eventIndex)
        const next = this.image.due.next(now)
        if (next?.at === due.at && next.id === due.id && next.table === due.table)
          throw new Error(`expected ${due.table.tableName} ${due.id} not to stay due at ${due.at}`)
      } catch (thrown) {
        this.undoTo(start)
        throw thrown
      }
      this.finish(start.events)
    }
  }

  /** What was done stays; `before` is how many events there were. */
  private finish(before: number): void {
    const { watch } = this
    if (watch === null) {
      this.image.finishWork()
      return
    }
    this.image.finishWork(watch)
    for (let index = before; index < this.events.length; index += 1) watch.event(this.events[index] as Event)
    watch.finished()
  }

  private record(event: NewEvent): void {
    const { moment, rooms } = this
    const recorded: Event = {
      sequence: this.image.head.sequence,
      index: moment.eventIndex++,
      time: moment.now,
      kind: event.kind,
      doer: moment.doer,
      subject: event.subject,
      paths: event.paths,
      data: moment.approved === null ? event.data : { ...event.data, ...moment.approved },
      reason: event.reason ?? moment.reason,
      request: moment.request,
    }
    this.events.push(recorded)
    rooms.access.webhooks.deliver(recorded, (target, payload, party) =>
      moment.effect('webhook', target, payload, party),
    )
  }

  private savePoint(): SavePoint {
    return {
      mark: this.image.work.mark(),
      head: this.image.head,
      events: this.events.length,
      results: this.results.length,
      eventIndex: this.moment.eventIndex,
    }
  }

  private undoTo({ mark, head, events, results, eventIndex }: SavePoint): void {
    this.image.work.undoTo(mark)
    this.image.head = head
    this.moment.eventIndex = eventIndex
    this.events.length = events
    for (const { owner, operation, key } of this.results.splice(results))
      this.keys.forget(owner, operation, key)
  }

  private laterOf(time: Instant): Instant {
    return time > this.image.head.time ? time : this.image.head.time
  }
}

const ownerOf = (doer: Doer): Id | null => doer.user ?? doer.credential
