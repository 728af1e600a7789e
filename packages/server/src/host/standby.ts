/**
 * Standing by: reads on what the writer makes durable, so that the image is warm, and takes over where nobody writes.
 * How long the writer has shown nothing is measured by the own clock alone, from the look that first saw its mark.
 */
import type { Image } from '@stemma/core'
import { type Store, StoreRefusal, type WriterSeen } from '@stemma/store'
import type { FastifyBaseLogger } from 'fastify'
import type { Admission } from './admission.js'
import type { EngineHost } from './engine-host.js'
import { LEASE_MARGIN_MILLISECONDS, LEASE_MILLISECONDS, type Lease, type Monotonic } from './lease.js'
import type { Timer } from './timer.js'

const LOOK_EVERY_MILLISECONDS = 100
export const SILENCE_MILLISECONDS = LEASE_MILLISECONDS + LEASE_MARGIN_MILLISECONDS

export interface TakenOver {
  readonly epoch: number
  readonly address: string
}

export interface StandbyOptions {
  readonly store: Store
  readonly image: Image
  readonly host: Pick<EngineHost, 'replay'>
  readonly lease: Lease
  readonly admission: Pick<Admission, 'writer'>
  readonly monotonic: Monotonic
  readonly timer: Timer
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn'>
  /** Where others reach this process. */
  readonly address: string
  /** What a writer begins with. */
  readonly onTakenOver: (taken: TakenOver) => Promise<void>
  /** The process has to stop. */
  readonly onFatal: (error: Error) => void
}

type Role = 'writer' | 'standby'

export class Standby {
  private seen: { readonly mark: string; readonly since: number } | null = null
  private looking: Promise<void> | null = null
  private beginning: Promise<void> | null = null
  private isOver = false
  private isUnreachable = false
  private stopLooking = (): void => {}

  constructor(private readonly options: StandbyOptions) {}

  /** Begins; resolves when it is clear what this process is: a writer lives, or this process writes. */
  begin(): Promise<Role> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        this.looking ??= this.look()
          .then(
            (role) => {
              this.isUnreachable = false
              if (role !== null) resolve(role)
            },
            (error: Error) => this.fail(error, reject),
          )
          .finally(() => {
            this.looking = null
          })
      }
      this.stopLooking = this.options.timer.every(LOOK_EVERY_MILLISECONDS, look)
      look()
    })
  }

  /** Looks no more. A writer's beginning ends first; a store that does not answer is not waited for. */
  async stop(): Promise<void> {
    this.end()
    await this.beginning
  }

  private end(): void {
    this.isOver = true
    this.stopLooking()
  }

  /** One look: null while it is not clear yet whether a writer lives. */
  private async look(): Promise<Role | null> {
    const { store, image, host, admission, monotonic } = this.options
    const seen = await store.writer()
    admission.writer = seen.address
    const now = monotonic()
    const before = this.seen
    if (before?.mark !== seen.mark) this.seen = { mark: seen.mark, since: now }
    for (let batches = await store.catchUp(image); batches.length > 0; ) {
      host.replay(batches)
      batches = await store.catchUp(image)
    }
    const isSilent = before?.mark === seen.mark && now - before.since >= SILENCE_MILLISECONDS
    if (seen.address === null || isSilent) return (await this.takeOver(seen)) ? 'writer' : null
    return before === null || before.mark === seen.mark ? null : 'standby'
  }

  /** False where somebody was faster, or the writer lives after all. */
  private async takeOver(seen: WriterSeen): Promise<boolean> {
    const { store, lease, address, onTakenOver, log, monotonic } = this.options
    if (this.isOver) return false
    const sentAt = monotonic()
    const taken = await store.takeOver(seen, address)
    // Who was told to stop meanwhile gives the book free as it closes the store.
    if (taken === null || this.isOver) return false
    lease.prove(sentAt)
    this.end()
    const epoch = seen.epoch + 1
    log.info({ epoch, batch: taken.batch, before: seen.address }, 'this process has taken over')
    this.beginning = onTakenOver({ epoch, address })
    await this.beginning
    return true
  }

  /** A store that does not answer may answer again; all else is the end, as is a taking over that was not finished. */
  private fail(error: Error, reject: (error: Error) => void): void {
    const { log, onFatal } = this.options
    if (this.isOver || error instanceof StoreRefusal) {
      this.end()
      reject(error)
      onFatal(error)
      return
    }
    if (!this.isUnreachable) log.warn({ err: error }, 'the store cannot be read: standing by until it can')
    this.isUnreachable = true
  }
}
