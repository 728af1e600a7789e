/**
 * The market data hub: what the market of an instrument looks like, to whoever watches it. A watcher is given a
 * snapshot and then every change, conflated for each durable batch. A view is taken at one moment and held until the
 * sequence of that moment is durable, so that nobody ever sees a price that a crash could take back.
 */
import {
  type Access,
  type Batch,
  type BookLevel,
  bookView,
  type EngineContext,
  type Instant,
  type InstrumentId,
  NO_ROW,
  type Permit,
  type Refusal,
  Refused,
  refuse,
} from '@stemma/core'
import type { Subscription } from '../services.js'
import { unitsOf } from './instrument-units.js'
import type { MarketTold, MarketView, MarketWanted } from './market-view.js'

export const WATCHED_INSTRUMENTS_MAX = 1_000
export const WATCHED_DEPTH_MAX = 100

type Ending = Awaited<Subscription['closed']>
type Deliver = (told: MarketTold) => boolean

interface Watching {
  readonly permit: Permit
  readonly depth: number
  readonly deliver: Deliver
  readonly end: (ending: Ending) => void
  /** What was told last of each instrument. */
  readonly told: Map<InstrumentId, MarketView>
  /** The moment of its snapshot: what was seen by then is in it. */
  readonly since: number
}

interface Held {
  readonly sequence: number
  readonly views: readonly MarketView[]
}

type Rooms = Pick<EngineContext, 'market' | 'trading'>

export class MarketDataHub {
  private readonly watchings = new Set<Watching>()
  private readonly watchersOf = new Map<InstrumentId, Set<Watching>>()
  private readonly watchersOfAll = new Set<Watching>()
  /** Snapshots that wait for the disk. */
  private readonly beginning = new Map<Watching, readonly MarketView[]>()
  private readonly changed = new Set<InstrumentId>()
  private held: Held | null = null
  private checkedVersion: number

  constructor(
    private readonly rooms: Rooms,
    private readonly access: Pick<Access, 'version' | 'isStillAllowed'>,
    /** The sequence that the image is at. */
    private readonly head: () => number,
    private durable: number,
    /** Called when a watcher could not be told what comes next. */
    private readonly onFailed: (error: Error) => void,
  ) {
    this.checkedVersion = access.version
  }

  get size(): number {
    return this.watchings.size
  }

  /** The same, with what is refused as a value. */
  tryWatch(
    permit: Permit,
    wanted: MarketWanted,
    deliver: Deliver,
  ): { readonly subscription: Subscription } | { readonly refusal: Refusal } {
    try {
      return { subscription: this.watch(permit, wanted, deliver) }
    } catch (thrown) {
      if (thrown instanceof Refused) return { refusal: thrown.refusal }
      throw thrown
    }
  }

  /** Lets in whoever holds the permit. Refuses what is too much, and instruments that are not there. */
  private watch(permit: Permit, { instruments, depth }: MarketWanted, deliver: Deliver): Subscription {
    if (!Number.isInteger(depth) || depth < 1 || depth > WATCHED_DEPTH_MAX)
      refuse('malformed', `expected a depth of 1 to ${WATCHED_DEPTH_MAX}`, { field: '/depth' })
    const ids = this.idsOf(instruments)
    let end: (ending: Ending) => void = () => {}
    const closed = new Promise<Ending>((resolve) => {
      end = resolve
    })
    const views = ids.map((id) => this.viewOf(id, depth))
    const watching: Watching = { permit, depth, deliver, end, told: new Map(), since: this.head() }
    this.watchings.add(watching)
    if (instruments === 'all') this.watchersOfAll.add(watching)
    else for (const id of ids) this.watcherSet(id).add(watching)
    this.beginning.set(watching, views)
    this.begin(watching)
    return { closed, close: () => this.drop(watching, 'unsubscribed') }
  }

  /** A batch is durable: snapshots and views that waited for it go out, and what it changed is looked at. */
  publish(batch: Pick<Batch, 'events' | 'images' | 'head'>, now: Instant): void {
    const { sequence } = batch.head
    this.durable = sequence
    if (this.watchings.size === 0) return
    this.recheck(now)
    for (const watching of [...this.beginning.keys()]) this.begin(watching)
    for (const id of instrumentsIn(batch)) if (this.isWatched(id)) this.changed.add(id)
    if (this.held !== null && this.held.sequence <= sequence) this.release(this.held)
    if (this.held === null && this.changed.size > 0) this.look()
  }

  closeAll(): void {
    for (const watching of [...this.watchings]) this.drop(watching, 'shutdown')
  }

  private idsOf(instruments: MarketWanted['instruments']): readonly InstrumentId[] {
    const { market } = this.rooms
    const count = instruments === 'all' ? market.instruments.size : instruments.length
    if (count > WATCHED_INSTRUMENTS_MAX)
      refuse('limit_reached', `a subscription has at most ${WATCHED_INSTRUMENTS_MAX} instruments`, {
        field: '/instruments',
      })
    if (instruments === 'all') return [...market.instrumentIds.after(null)]
    if (instruments.length === 0)
      refuse('malformed', 'expected at least one instrument', { field: '/instruments' })
    return [...new Set(instruments as readonly InstrumentId[])]
  }

  private watcherSet(id: InstrumentId): Set<Watching> {
    const known = this.watchersOf.get(id) ?? new Set()
    this.watchersOf.set(id, known)
    return known
  }

  private isWatched(id: InstrumentId): boolean {
    return this.watchersOfAll.size > 0 || this.watchersOf.has(id)
  }

  /** Sees every changed instrument as it is now, as deep as its most curious watcher. */
  private look(): void {
    const views = [...this.changed].map((id) => {
      const depths = this.watchersOfOne(id).map(({ depth }) => depth)
      return this.viewOf(id, Math.max(1, ...depths))
    })
    this.changed.clear()
    this.held = { sequence: this.head(), views }
    if (this.held.sequence <= this.durable) this.release(this.held)
  }

  private release({ views }: Held): void {
    this.held = null
    for (const view of views)
      for (const watching of this.watchersOfOne(view.instrument))
        if (view.sequence > watching.since) this.tell(watching, view)
  }

  private watchersOfOne(id: InstrumentId): Watching[] {
    return [...(this.watchersOf.get(id) ?? []), ...this.watchersOfAll]
  }

  private begin(watching: Watching): void {
    if (watching.since > this.durable) return
    const views = this.beginning.get(watching) ?? []
    this.beginning.delete(watching)
    for (const view of views) if (this.watchings.has(watching)) this.tell(watching, view)
  }

  private tell(watching: Watching, whole: MarketView): void {
    const view = cut(whole, watching.depth)
    const before = watching.told.get(view.instrument)
    if (before !== undefined && isSame(before, view)) return
    watching.told.set(view.instrument, view)
    const kind = before === undefined ? 'snapshot' : 'update'
    try {
      if (!watching.deliver({ kind, view })) this.drop(watching, 'slow')
    } catch (thrown) {
      // Its own end, and nobody else's.
      this.drop(watching, 'failed')
      this.onFailed(thrown as Error)
    }
  }

  private viewOf(id: InstrumentId, depth: number): MarketView {
    const { market } = this.rooms
    const units = unitsOf(this.rooms, id)
    if (units === null)
      return refuse('instrument_unknown', 'there is no such instrument', { field: '/instruments' })
    const traded = market.statistics.find(id)
    return {
      ...bookView(this.rooms, market.instruments.row(id), depth),
      currency: units.currency,
      quantityScale: units.quantityScale,
      sequence: this.head(),
      statistics: traded === NO_ROW ? null : market.statistics.read(traded),
    }
  }

  private recheck(now: Instant): void {
    const { version } = this.access
    if (version === this.checkedVersion) return
    this.checkedVersion = version
    for (const watching of [...this.watchings])
      if (!this.access.isStillAllowed(watching.permit, now)) this.drop(watching, 'revoked')
  }

  private drop(watching: Watching, ending: Ending): void {
    if (!this.watchings.delete(watching)) return
    this.beginning.delete(watching)
    this.watchersOfAll.delete(watching)
    for (const [id, watchers] of this.watchersOf)
      if (watchers.delete(watching) && watchers.size === 0) this.watchersOf.delete(id)
    watching.end(ending)
  }
}

/** The instruments whose book, statistics or state a batch may have changed. A published price has no event, only a row. */
function* instrumentsIn({ events, images }: Pick<Batch, 'events' | 'images'>): Iterable<InstrumentId> {
  for (const { kind, data } of events) {
    if (kind.startsWith('instrument.')) yield data.id as InstrumentId
    if (kind.startsWith('order.')) yield (data.order as { readonly instrument: InstrumentId }).instrument
  }
  for (const { table, rows } of images)
    if (table === 'statistics') for (const [id] of rows) yield id as InstrumentId
}

const cut = (view: MarketView, depth: number): MarketView =>
  view.bids.length <= depth && view.offers.length <= depth
    ? view
    : { ...view, bids: view.bids.slice(0, depth), offers: view.offers.slice(0, depth) }

function isSame(left: MarketView, right: MarketView): boolean {
  return (
    left.state === right.state &&
    areSameLevels(left.bids, right.bids) &&
    areSameLevels(left.offers, right.offers) &&
    areSameFigures(left.statistics ?? {}, right.statistics ?? {})
  )
}

const areSameLevels = (left: readonly BookLevel[], right: readonly BookLevel[]): boolean =>
  left.length === right.length &&
  left.every((level, at) => areSameFigures(level as object as Figures, right[at] as object as Figures))

type Figures = Readonly<Record<string, unknown>>

function areSameFigures(left: Figures, right: Figures): boolean {
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
}
