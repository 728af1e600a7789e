/** Books as streams: of symbols that are named once, or that come and go. */
import { formatInstant, type Instant, type InstrumentId } from '@stemma/core'
import type { MarketPlan, Watching } from '../../../grpc/index.js'
import { WATCHED_DEPTH_MAX, WATCHED_INSTRUMENTS_MAX } from '../../../host/market-data-hub.js'
import type { MarketTold } from '../../../host/market-view.js'
import type { Call } from '../call.js'
import { answered, GRPC, invalid, VenueError } from '../errors.js'
import type { Fields } from '../fields.js'
import { findInstrument, Instruments, type Listed } from '../instruments.js'
import { levelShown, statsOf } from '../reference/books.js'
import { INSTRUMENT_STATES } from '../trading/words.js'
import {
  type CreateMarketDataSubscriptionResponse,
  CreateMarketDataSubscriptionResponseSchema,
} from './generated/polymarket/v1/marketdatasubscription_pb.js'
import { messageOf } from './messages.js'

type Message = CreateMarketDataSubscriptionResponse

const TOP = 'marketdata:read'
const DEEP = 'l2marketdata:read'
const DEPTH_DEFAULT = 10

const tooMany = (): Error => invalid(`at most ${WATCHED_INSTRUMENTS_MAX} symbols per subscription`)

interface Asked {
  readonly scope: string
  readonly depth: number
}

/** The best level takes the lesser scope. Without a depth it is what the scope allows. */
async function depthIn({ host, actor }: Call, fields: Fields): Promise<Asked> {
  if (fields.flag('unaggregated')) throw fields.fault('unaggregated', 'not supported; levels are aggregated')
  const given = fields.whole('depth', 0)
  if (given < 0 || given > WATCHED_DEPTH_MAX)
    throw fields.fault('depth', `expected 1 to ${WATCHED_DEPTH_MAX}`)
  const deep = given === 0 ? await host.authorize(actor, DEEP, []) : null
  const depth = given !== 0 ? given : deep?.kind === 'answer' ? DEPTH_DEFAULT : 1
  const scope = depth === 1 ? TOP : DEEP
  answered(await host.authorize(actor, scope, []))
  return { scope, depth }
}

async function idsIn(call: Call, symbols: readonly string[]): Promise<readonly InstrumentId[]> {
  const named = [...new Set(symbols)]
  if (named.length > WATCHED_INSTRUMENTS_MAX) throw tooMany()
  return Promise.all(named.map(async (symbol) => (await findInstrument(call, symbol)).view.id))
}

export async function marketData(call: Call, fields: Fields): Promise<MarketPlan<Message>> {
  const { scope, depth } = await depthIn(call, fields)
  const ids = await idsIn(call, fields.texts('symbols'))
  return {
    ...told(call),
    isSnapshotOnly: fields.flag('snapshotOnly'),
    async begin(watching) {
      try {
        await watching.watch(scope, { instruments: ids.length === 0 ? 'all' : ids, depth })
      } catch (thrown) {
        // Of all instruments there may be too many.
        throw thrown instanceof VenueError && thrown.code === GRPC.failedPrecondition ? tooMany() : thrown
      }
    },
  }
}

/** Requests are read beside what is told; one that is refused ends the stream. When they end, the stream goes on. */
export function marketDataBothWays(call: Call, requests: AsyncIterable<Fields>): MarketPlan<Message> {
  const follow = async (watching: Watching): Promise<void> => {
    for await (const fields of requests) await change(call, watching, fields)
  }
  return {
    ...told(call),
    isSnapshotOnly: false,
    async begin(watching) {
      answered(await call.host.authorize(call.actor, TOP, []))
      follow(watching).catch((thrown: unknown) => watching.end(thrown))
    },
  }
}

async function change(call: Call, watching: Watching, fields: Fields): Promise<void> {
  for (const id of await idsIn(call, fields.texts('removeSymbols'))) watching.remove(id)
  const added = fields.texts('addSymbols')
  if (added.length === 0) return
  const { scope, depth } = await depthIn(call, fields)
  const ids = await idsIn(call, added)
  if (watching.size + ids.filter((id) => !watching.has(id)).length > WATCHED_INSTRUMENTS_MAX) throw tooMany()
  for (const id of ids) await watching.add(scope, id, depth)
}

function told(call: Call): Pick<MarketPlan<Message>, 'render' | 'heartbeat'> {
  const message = (event: Readonly<Record<string, unknown>>): Message =>
    messageOf(CreateMarketDataSubscriptionResponseSchema, event)
  return {
    render: async (told) => message({ update: await updateShown(call, told) }),
    heartbeat: () => message({ heartbeat: {} }),
  }
}

async function updateShown({ host }: Call, { view }: MarketTold) {
  const listed = await new Instruments(host).of(view.instrument)
  const { scales } = listed
  const seen: Listed = { ...listed, view: { ...listed.view, statistics: view.statistics } }
  return {
    symbol: listed.view.symbol,
    bids: view.bids.map((each) => levelShown(scales, each)),
    offers: view.offers.map((each) => levelShown(scales, each)),
    state: INSTRUMENT_STATES.shown(view.state),
    stats: statsOf(seen),
    transactTime: formatInstant(host.now() as Instant),
    bookHidden: false,
    priceScale: String(scales.priceScale),
    quantityScale: String(scales.quantityScale),
  }
}
