/**
 * Webhook endpoints, and which events go to them. An endpoint belongs to a party and gets the events of its subtree
 * whose kind it asked for. The engine hands every event of a command over as it is recorded; for each endpoint that
 * wants it an effect is requested in the same unit of work, so that a refusal takes both back, and the host delivers
 * what became durable. Where no endpoint exists this is one comparison.
 */
import { NODE_STATUSES, type PartyId } from '../../hierarchy/index.js'
import { SURFACES, type Surface } from '../../identity/index.js'
import {
  choice,
  count,
  type Event,
  type Id,
  type Image,
  type Plain,
  Relation,
  type Row,
  ref,
  seenFrom,
  type Table,
  text,
  time,
  value,
} from '../../image/index.js'

export type WebhookId = Id<'webhook'>

export const WEBHOOKS_OF_PARTY_MAX = 10
export const KINDS_OF_WEBHOOK_MAX = 50
export const WEBHOOK_URL_LENGTH_MAX = 2_048

/**
 * Whether text has the form of an http or https address that something may be sent to. Whether the host may reach it is
 * judged where it is called.
 */
export const isWebAddress = (url: string): boolean =>
  url.length <= WEBHOOK_URL_LENGTH_MAX && /^https?:\/\/[^\s/?#@]+(?:[/?][^\s#]*)?$/.test(url)

const webhookFields = {
  party: ref<PartyId>(),
  /** In whose words the events are sent. */
  surface: choice(SURFACES),
  url: text(),
  /** Kinds, or first parts of kinds that end in a dot such as `transfer.`; empty for all. */
  kinds: value<readonly string[]>(),
  /** What deliveries are signed with, encrypted by the host. */
  sealedSecret: text(),
  status: choice(NODE_STATUSES),
  version: count(),
  createdAt: time(),
}

export class Webhooks {
  readonly table: Table<WebhookId, typeof webhookFields>
  readonly of: Relation<PartyId>

  constructor(image: Image) {
    this.table = image.table('webhooks', 'whk', webhookFields)
    this.of = new Relation(this.table, this.table.party)
    image.derived(this.of)
  }

  /** Requests a delivery of the event to each endpoint that wants it. */
  deliver(event: Event, request: (target: string, payload: Plain, party: PartyId) => void): void {
    if (this.table.size === 0 || isAboutDelivery(event.kind)) return
    for (const [party, path] of nodesOn(event.paths)) {
      for (const row of this.of.of(party))
        if (this.wants(row, event.kind))
          request(`whk_${this.table.id(row)}`, payloadOf(seenFrom(event, path)), party)
    }
  }

  /** The party's endpoint that speaks a surface's words, or undefined: all but native have one each. */
  ofSurface(party: PartyId, surface: Surface): Row | undefined {
    return this.of.of(party).find((row) => this.table.surface.get(row) === surface)
  }

  private wants(row: Row, kind: string): boolean {
    if (this.table.status.get(row) !== 'active') return false
    const kinds = this.table.kinds.get(row)
    return (
      kinds.length === 0 ||
      kinds.some((wanted) => (wanted.endsWith('.') ? kind.startsWith(wanted) : kind === wanted))
    )
  }
}

/** Every party on the paths, with its own path: `/1/5/9/` passes `/1/`, `/1/5/` and `/1/5/9/`. */
function nodesOn(paths: readonly string[]): Map<PartyId, string> {
  const nodes = new Map<PartyId, string>()
  for (const whole of paths) {
    let path = '/'
    for (const part of whole.split('/')) {
      if (part === '') continue
      path += `${part}/`
      nodes.set(Number(part) as PartyId, path)
    }
  }
  return nodes
}

/** What is said about webhooks themselves is not sent to them: a delivery would bring about the next. */
const isAboutDelivery = (kind: string): boolean => kind.startsWith('webhook.') || kind.startsWith('effect.')

const payloadOf = ({
  sequence,
  index,
  time: at,
  kind,
  subject,
  paths,
  data,
  doer,
  reason,
  request,
}: Event): Plain => ({
  sequence,
  index,
  time: at,
  kind,
  subject,
  paths,
  data,
  doer: { ...doer },
  reason,
  request,
})
