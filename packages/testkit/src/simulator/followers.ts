/** Those who follow the events of a book: each sees every durable event once and in order, across all crashes. */
import { type Event, seenFrom } from '@stemma/core'
import type { Subscription } from '@stemma/server'
import type { Finding } from '../auditor/finding.js'
import type { JournalWatch } from './journal-watch.js'
import { difference } from './same.js'
import type { SimulatedProcess } from './simulated-process.js'

const EVERYTHING = { under: null, kinds: [] }
/** Every path of an event has it: what is left out is for nobody's eyes. */
const ANYWHERE = '/'

export class Follower {
  private seen = 0
  private last = { sequence: 0, index: -1 }
  /** Counts how often it began anew: what an earlier subscription still tells is not heard. */
  private turn = 0
  private subscription: Subscription | null = null

  constructor(
    private readonly journal: JournalWatch,
    private readonly note: (found: readonly Finding[]) => void,
  ) {}

  /** True where it has seen all that is in the journal. */
  get isLevel(): boolean {
    return this.seen === this.journal.events.length
  }

  /** Goes on behind the last event that it saw, at whichever process there is now. */
  resume(process: SimulatedProcess): void {
    this.subscription?.close()
    this.subscription = null
    this.turn += 1
    const { turn } = this
    const deliver = (event: Event): boolean => {
      if (process.isAlive && this.turn === turn) this.take(event)
      return true
    }
    void process.host.subscribe({ kind: 'system' }, EVERYTHING, { ...this.last }, deliver).then((opened) => {
      if (opened.kind !== 'answer') return
      if (this.turn === turn) this.subscription = opened.result
      else opened.result.close()
    })
  }

  private take(event: Event): void {
    const expected = this.journal.events[this.seen]
    this.seen += 1
    this.last = { sequence: event.sequence, index: event.index }
    const told = expected === undefined ? 'nothing that is durable' : seenFrom(expected, ANYWHERE)
    const detail = difference(told, event)
    if (detail !== null) this.note([{ law: 'a stream tells each durable event once, in order', detail }])
  }
}
