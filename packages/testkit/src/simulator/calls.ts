/**
 * What users send to processes, and what leaves these: requests go astray, come twice and late, to one that writes, one
 * that did, or one that stands by, and every answer that is heard is held against the laws.
 */
import { type Event, HOUR, type Instant, stateHash } from '@stemma/core'
import type { Request, Settled } from '@stemma/server'
import type { MemoryJournal } from '@stemma/store'
import type { Finding } from '../auditor/finding.js'
import { sha256 } from './hasher.js'
import type { JournalWatch } from './journal-watch.js'
import type { Processes } from './processes.js'
import type { SeededRandom } from './random.js'
import type { Called } from './recording-engine.js'
import type { Replies } from './replies.js'
import { difference } from './same.js'
import type { SimulatedNetwork } from './simulated-network.js'
import type { SimulatedProcess } from './simulated-process.js'
import type { SimulatedTime } from './simulated-time.js'
import type { Asked } from './users.js'

/** Nothing is sent again, and nothing arrives, that is older. */
const AGE_MAX = 12 * HOUR
const RETRY_MILLISECONDS = 150
const HISTORY_LIMIT = 20

export interface CallsOptions {
  readonly random: SeededRandom
  readonly time: SimulatedTime
  readonly network: SimulatedNetwork
  readonly journal: MemoryJournal
  readonly watch: JournalWatch
  readonly replies: Replies
  readonly processes: Processes
  readonly note: (found: readonly Finding[]) => void
}

export class Calls {
  private readonly unanswered = new Set<Asked>()

  constructor(private readonly options: CallsOptions) {}

  /** Requests that are still to be answered. */
  get waiting(): number {
    return this.unanswered.size
  }

  /** Sends it, and again until it is answered where that cannot be carried out twice. */
  ask(asked: Asked): void {
    const sent = this.options.time.now()
    this.options.network.carry(() => this.arrive(asked, sent))
    if (asked.kind !== 'execute' || asked.request.key === undefined) return
    this.unanswered.add(asked)
    this.askAgain(asked, sent)
  }

  private askAgain(asked: Asked, sent: Instant): void {
    this.options.time.after(RETRY_MILLISECONDS, () => {
      if (this.options.time.now() - sent > AGE_MAX) this.unanswered.delete(asked)
      if (!this.unanswered.has(asked)) return
      this.options.network.carry(() => this.arrive(asked, sent))
      this.askAgain(asked, sent)
    })
  }

  private arrive(asked: Asked, sent: Instant): void {
    const { current, stale } = this.options.processes
    const isForStale = stale?.isAlive === true && (current === null || this.options.random.chance(0.3))
    const process = this.misled(asked) ?? (isForStale ? stale : current)
    // What a process that is frozen was sent, it finds when it goes on.
    process?.frost.run(() => {
      if (process.isAlive && this.options.time.now() - sent <= AGE_MAX) this.put(process, asked)
    })
  }

  /** One that stands by, where a command goes astray to it. Reads are stopped at the door of a real server. */
  private misled({ kind }: Asked): SimulatedProcess | null {
    return kind === 'execute' && this.options.random.chance(0.01) ? this.options.processes.standby : null
  }

  put(process: SimulatedProcess, asked: Asked): void {
    const { host } = process
    switch (asked.kind) {
      case 'execute':
        this.execute(process, asked, asked.request)
        break
      case 'preview':
        this.hear(process, () => host.preview(asked.request))
        break
      case 'each':
        this.hear(
          process,
          () => host.executeEach(asked.requests),
          (all) => this.settleAll(asked.requests, all),
        )
        break
      case 'linked':
        this.hear(
          process,
          () => host.executeLinked(asked.requests),
          ({ outcomes, failedAt }) => failedAt === null && this.settleAll(asked.requests, outcomes),
        )
        break
      case 'read':
        this.hear(process, () => host.read(asked.name, asked.actor, asked.input))
        break
      case 'history':
        this.readHistory(process, asked.place)
        break
    }
  }

  private execute(process: SimulatedProcess, asked: Asked, request: Request): void {
    const { engine, host } = process
    const before = this.options.random.chance(0.02) ? stateHash(engine.image, sha256()) : null
    const { sequence } = engine.image.head
    const act = (): Promise<Settled> => host.execute(request)
    this.hear(process, act, (settled) => {
      this.options.replies.settle(request, settled, this.options.time.now())
      const isLater =
        settled.kind === 'refused' && ['not_writer', 'overloaded'].includes(settled.refusal.code)
      if (!isLater) this.options.network.carry(() => this.unanswered.delete(asked))
    })
    const call = engine.calls.at(-1)?.call
    // Work that fell due before the command may have changed something; the refused command itself may not.
    if (before === null || engine.image.head.sequence !== sequence) return
    if (call?.kind !== 'execute' || call.outcome.kind !== 'refused') return
    const detail = difference(before, stateHash(engine.image, sha256()))
    if (detail !== null)
      this.options.note([{ law: 'a refusal changes nothing', detail: `${request.command}: ${detail}` }])
  }

  private settleAll(requests: readonly Request[], all: readonly Settled[]): void {
    all.forEach((settled, at) => {
      this.options.replies.settle(requests[at] as Request, settled, this.options.time.now())
    })
  }

  private readHistory(process: SimulatedProcess, place: number): void {
    const from = this.options.watch.events[place]
    if (from === undefined) return
    const expected = this.options.watch.events.slice(place + 1, place + 1 + HISTORY_LIMIT).map(placeOf)
    const query = { after: [from.sequence, from.index], limit: HISTORY_LIMIT }
    this.hear(
      process,
      () => process.host.history('events', query),
      (rows) => {
        if (process.epoch !== this.options.journal.epoch)
          this.options.note([{ law: 'who was deposed tells nothing', detail: 'history was told' }])
        const known = this.options.watch.events.slice(place + 1, place + 1 + rows.length).map(placeOf)
        const told = rows.map((row) => [row.sequence, row.position, row.kind])
        const detail =
          difference(known, told) ?? (told.length < expected.length ? 'events are missing' : null)
        if (detail !== null) this.options.note([{ law: 'history is what is durable', detail }])
      },
    )
  }

  /** Asks a process, and looks at what leaves it. */
  private hear<Answer>(
    process: SimulatedProcess,
    act: () => Promise<Answer>,
    told: (answer: Answer) => void = () => {},
  ): void {
    const { calls } = process.engine
    const last = calls.at(-1)
    const fail = (error: Error): void =>
      this.options.note([{ law: 'nothing is thrown at users', detail: error.message }])
    let answer: Promise<Answer>
    try {
      answer = act()
    } catch (error) {
      fail(error as Error)
      return
    }
    const called: Called | null = calls.at(-1) === last ? null : (calls.at(-1) ?? null)
    const leave = (left: Answer): void => {
      if (!process.isAlive) return
      this.options.replies.leave(process, called, this.options.journal.epoch)
      told(left)
    }
    answer.then(leave, (error: Error) => process.isAlive && fail(error))
  }
}

const placeOf = ({ sequence, index, kind }: Event): readonly unknown[] => [sequence, index, kind]
