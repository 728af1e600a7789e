/**
 * The harness of gRPC streams over the market: of each instrument a snapshot and then what it looks like, the latest
 * where the reader is behind, so that what waits is never more than the instruments. A reader that stalls is let go.
 */
import type { MarketTold, MarketWanted } from '../host/market-view.js'
import type { Subscription } from '../services.js'
import { Latest } from './latest.js'
import { Line, type Reader, type StreamDoor } from './line.js'

export interface MarketPlan<Message> {
  /** Begins what is watched from the start. */
  begin(watching: Watching): Promise<void>
  /** Nothing behind the snapshots. */
  readonly isSnapshotOnly: boolean
  render(told: MarketTold): Promise<Message>
  heartbeat(): Message
}

const HEARTBEAT = 'heartbeat'
type Key = number | typeof HEARTBEAT
type Item = MarketTold | typeof HEARTBEAT

/** What a stream watches: all together, or instruments that come and go one by one. */
export class Watching {
  private readonly each = new Map<number, Subscription>()

  constructor(
    private readonly line: Line<Latest<Key, Item>>,
    private readonly door: StreamDoor,
    private readonly reader: Reader,
  ) {}

  get size(): number {
    return this.each.size
  }

  has(instrument: number): boolean {
    return this.each.has(instrument)
  }

  async watch(scope: string, wanted: MarketWanted): Promise<Subscription> {
    const { actor, refused } = this.reader
    const deliver = (told: MarketTold): true => {
      this.line.box.put(told.view.instrument, told)
      return true
    }
    const answer = await this.door.host.watchMarket(actor, scope, wanted, deliver)
    if (answer.kind === 'refused') throw refused(answer.refusal)
    this.line.hold(answer.result)
    return answer.result
  }

  async add(scope: string, instrument: number, depth: number): Promise<void> {
    this.remove(instrument)
    this.each.set(instrument, await this.watch(scope, { instruments: [instrument], depth }))
  }

  remove(instrument: number): void {
    const known = this.each.get(instrument)
    if (known === undefined) return
    this.each.delete(instrument)
    this.line.release(known)
    this.line.box.drop(instrument)
  }

  /** Ends the stream with what was thrown. */
  end(thrown: unknown): void {
    this.line.end(thrown)
  }
}

export async function* marketStream<Message>(
  door: StreamDoor,
  reader: Reader,
  plan: MarketPlan<Message>,
): AsyncGenerator<Message> {
  const box = new Latest<Key, Item>()
  const line = new Line(box, reader, door, () => box.put(HEARTBEAT, HEARTBEAT))
  try {
    await plan.begin(new Watching(line, door, reader))
    if (!plan.isSnapshotOnly) yield plan.heartbeat()
    while (!(plan.isSnapshotOnly && box.isEmpty)) {
      const item = await box.take()
      line.check()
      if (item === null) return
      const message = item === HEARTBEAT ? plan.heartbeat() : await plan.render(item)
      line.check()
      yield message
    }
  } finally {
    line.close()
  }
}
