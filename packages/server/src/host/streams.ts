/**
 * The streams of a host: events and the market, to whoever is let in. Who is let in is decided here, at the start and
 * as access changes; what is told is what the hubs know to be durable.
 */
import {
  type Actor,
  type Batch,
  type Engine,
  type Event,
  type Instant,
  type Need,
  type PartyId,
  type Permit,
  placeInPaths,
  type Refusal,
  SYSTEM,
  seenFrom,
} from '@stemma/core'
import type { Store } from '@stemma/store'
import type { Answer, EventFilter, Follow, Subscription } from '../services.js'
import { EventHub, type Place } from './event-hub.js'
import { MarketDataHub } from './market-data-hub.js'
import type { MarketTold, MarketWanted } from './market-view.js'

const SYSTEM_PERMIT: Permit = { doer: SYSTEM, tokens: [], account: null, scope: null, needs: [] }

const EVENTS_READ = { scope: 'events:read', ability: 'read' } as const

/** A kind matches itself, and `transfer.` every kind that begins so. No kinds: all. */
const eventMatcher =
  (place: string, kinds: readonly string[]) =>
  ({ kind, paths }: Event): boolean =>
    (place === '' || paths.some((path) => path.includes(place))) &&
    (kinds.length === 0 ||
      kinds.some((wanted) => kind === wanted || (wanted.endsWith('.') && kind.startsWith(wanted))))

type Opened = Answer<Subscription>
type Permitted = { readonly permit: Permit } | { readonly refusal: Refusal }

export class Streams {
  readonly events: EventHub
  readonly market: MarketDataHub

  constructor(
    private readonly engine: Engine,
    store: Store,
    private readonly now: () => Instant,
    onFailed: (error: Error) => void,
  ) {
    const { rooms, image } = engine
    const { sequence } = image.head
    this.events = new EventHub(store, rooms.access, sequence, onFailed)
    this.market = new MarketDataHub(rooms, rooms.access, () => image.head.sequence, sequence, onFailed)
  }

  subscribe(
    actor: Actor,
    { under, kinds, right = EVENTS_READ }: EventFilter,
    after: Place | null,
    deliver: (event: Event) => boolean,
  ): Opened {
    const { hierarchy } = this.engine.rooms
    const party = (under ?? hierarchy.parties.id(hierarchy.root)) as PartyId
    const allowed = this.permitted(actor, right.scope, [{ ability: right.ability, target: { party } }])
    if ('refusal' in allowed) return { kind: 'refused', refusal: allowed.refusal }
    // The server itself follows everything.
    const place = actor.kind === 'system' ? '' : placeInPaths(party)
    const deliverSeen = (event: Event): boolean => deliver(seenFrom(event, place))
    return this.opened(this.events.follow(allowed.permit, eventMatcher(place, kinds), after, deliverSeen))
  }

  follow(
    actor: Actor,
    { scope, needs, matches }: Follow,
    after: Place | null,
    deliver: (event: Event) => boolean,
    drained: () => Promise<void>,
  ): Opened {
    const { access } = this.engine.rooms
    const allowed = this.permitted(actor, scope, needs)
    if ('refusal' in allowed) return { kind: 'refused', refusal: allowed.refusal }
    const { permit } = allowed
    const may = (need: Need): boolean => access.isStillAllowed({ ...permit, needs: [need] }, this.now())
    const isShown = (event: Event): boolean => matches(event, may)
    return this.opened(this.events.follow(permit, isShown, after, deliver, drained))
  }

  watchMarket(
    actor: Actor,
    scope: string,
    wanted: MarketWanted,
    deliver: (told: MarketTold) => boolean,
  ): Opened {
    const allowed = this.permitted(actor, scope, [])
    const watching = 'refusal' in allowed ? allowed : this.market.tryWatch(allowed.permit, wanted, deliver)
    return 'refusal' in watching
      ? { kind: 'refused', refusal: watching.refusal }
      : this.opened(watching.subscription)
  }

  /** A batch is durable: what happened in it goes out. */
  publish(batch: Batch): void {
    const now = this.now()
    this.events.publish(batch.events, batch.head.sequence, now)
    this.market.publish(batch, now)
  }

  closeAll(): void {
    this.events.closeAll()
    this.market.closeAll()
  }

  private opened(subscription: Subscription): Opened {
    return { kind: 'answer', result: subscription, sequence: this.engine.image.head.sequence }
  }

  private permitted(actor: Actor, scope: string | null, needs: readonly Need[]): Permitted {
    if (actor.kind === 'system') return { permit: SYSTEM_PERMIT }
    return this.engine.rooms.access.permit(actor, scope, needs, this.now())
  }
}
