/**
 * Those who follow the events through every kill: each begins behind the last event that it saw, and is told every event
 * from there on once and in order.
 */

import type { ServerProcess } from '../server-process.js'
import { openSocket } from './clients.js'

export interface Followed {
  readonly id: string
  readonly kind: string
  readonly subject: string
}

/** One that goes on with every server where it ended with the one before. */
export abstract class Follower<Item extends { readonly id: string }> {
  /** Since the last time that they were taken. */
  private readonly seen: Item[] = []
  private wake: () => void = () => {}

  constructor(
    readonly name: string,
    /** The last that it saw. */
    protected last: string,
  ) {}

  /** Follows until the server is gone. */
  abstract follow(server: ServerProcess): Promise<void>

  /** Resolves when it has seen this one or the stream has ended. */
  async until(id: string, ended: Promise<void>): Promise<void> {
    let isOver = false
    const over = ended.then(() => {
      isOver = true
    })
    while (this.last !== id && !isOver) {
      const more = new Promise<void>((resolve) => {
        this.wake = resolve
      })
      await Promise.race([more, over])
    }
  }

  take(): readonly Item[] {
    return this.seen.splice(0)
  }

  protected saw(item: Item): void {
    this.seen.push(item)
    this.last = item.id
    this.wake()
  }
}

/** Begins behind the last event that it saw. */
abstract class EventFollower extends Follower<Followed> {
  protected sawEvent({ id, kind, subject }: Followed): void {
    this.saw({ id, kind, subject })
  }
}

/** Server-sent events. */
export class SseFollower extends EventFollower {
  async follow({ url, key }: ServerProcess): Promise<void> {
    try {
      const response = await fetch(`${url}/stemma/v1/events/stream?under=pty_1`, {
        headers: { authorization: `Bearer ${key}`, 'last-event-id': this.last },
      })
      if (response.status !== 200 || response.body === null)
        throw new Error(`expected a stream, was ${response.status} ${await response.text()}`)
      let rest = ''
      for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
        const frames = (rest + text).split('\n\n')
        rest = frames.pop() ?? ''
        for (const frame of frames) this.read(frame)
      }
    } catch (error) {
      // The end of the connection is the end of the server.
      if (!(error instanceof TypeError)) throw error
    }
  }

  private read(frame: string): void {
    const data = frame.split('\n').find((line) => line.startsWith('data:'))
    if (data === undefined) return
    const event = JSON.parse(data.slice('data:'.length)) as Partial<Followed>
    // The last word of a stream says why it ends, and is no event.
    if (event.id !== undefined) this.sawEvent(event as Followed)
  }
}

/** A subscription of a WebSocket. */
export class SocketFollower extends EventFollower {
  async follow(server: ServerProcess): Promise<void> {
    const socket = openSocket(server)
    socket.on('error', () => {})
    socket.on('open', () => {
      socket.send(JSON.stringify({ id: 1, subscribe: { under: 'pty_1', after: this.last } }))
    })
    await new Promise<void>((resolve, reject) => {
      socket.on('close', () => resolve())
      socket.on('message', (data) => {
        const { event, status, problem } = JSON.parse(String(data))
        if (status !== undefined && status !== 200)
          reject(new Error(`expected a stream, was ${JSON.stringify(problem)}`))
        if (event !== undefined) this.sawEvent(event as Followed)
      })
    })
  }
}
