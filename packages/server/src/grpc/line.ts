/** The line to one reader: what waits for it, and everything that has to be let go when it ends, however it ends. */
import { Code, ConnectError } from '@connectrpc/connect'
import type { Refusal } from '@stemma/core'
import type { Timer } from '../host/timer.js'
import type { Authenticated, Host, Subscription } from '../services.js'
import type { Waiting } from './waiting.js'

export interface StreamDoor {
  readonly host: Host
  readonly timer: Timer
  readonly heartbeatMs: number
}

export interface Reader {
  readonly actor: Authenticated['actor']
  /** Aborted when the reader is gone, or its deadline has passed. */
  readonly signal: AbortSignal
  /** Cuts the connection of a reader that does not read. */
  cut(): void
  /** The surface's own words for a refusal. */
  refused(refusal: Refusal): Error
}

const ENDINGS = {
  revoked: new ConnectError(
    'permission denied: the right to this stream was taken away',
    Code.PermissionDenied,
  ),
  slow: new ConnectError('the stream was not read fast enough', Code.ResourceExhausted),
  failed: new ConnectError('internal error', Code.Internal),
  shutdown: new ConnectError('the server is stopping', Code.Unavailable),
} as const

export class Line<Box extends Waiting<unknown>> {
  private readonly held = new Set<Subscription>()
  private readonly stopHeart: () => void
  private ending: unknown = null

  constructor(
    readonly box: Box,
    private readonly reader: Pick<Reader, 'signal' | 'cut'>,
    { timer, heartbeatMs }: StreamDoor,
    /** An interval passed, and nothing waits. */
    private readonly idle: () => void,
  ) {
    this.stopHeart = timer.every(heartbeatMs, this.beat)
    const { signal } = reader
    if (signal.aborted) this.leave()
    else signal.addEventListener('abort', this.leave, { once: true })
  }

  hold(subscription: Subscription): void {
    this.held.add(subscription)
    if (this.ending !== null) this.release(subscription)
    void subscription.closed.then((reason) => {
      if (this.held.delete(subscription) && reason !== 'unsubscribed') this.end(ENDINGS[reason])
    })
  }

  release(subscription: Subscription): void {
    this.held.delete(subscription)
    subscription.close()
  }

  /** Throws what the stream ended with, if it did. */
  check(): void {
    if (this.ending !== null) throw this.ending
  }

  close(): void {
    this.stopHeart()
    this.reader.signal.removeEventListener('abort', this.leave)
    this.box.close()
    for (const subscription of this.held) this.release(subscription)
  }

  end(ending: unknown): void {
    this.ending ??= ending
    this.close()
    if (ending === ENDINGS.slow) this.reader.cut()
  }

  private readonly beat = (): void => {
    if (this.box.hasStalled()) this.end(ENDINGS.slow)
    else if (this.box.isEmpty) this.idle()
  }

  /** The generator may be waiting for a reader that never comes back: it cannot be the one that cleans up. */
  private readonly leave = (): void => {
    this.ending ??= this.reader.signal.reason
    this.close()
  }
}
