/**
 * What a socket follows (section 8.3). A channel that there is not, or that the caller may not follow, is left out of
 * the answer; the name of a channel goes back exactly as it was asked for.
 */
import type { Services, Subscription } from '../../services.js'
import type { Caller } from './authentication.js'
import { unauthorized, VenueError } from './errors.js'
import { openMarketChannel } from './market-channels.js'
import { openUserChannel } from './user-channels.js'

/** Channels of one socket. */
export const CHANNELS_MAX = 1_000

export class Channels {
  private readonly followed = new Map<string, Subscription>()

  constructor(
    private readonly services: Services,
    private readonly send: (frame: unknown) => void,
    private readonly fail: (thrown: unknown) => void,
  ) {}

  /** The names of those that are followed now; one that was followed already is not begun again. */
  async open(
    names: readonly string[],
    caller: Caller | null,
    label: string | null,
  ): Promise<readonly string[]> {
    for (const name of names) checkAllowed(name, caller)
    const opened: string[] = []
    for (const name of new Set(names)) if (await this.follow(name, caller, label)) opened.push(name)
    return opened
  }

  close(names: readonly string[]): readonly string[] {
    return names.filter((name) => {
      this.followed.get(name)?.close()
      return this.followed.delete(name)
    })
  }

  get size(): number {
    return this.followed.size
  }

  closeAll(): void {
    this.close([...this.followed.keys()])
  }

  private async follow(channel: string, caller: Caller | null, label: string | null): Promise<boolean> {
    if (this.followed.has(channel)) return true
    if (this.followed.size >= CHANNELS_MAX) return false
    const tell = (data: unknown): void =>
      this.send({
        jsonrpc: '2.0',
        method: 'subscription',
        params: { channel, ...(label === null ? {} : { label }), data },
      })
    const { services } = this
    // What it is told of waits until the answer that names it has gone out.
    const queue = new Queue(tell)
    const parts = channel.split('.')
    const opening = { services, caller, parts, tell: (data: unknown) => queue.add(data), fail: this.fail }
    const subscription = channel.startsWith('user.')
      ? await openUserChannel(opening)
      : await openMarketChannel(opening)
    if (subscription === null) return false
    this.followed.set(channel, subscription)
    void subscription.closed.then(() => {
      if (this.followed.get(channel) === subscription) this.followed.delete(channel)
    })
    setImmediate(() => queue.release())
    return true
  }
}

class Queue {
  private waiting: unknown[] | null = []

  constructor(private readonly tell: (data: unknown) => void) {}

  add(data: unknown): void {
    if (this.waiting === null) this.tell(data)
    else this.waiting.push(data)
  }

  release(): void {
    for (const data of this.waiting ?? []) this.tell(data)
    this.waiting = null
  }
}

const ofMarketData = /^(book|trades|ticker)\./

/** Nobody follows what is somebody's, and raw market data are for those who are known. */
function checkAllowed(name: string, caller: Caller | null): void {
  if (caller !== null) return
  if (name.startsWith('user.')) throw unauthorized()
  if (ofMarketData.test(name) && name.endsWith('.raw')) throw new VenueError(13778)
}
