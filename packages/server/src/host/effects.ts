/**
 * Effects go out from here, once the batch that asked for them is durable. Each is delivered at least once under its
 * own id; what the other side said comes back as a command. An effect that is not settled is delivered again by the
 * next writer, because its row is still there.
 */
import type { Batch, EffectId, EffectKind, Engine, Instant, Plain, Row } from '@stemma/core'
import { MINUTE, REFUSALS, SECOND } from '@stemma/core'
import type { Host } from '../services.js'
import { DueTimes } from './due-times.js'

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

export class EffectRunner {
  /** Only what is durable: a row alone may still be on its way to the disk. */
  private readonly due = new DueTimes<EffectId>()
  private readonly underWay = new Map<EffectId, Promise<void>>()
  private timer: NodeJS.Timeout | null = null
  private isStopping = false

  constructor(
    private readonly engine: Engine,
    private readonly host: Pick<Host, 'execute' | 'now'>,
    private readonly deliverers: Readonly<Partial<Record<EffectKind, Deliverer>>>,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Takes up what an earlier writer left. Call it once, while everything in the image is durable. */
  resume(): void {
    const { table } = this.engine.rooms.effects
    for (const id of table.idsInOrder()) this.plan(id, table.nextAttemptAt.get(table.row(id)))
    this.run()
  }

  /** Takes up what a batch asked for, now that it is durable. */
  take({ images }: Pick<Batch, 'images'>): void {
    const { table } = this.engine.rooms.effects
    const written = images.find((image) => image.table === table.tableName)
    if (written === undefined) return
    const column = written.columns.indexOf('nextAttemptAt') + 1
    for (const row of written.rows) {
      const id = row[0] as EffectId
      // What is under way is planned again by its own outcome.
      if (!this.underWay.has(id)) this.plan(id, row[column] as Instant | null)
    }
    this.run()
  }

  /** Starts what is due. */
  run(): void {
    if (this.isStopping) return
    const { table } = this.engine.rooms.effects
    const now = this.host.now()
    while (this.underWay.size < AT_ONCE_MAX) {
      const id = this.due.takeUpTo(now)
      if (id === undefined) break
      if (table.has(id)) this.start(id, table.row(id))
    }
    // With every place taken, the next one that is given back starts the next effect.
    if (this.underWay.size < AT_ONCE_MAX) this.planRun(this.due.next(), now)
  }

  private plan(id: EffectId, at: Instant | null): void {
    if (at !== null) this.due.add(id, at)
  }

  async stop(): Promise<void> {
    this.isStopping = true
    if (this.timer !== null) clearTimeout(this.timer)
    await Promise.all(this.underWay.values())
  }

  private start(id: EffectId, row: Row): void {
    const { table } = this.engine.rooms.effects
    const [kind, target, payload] = [table.kind.get(row), table.target.get(row), table.payload.get(row)]
    const delivery: Delivery = { id, kind, target, payload, attempt: table.attempts.get(row) + 1 }
    const done = this.deliver(delivery)
      .then((delivered) => this.settle(delivery, delivered))
      .then((nextAttemptAt) => this.plan(id, nextAttemptAt))
      .catch((error: Error) => this.onFault(error))
      .finally(() => {
        this.underWay.delete(id)
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
    { isDelivered, detail, mayRetry = true }: Delivered,
  ): Promise<Instant | null> {
    const wait = RETRY_AFTER[attempt - 1]
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

  private planRun(at: number | undefined, now: Instant): void {
    if (this.timer !== null) clearTimeout(this.timer)
    if (at === undefined) return
    const milliseconds = Math.max(1, Math.ceil((at - now) / 1_000))
    this.timer = setTimeout(() => this.run(), Math.min(milliseconds, TIMER_MILLISECONDS_MAX))
    this.timer.unref()
  }
}
