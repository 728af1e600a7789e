/**
 * Effects go out from here, once the batch that asked for them is durable. Each is delivered at least once under its
 * own id; what the other side said comes back as a command. An effect that is not settled is delivered again by the
 * next writer, because its row is still there.
 */
import type { Batch, EffectId, EffectKind, Engine, Instant, Plain, Row } from '@stemma/core'
import { MINUTE, REFUSALS, SECOND } from '@stemma/core'
import type { Host } from '../services.js'
import { DueTimes } from './due-times.js'
import { EffectLines } from './effect-lines.js'
import { systemTimer, type Timer } from './timer.js'

export interface Delivery {
  readonly id: EffectId
  readonly kind: EffectKind
  readonly target: string
  readonly payload: Plain
  readonly attempt: number
}

export interface Delivered {
  readonly isDelivered: boolean
  /** One line for the attempt log; nothing secret. */
  readonly detail: string
  /** False: trying again is pointless. */
  readonly mayRetry?: boolean
  /** When to try again; left out: by the schedule below. */
  readonly retryAfter?: number
  /** Nothing was sent and nothing is kept of it: the effect waits, and is looked at again soon. */
  readonly isHeld?: boolean
}

export type Deliverer = (delivery: Delivery) => Promise<Delivered>

/** Waits between attempts; after the last the effect is given up. Together about 27 hours. */
export const RETRY_AFTER: readonly number[] = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  180 * MINUTE,
  360 * MINUTE,
  480 * MINUTE,
  480 * MINUTE,
]
const AT_ONCE_MAX = 16
const TIMER_MILLISECONDS_MAX = 60_000
/** When an effect goes out again whose outcome could not be kept, because the intake was closed. */
const UNKEPT_AFTER = 5 * SECOND
/** When an effect that is held is looked at again. */
export const HELD_AFTER = SECOND
/** These go to their target one at a time and in order; all others go out as they come. */
const IN_LINE: ReadonlySet<EffectKind> = new Set(['venue'])

export class EffectRunner {
  /** Only what is durable: a row alone may still be on its way to the disk. */
  private readonly due = new DueTimes<EffectId>()
  private readonly dueInLine = new DueTimes<EffectId>()
  private readonly lines = new EffectLines()
  private readonly underWay = new Map<EffectId, Promise<void>>()
  private placesTaken = 0
  private stopWaiting: () => void = () => {}
  private isStopping = false

  constructor(
    private readonly engine: Engine,
    private readonly host: Pick<Host, 'execute' | 'now'>,
    private readonly deliverers: Readonly<Partial<Record<EffectKind, Deliverer>>>,
    private readonly onFault: (error: Error) => void,
    private readonly timer: Timer = systemTimer,
  ) {}

  /** Takes up what an earlier writer left. Call it once, while everything in the image is durable. */
  resume(): void {
    for (const id of this.engine.rooms.effects.table.idsInOrder()) this.enter(id)
    this.run()
  }

  /** Takes up what a batch asked for, now that it is durable. */
  take({ images }: Pick<Batch, 'images'>): void {
    const { table } = this.engine.rooms.effects
    const written = images.find((image) => image.table === table.tableName)
    // What is under way is planned again by its own outcome.
    for (const [id] of written?.rows ?? []) if (!this.underWay.has(id as EffectId)) this.enter(id as EffectId)
    this.run()
  }

  /** Starts what is due. */
  run(): void {
    if (this.isStopping) return
    const now = this.host.now()
    // At most one of each line is on its way, so lines do not wait for the places that all others share.
    while (this.startNext(this.dueInLine, now));
    while (this.hasPlace && this.startNext(this.due, now));
    // With every place taken, the next one that is given back starts the next effect.
    this.planRun(now)
  }

  private get hasPlace(): boolean {
    return this.placesTaken < AT_ONCE_MAX
  }

  private startNext(due: DueTimes<EffectId>, now: Instant): boolean {
    const { table } = this.engine.rooms.effects
    const id = due.takeUpTo(now)
    if (id !== undefined && table.has(id)) this.start(id, table.row(id))
    return id !== undefined
  }

  /** One that stands in a line is planned when it is first there. */
  private enter(id: EffectId): void {
    const { table } = this.engine.rooms.effects
    const row = table.find(id)
    if (row < 0) return
    const kind = table.kind.get(row)
    if (!IN_LINE.has(kind) || this.lines.join(lineOf(kind, table.target.get(row)), id))
      this.plan(id, kind, table.nextAttemptAt.get(row))
  }

  private plan(id: EffectId, kind: EffectKind, at: Instant | null): void {
    if (at !== null) (IN_LINE.has(kind) ? this.dueInLine : this.due).add(id, at)
  }

  /** The next of the line goes out without waiting until it is kept that this one arrived. */
  private leaveLine({ id, kind, target }: Delivery): void {
    const next = this.lines.leave(lineOf(kind, target), id)
    if (next === undefined) return
    const { table } = this.engine.rooms.effects
    this.plan(next, kind, table.nextAttemptAt.get(table.row(next)))
    this.run()
  }

  async stop(): Promise<void> {
    this.isStopping = true
    this.stopWaiting()
    await Promise.all(this.underWay.values())
  }

  private start(id: EffectId, row: Row): void {
    const { table } = this.engine.rooms.effects
    const [kind, target, payload] = [table.kind.get(row), table.target.get(row), table.payload.get(row)]
    const delivery: Delivery = { id, kind, target, payload, attempt: table.attempts.get(row) + 1 }
    const places = IN_LINE.has(kind) ? 0 : 1
    this.placesTaken += places
    const done = this.deliver(delivery)
      .then((delivered) => {
        if (delivered.isDelivered || delivered.mayRetry === false) this.leaveLine(delivery)
        return this.settle(delivery, delivered)
      })
      .then((nextAttemptAt) => this.plan(id, kind, nextAttemptAt))
      .catch((error: Error) => this.onFault(error))
      .finally(() => {
        this.underWay.delete(id)
        this.placesTaken -= places
        this.run()
      })
    this.underWay.set(id, done)
  }

  private deliver(delivery: Delivery): Promise<Delivered> {
    const deliverer = this.deliverers[delivery.kind]
    if (deliverer === undefined)
      return Promise.resolve({
        isDelivered: false,
        detail: `nothing delivers ${delivery.kind} here`,
        mayRetry: false,
      })
    return deliverer(delivery).catch((error: Error) => ({ isDelivered: false, detail: error.message }))
  }

  /** Keeps the outcome; when the effect goes out next, or null where it does not. */
  private async settle(
    { id, attempt }: Delivery,
    { isDelivered, detail, mayRetry = true, retryAfter, isHeld = false }: Delivered,
  ): Promise<Instant | null> {
    if (isHeld) return (this.host.now() + HELD_AFTER) as Instant
    const wait = retryAfter ?? RETRY_AFTER[attempt - 1]
    const isLast = isDelivered || !mayRetry || wait === undefined
    const nextAttemptAt = isLast ? null : ((this.host.now() + wait) as Instant)
    const outcome = await this.host.execute({
      command: 'effects.settle',
      input: { effect: id, isDelivered, detail: detail.slice(0, 500), nextAttemptAt },
      actor: { kind: 'system' },
    })
    if (outcome.kind !== 'refused') return nextAttemptAt
    // The effect stays unsettled and goes out again under its id: later, or after the next start.
    if (REFUSALS[outcome.refusal.code].retryable) return (this.host.now() + UNKEPT_AFTER) as Instant
    throw new Error(`expected effect ${id} to be settled: ${outcome.refusal.detail}`)
  }

  private planRun(now: Instant): void {
    this.stopWaiting()
    const [inLine, other] = [this.dueInLine.next(), this.hasPlace ? this.due.next() : undefined]
    if (inLine === undefined && other === undefined) return
    const at = Math.min(inLine ?? Number.POSITIVE_INFINITY, other ?? Number.POSITIVE_INFINITY)
    const milliseconds = Math.max(1, Math.ceil((at - now) / 1_000))
    this.stopWaiting = this.timer.once(Math.min(milliseconds, TIMER_MILLISECONDS_MAX), () => this.run())
  }
}

const lineOf = (kind: EffectKind, target: string): string => `${kind} ${target}`
