/**
 * The model: one thread, no host, no disk. It carries out again, in order, the calls that became durable, and what each
 * was answered has to be what it answers itself; what the journal says of them has to be what it would have written.
 */
import { type Batch, Engine, type Envelope, type Image, type Outcome, type TableImages } from '@stemma/core'
import type { Finding } from '../auditor/finding.js'
import type { Call, Called } from './recording-engine.js'
import { difference } from './same.js'

interface Kept {
  readonly sequence: number
  readonly operation: string
  readonly key: string
  readonly result: unknown
}

export class Model {
  engine = new Engine()
  private calls: Called[] = []
  /** What the journal has behind the last call that was carried out again. */
  private waiting: Batch[] = []
  private expected: Kept[] = []
  private readonly results = new Map<number, unknown>()
  private head = 0

  /** The result of a command that is durable, which every repeat has to be answered with. */
  resultOf(sequence: number): unknown {
    return this.results.get(sequence)
  }

  /** True where nothing durable is left to be carried out again. */
  get isLevel(): boolean {
    return this.engine.image.head.sequence === this.head
  }

  /** Goes on with the calls of another process. What the one before did and did not bring to the disk never was. */
  async follow(calls: Called[], load: (image: Image) => Promise<unknown>): Promise<void> {
    this.calls = calls
    this.waiting = []
    this.expected = []
    if (this.isLevel) return
    // Work that fell due was cut in two by the end of the process: its first part cannot be asked for by itself.
    this.engine = new Engine()
    await load(this.engine.image)
    this.engine.resume([])
  }

  /** Takes what arrived in the journal, and says what does not agree with it. */
  take(batches: readonly Batch[]): Finding[] {
    const findings: Finding[] = []
    for (const batch of batches) {
      this.waiting.push(batch)
      this.head = batch.head.sequence
    }
    while (this.calls[0] !== undefined && this.calls[0].after <= this.head) {
      const called = this.calls.shift() as Called
      findings.push(...this.repeat(called))
    }
    if (this.isLevel) findings.push(...this.compare())
    return findings
  }

  private repeat({ call, after }: Called): Finding[] {
    const detail = this.answerTo(call)
    const head = this.engine.image.head.sequence
    if (detail !== null) return [{ law: 'a reply is what the model replies', detail }]
    if (head === after) return []
    const was = `${nameOf(call)} led to ${after}, and the model to ${head}`
    return [{ law: 'the model stands where the process stood', detail: was }]
  }

  private answerTo(call: Call): string | null {
    const { engine } = this
    switch (call.kind) {
      case 'tick':
        engine.tick(call.time)
        return null
      case 'read':
        return difference(engine.read(call.name, call.actor, call.input, call.time), call.answer)
      case 'preview':
        return difference(short(engine.preview(call.envelope)), short(call.outcome))
      case 'execute':
        return this.executed(call.envelope, call.outcome)
      case 'linked':
        return this.linked(call)
    }
  }

  private linked({ envelopes, outcomes, failedAt }: Extract<Call, { kind: 'linked' }>): string | null {
    const { engine } = this
    if (outcomes.some(isOfKey)) {
      const [first] = envelopes
      if (first !== undefined) engine.tick(first.time)
      // What was undone is not there; what was a repeat was not carried out again.
      if (failedAt !== null) return null
    }
    const own = envelopes.filter((_, at) => !isOfKey(outcomes[at]))
    const again = engine.executeLinked(own.map(unkeyed))
    if (failedAt === null) for (const [at, envelope] of envelopes.entries()) this.keep(envelope, outcomes[at])
    const expected = outcomes.filter((outcome) => !isOfKey(outcome))
    return difference([again.outcomes.map(short), again.failedAt], [expected.map(short), failedAt])
  }

  private executed(envelope: Envelope, outcome: Outcome): string | null {
    // Who remembers keys would answer as it did before, and that is another question.
    if (isOfKey(outcome)) {
      this.engine.tick(envelope.time)
      return null
    }
    this.keep(envelope, outcome)
    return difference(short(this.engine.execute(unkeyed(envelope))), short(outcome))
  }

  private keep({ command, actor, key }: Envelope, outcome: Outcome | undefined): void {
    if (outcome?.kind !== 'done') return
    this.results.set(outcome.sequence, outcome.result)
    if (key === undefined || actor.kind === 'system') return
    const { sequence, result } = outcome
    this.expected.push({ sequence, operation: command, key: key.key, result })
  }

  /** What was written of all calls since the last time. */
  private compare(): Finding[] {
    const was = this.waiting.splice(0)
    const [expected] = [this.engine.takeBatch()]
    const kept = this.expected.splice(0)
    if (expected === null && was.length === 0) return []
    const results = was.flatMap((batch) => batch.results)
    const parts = [
      ['events', expected?.events ?? [], was.flatMap(({ events }) => events)],
      ['rows', rowsOf([expected?.images ?? []]), rowsOf(was.map(({ images }) => images))],
      [
        'results',
        kept,
        results.map(({ sequence, operation, key, result }) => ({ sequence, operation, key, result })),
      ],
    ] as const
    return parts.flatMap(([what, should, is]) => {
      const detail = difference(should, is)
      return detail === null ? [] : [{ law: `the journal has the ${what} of what was done`, detail }]
    })
  }
}

const unkeyed = ({ key: _key, ...envelope }: Envelope): Envelope => envelope

/** Whether it was answered out of the memory of keys. */
const isOfKey = (outcome: Outcome | undefined): boolean =>
  outcome?.kind === 'repeated' ||
  (outcome?.kind === 'refused' && outcome.refusal.code === 'idempotency_key_reused')

/** An outcome without its events: the journal is asked for those. */
function short(outcome: Outcome): object {
  if (outcome.kind === 'refused') return { refused: outcome.refusal.code, detail: outcome.refusal.detail }
  return outcome.kind === 'done' ? { done: outcome.sequence, result: outcome.result } : outcome
}

const nameOf = (call: Call): string =>
  call.kind === 'execute' || call.kind === 'preview' ? `${call.kind} ${call.envelope.command}` : call.kind

/** The last image of each row that any of them has, by table and id; a row that went is null. */
function rowsOf(written: readonly (readonly TableImages[])[]): readonly (readonly [string, unknown])[] {
  const rows = new Map<string, unknown>()
  for (const { table, rows: changed, removed } of written.flat()) {
    for (const row of changed) rows.set(`${table} ${row[0]}`, row)
    for (const id of removed) rows.set(`${table} ${id}`, 'removed')
  }
  return [...rows].sort(([one], [other]) => (one < other ? -1 : 1))
}
