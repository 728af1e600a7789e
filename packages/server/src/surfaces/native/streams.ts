/**
 * The streams of this surface, each described once: how it is asked for, what it takes, and how what happened is told.
 * The stream of server-sent events and the socket carry them alike.
 */
import { announcementTold, execution, marketView, STREAM_INSTRUMENTS_MAX } from '@stemma/contract'
import { type Event, Refused, refuse } from '@stemma/core'
import type { EventFilter, Services, Subscription } from '../../services.js'
import type { Caller } from './call.js'
import { eventToWire } from './event-wire.js'
import { subscribe, wantedOf } from './subscribe.js'
import { unitsOf } from './trading/counted.js'
import { executionsIn, shownMarket } from './trading/shown.js'

/** Something that happened, as it leaves: JSON already. */
export interface Told {
  /** Where to resume behind it; null where there is nothing to resume. */
  readonly id: string | null
  readonly kind: string
  readonly data: string
}

export interface Opened {
  readonly subscription: Subscription
  /** Where it began, for whoever is cut off before anything happened; null where it began somewhere in the past. */
  readonly place: string | null
}

export type Given = Readonly<Record<string, unknown>>

export interface Stream {
  /** What a socket asks for it by. */
  readonly name: string
  /** Where it is served as server-sent events. */
  readonly path: string
  /** What the messages of a socket carry it in. */
  readonly field: string
  /** Parameters that are lists: commas stand between in a query. */
  readonly lists: readonly string[]
  open(services: Services, caller: Caller, given: Given, tell: (told: Told) => boolean): Promise<Opened>
}

/** Behind every event of a sequence. */
const INDEX_LAST = 999_999_999

type Right = NonNullable<EventFilter['right']>

function eventStream(
  { name, path, field, kinds }: Pick<Stream, 'name' | 'path' | 'field'> & { kinds: readonly string[] | null },
  right: Right,
  tell: (services: Services, event: Event) => Omit<Told, 'id'>,
): Stream {
  return {
    name,
    path,
    field,
    lists: kinds === null ? ['kinds'] : [],
    async open(services, caller, given, deliver) {
      const wanted = wantedOf(given.under, kinds ?? given.kinds ?? [], given.after)
      const { subscription, sequence } = await subscribe(services, caller, { ...wanted, right }, (event) =>
        deliver({ id: `${event.sequence}.${event.index}`, ...tell(services, event) }),
      )
      return { subscription, place: wanted.after === null ? `${sequence}.${INDEX_LAST}` : null }
    },
  }
}

const events = eventStream(
  { name: 'events', path: '/events/stream', field: 'event', kinds: null },
  { scope: 'events:read', ability: 'read' },
  (_services, event) => ({ kind: event.kind, data: JSON.stringify(eventToWire(event)) }),
)

/** Execution reports and corrections of trades: reading them takes no more than the right to reports. */
const dropCopy = eventStream(
  { name: 'drop_copy', path: '/drop-copy/stream', field: 'execution', kinds: ['order.', 'trade.'] },
  { scope: 'dropcopy:read', ability: 'report' },
  ({ host }, event) => {
    const [report] = executionsIn(host, [event])
    if (report === undefined) throw new Error(`expected ${event.kind} to be an execution report`)
    return { kind: event.kind, data: JSON.stringify(execution.encode(report)) }
  },
)

const DEPTH_DEFAULT = 10

const marketData: Stream = {
  name: 'market_data',
  path: '/market-data/stream',
  field: 'market',
  lists: ['instruments'],
  async open({ host }, { actor }, given, deliver) {
    const depth = depthOf(given.depth)
    const scope = depth === 1 ? 'marketdata:read' : 'l2marketdata:read'
    // Who may not watch the market learns nothing of what is in it.
    const allowed = await host.authorize(actor, scope, [])
    if (allowed.kind === 'refused') throw new Refused(allowed.refusal)
    const instruments = namesOf(given.instruments)
    const ids =
      instruments === 'all' ? instruments : instruments.map((each) => unitsOf(host, each, '/instruments').id)
    const answer = await host.watchMarket(actor, scope, { instruments: ids, depth }, (told) =>
      deliver({ id: null, kind: told.kind, data: JSON.stringify(marketView.encode(shownMarket(told))) }),
    )
    if (answer.kind === 'refused') throw new Refused(answer.refusal)
    return { subscription: answer.result, place: null }
  },
}

const ANNOUNCED: Readonly<Record<string, string>> = {
  'announcement.published': 'published',
  'announcement.withdrawn': 'withdrawn',
}

/** Everybody who is known to the house: what stands at the root of the tree is told beneath it here alone. */
const announcements: Stream = {
  name: 'announcements',
  path: '/announcements/stream',
  field: 'announcement',
  lists: [],
  async open({ host }, { actor }, _given, deliver) {
    const matches = ({ kind }: Event): boolean => Object.hasOwn(ANNOUNCED, kind)
    const tell = ({ kind, data }: Event): boolean => {
      const told = { happened: ANNOUNCED[kind], announcement: data }
      return deliver({ id: null, kind, data: JSON.stringify(announcementTold.encode(told)) })
    }
    const answer = await host.follow(actor, { scope: null, needs: [], matches }, null, tell, async () => {})
    if (answer.kind === 'refused') throw new Refused(answer.refusal)
    return { subscription: answer.result, place: null }
  },
}

/** A number in a message, its digits in a query. What is beyond the limit is refused by the host. */
function depthOf(given: unknown): number {
  if (given === undefined) return DEPTH_DEFAULT
  const depth = typeof given === 'string' && /^[0-9]{1,6}$/.test(given) ? Number(given) : given
  return typeof depth === 'number' && Number.isSafeInteger(depth)
    ? depth
    : refuse('malformed', 'expected a whole number', { field: '/depth' })
}

/** `ins_80`, a symbol, or `all` alone for every instrument. */
function namesOf(given: unknown): readonly (number | string)[] | 'all' {
  const isList = Array.isArray(given) && given.every((each) => typeof each === 'string')
  if (!isList) return refuse('malformed', 'expected a list of instruments', { field: '/instruments' })
  const names = given as readonly string[]
  if (names.length > STREAM_INSTRUMENTS_MAX)
    refuse('limit_reached', `a subscription has at most ${STREAM_INSTRUMENTS_MAX} instruments`, {
      field: '/instruments',
    })
  if (names.length === 1 && names[0] === 'all') return 'all'
  return names.map((each) => (/^ins_[1-9][0-9]{0,15}$/.test(each) ? Number(each.slice(4)) : each))
}

export const STREAMS: readonly Stream[] = [events, dropCopy, marketData, announcements]

export function streamNamed(name: unknown): Stream {
  const found = STREAMS.find((each) => each.name === name)
  return (
    found ??
    refuse('malformed', `expected one of ${STREAMS.map((each) => each.name).join(', ')}`, {
      field: '/stream',
    })
  )
}
