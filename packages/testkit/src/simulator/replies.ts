/**
 * The laws of replies: none leaves before what it depends on is durable, none says what another reply to the same
 * request did not say, and what was acknowledged is what the journal leads to.
 */
import { type Instant, KEPT_FOR } from '@stemma/core'
import type { Request, Settled } from '@stemma/server'
import type { Finding } from '../auditor/finding.js'
import type { Model } from './model.js'
import type { Called } from './recording-engine.js'
import { difference, textOf } from './same.js'
import type { SimulatedProcess } from './simulated-process.js'

interface Acknowledged {
  readonly sequence: number
  readonly result: unknown
  readonly at: Instant
}

export class Replies {
  readonly counts = { done: 0, refused: 0, repeated: 0, sent: 0 }
  private readonly all: Acknowledged[] = []
  private readonly byKey = new Map<string, Acknowledged>()

  constructor(
    private readonly model: Model,
    private readonly note: (found: readonly Finding[]) => void,
  ) {}

  /** A reply of any kind leaves a process. */
  leave(process: SimulatedProcess, called: Called | null, epoch: number): void {
    if (called !== null && process.epoch !== epoch)
      this.say('who was deposed tells nothing', `a reply of epoch ${process.epoch} left in epoch ${epoch}`)
    const [needs, has] = [called?.after ?? 0, process.arrived]
    if (needs <= has) return
    this.say('nothing is told before it is durable', `a reply of ${needs} left while ${has} was durable`)
  }

  /** What a command was answered with, as it left the process. */
  settle(request: Request, settled: Settled, now: Instant): void {
    this.counts[settled.kind] += 1
    if (settled.kind === 'refused') return
    if (settled.kind === 'done' && isSent(request)) this.counts.sent += 1
    const { sequence, result } = settled
    this.all.push({ sequence, result, at: now })
    if (settled.kind === 'repeated') {
      const detail = difference(this.model.resultOf(sequence), result)
      if (detail !== null) this.say('a repeat gets the first reply', detail)
    }
    if (request.key === undefined || request.actor.kind === 'system') return
    const name = `${textOf(request.actor)} ${request.command} ${request.key.key}`
    const before = this.byKey.get(name)
    this.byKey.set(name, { sequence, result, at: now })
    if (before === undefined || now - before.at > KEPT_FOR || now < before.at) return
    const detail = difference([before.sequence, before.result], [sequence, result])
    if (detail !== null) this.say('every reply to a key is the same', detail)
  }

  /** At the end: everything that was acknowledged is what became of the book. */
  audit(): void {
    for (const { sequence, result } of this.all) {
      const detail = difference(this.model.resultOf(sequence), result)
      if (detail !== null) this.say('nothing that was acknowledged is lost', `${sequence}: ${detail}`)
    }
  }

  private say(law: string, detail: string): void {
    this.note([{ law, detail }])
  }
}

const isSent = ({ command, input }: Request): boolean =>
  command === 'transfers.send' ||
  (command === 'withdrawals.create' && Object.hasOwn(input as object, 'address'))
