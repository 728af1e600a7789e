/**
 * Effects go out from here, once the batch that asked for them is durable. Each is delivered at least once under its
 * own id; what the other side said comes back as a command. An effect that is not settled is delivered again by the
 * next writer, because its row is still there.
 */
import type { EffectId, EffectKind, Engine, Instant, Plain, Row } from '@stemma/core'
import { MINUTE, SECOND } from '@stemma/core'
import type { Host } from '../services.js'

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

export class EffectRunner {
  private readonly underWay = new Map<EffectId, Promise<void>>()
  private timer: NodeJS.Timeout | null = null
  private isStopping = false

  constructor(
    private readonly engine: Engine,
    private readonly host: Pick<Host, 'execute' | 'now'>,
    private readonly deliverers: Readonly<Partial<Record<EffectKind, Deliverer>>>,
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Starts what is due; called after each durable batch and when the next attempt is due. */
  run(): void {
    const { table } = this.engine.rooms.effects
    if (table.size === 0 || this.isStopping) return
    let next: Instant | null = null
    const now = this.host.now()
    for (const id of table.idsInOrder()) {
      const at = table.nextAttemptAt.get(table.row(id))
      if (at === null || this.underWay.has(id)) continue
      if (at <= now && this.underWay.size < AT_ONCE_MAX) this.start(id, table.row(id))
      else if (next === null || at < next) next = at
    }
    this.planRun(next, now)
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

  private async settle(
    { id, attempt }: Delivery,
    { isDelivered, detail, mayRetry = true }: Delivered,
  ): Promise<void> {
    const wait = RETRY_AFTER[attempt - 1]
    const nextAttemptAt = isDelivered || !mayRetry || wait === undefined ? null : this.host.now() + wait
    const outcome = await this.host.execute({
      command: 'effects.settle',
      input: { effect: id, isDelivered, detail: detail.slice(0, 500), nextAttemptAt },
      actor: { kind: 'system' },
    })
    // While the server stops, the effect stays unsettled and goes out again under its id after the next start.
    if (outcome.kind === 'refused' && !this.isStopping)
      throw new Error(`expected effect ${id} to be settled: ${outcome.refusal.detail}`)
  }

  private planRun(at: Instant | null, now: Instant): void {
    if (this.timer !== null) clearTimeout(this.timer)
    if (at === null || this.isStopping) return
    const milliseconds = Math.max(1, Math.ceil((at - now) / 1_000))
    this.timer = setTimeout(() => this.run(), Math.min(milliseconds, TIMER_MILLISECONDS_MAX))
    this.timer.unref()
  }
}
