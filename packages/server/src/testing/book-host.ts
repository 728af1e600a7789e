/**
 * A host for tests of surfaces: the engine, a clock that is moved by hand, and a journal in memory that a second host
 * can be started from. Not exported.
 */
import {
  type Actor,
  type Batch,
  Engine,
  type Event,
  HISTORY,
  type HistoryQuery,
  type HistoryRow,
  type Instant,
  matchesQuery,
  type Need,
  type Plain,
  Refused,
} from '@stemma/core'

import type { Answer, EventFilter, Host, Request, Settled, Subscription } from '../services.js'

export class BookHost implements Host {
  readonly engine = new Engine()
  private readonly listeners = new Set<(event: Event) => void>()
  private readonly results = new Map<number, Plain>()

  constructor(
    public time: Instant,
    readonly journal: Batch[] = [],
  ) {
    for (const { images, head, results } of journal) {
      this.engine.image.apply(images, head)
      this.engine.resume(results)
    }
  }

  now(): Instant {
    return this.time
  }

  async execute(request: Request): Promise<Settled> {
    const outcome = this.engine.execute({ ...request, time: this.time })
    this.settle()
    if (outcome.kind === 'done') this.results.set(outcome.sequence, outcome.result)
    return outcome.kind === 'repeated'
      ? { ...outcome, result: this.results.get(outcome.sequence) ?? null }
      : outcome
  }

  async executeLinked(requests: readonly Request[]): Promise<never> {
    throw new Error(`expected no linked commands, were ${requests.length}`)
  }

  async preview(request: Request): Promise<Settled> {
    return this.engine.preview({ ...request, time: this.time }) as Settled
  }

  async read<Result>(name: string, actor: Actor, input: unknown): Promise<Answer<Result>> {
    const read = this.engine.read<Result>(name, actor, input, this.time)
    const { sequence } = this.engine.image.head
    return 'result' in read
      ? { kind: 'answer', result: read.result, sequence }
      : { kind: 'refused', refusal: read.refusal }
  }

  async authorize(actor: Actor, scope: string, needs: readonly Need[]): ReturnType<Host['authorize']> {
    try {
      const doer = this.engine.rooms.access.authorize(actor, scope, needs, this.time)
      return { kind: 'answer', result: doer, sequence: this.engine.image.head.sequence }
    } catch (thrown) {
      if (thrown instanceof Refused) return { kind: 'refused', refusal: thrown.refusal }
      throw thrown
    }
  }

  async history(name: string, query: HistoryQuery): Promise<readonly HistoryRow[]> {
    const table = HISTORY.find((candidate) => candidate.name === name)
    if (table === undefined) throw new Error(`expected a history table, was ${name}`)
    const rows = new Map<string, HistoryRow>()
    for (const batch of this.journal)
      for (const event of batch.events)
        for (const row of table.rows(event)) rows.set(table.key.map((column) => row[column]).join(' '), row)
    const ordered = [...rows.values()].filter((row) => matchesQuery(row, query))
    const direction = query.newestFirst === true ? -1 : 1
    ordered.sort((left, right) => direction * compare(table.order, left, right))
    const { after } = query
    const behind =
      after === undefined
        ? undefined
        : Object.fromEntries(table.order.map((name, at) => [name, after[at] ?? null]))
    return ordered
      .filter((row) => behind === undefined || direction * compare(table.order, row, behind) > 0)
      .slice(0, query.limit)
  }

  async subscribe(
    _actor: Actor,
    { kinds }: EventFilter,
    _after: unknown,
    deliver: (event: Event) => boolean,
  ): Promise<Answer<Subscription>> {
    const listener = (event: Event): void => {
      if (kinds.length === 0 || kinds.some((kind) => event.kind === kind || event.kind.startsWith(kind)))
        deliver(event)
    }
    this.listeners.add(listener)
    const result = {
      closed: new Promise<'unsubscribed'>(() => {}),
      close: () => this.listeners.delete(listener),
    }
    return { kind: 'answer', result, sequence: this.engine.image.head.sequence }
  }

  private settle(): void {
    const batch = this.engine.takeBatch()
    if (batch === null) return
    this.journal.push(batch)
    for (const event of batch.events) for (const listener of this.listeners) listener(event)
  }
}

function compare(order: readonly string[], left: HistoryRow, right: HistoryRow): number {
  for (const column of order) {
    const [one, other] = [Number(left[column]), Number(right[column])]
    if (one !== other) return one - other
  }
  return 0
}
