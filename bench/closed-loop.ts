/**
 * The load: a fixed number of messages in flight, each answer followed by the next message. Latency is the time from
 * handing a message to its channel to having its answer.
 */
import type { Channel } from './channel.js'
import { Samples } from './statistics.js'

export interface LoopOptions {
  readonly channels: readonly Channel[]
  /** Messages in flight over each channel. */
  readonly inFlight: number
  readonly milliseconds: number
  /** Every message is another one. */
  readonly message: () => string
  /** How many transfers an answer says are done, and how many were refused. */
  readonly count: (status: number, body: Buffer) => { readonly done: number; readonly refused: number }
}

export interface Tally {
  /** Transfers that were answered as done within the time. */
  readonly done: number
  readonly refused: number
  readonly seconds: number
  /** Milliseconds, of the messages answered within the time. */
  readonly latencies: Samples
  /** What this process took of one processor. */
  readonly clientShare: number
}

/** A refused client does not ask again at once. */
const PAUSE_MILLISECONDS = 50

export function closedLoop({
  channels,
  inFlight,
  milliseconds,
  message,
  count,
}: LoopOptions): Promise<Tally> {
  return new Promise((resolve) => {
    const latencies = new Samples()
    const processor = process.cpuUsage()
    const start = performance.now()
    const end = start + milliseconds
    let tally: Tally | null = null
    let done = 0
    let refused = 0
    let waiting = channels.length * inFlight
    const leave = (): void => {
      waiting -= 1
      if (waiting === 0 && tally !== null) resolve(tally)
    }
    const close = (): void => {
      const { user, system } = process.cpuUsage(processor)
      const elapsed = performance.now() - start
      const clientShare = (user + system) / 1_000 / elapsed
      tally = { done, refused, seconds: elapsed / 1_000, latencies, clientShare }
    }
    const ask = (channel: Channel): void => {
      const askedAt = performance.now()
      channel.ask(message(), (status, body) => {
        const now = performance.now()
        if (tally === null && now >= end) close()
        if (tally !== null) return leave()
        const counted = count(status, body)
        done += counted.done
        refused += counted.refused
        if (counted.done > 0) latencies.add(now - askedAt)
        if (counted.refused === 0) ask(channel)
        else setTimeout(() => (tally === null ? ask(channel) : leave()), PAUSE_MILLISECONDS)
      })
    }
    for (const channel of channels) for (let each = 0; each < inFlight; each += 1) ask(channel)
  })
}

/** One message, one transfer. */
export const countOne = (status: number): { done: number; refused: number } =>
  status === 200 ? { done: 1, refused: 0 } : { done: 0, refused: 1 }
