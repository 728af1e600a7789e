/** Books, quotes, tickers and trades of everybody. Each is a view of the host's market, told as the venue does. */
import { type BookLevel, type Event, EXECUTIONS, toMilliseconds } from '@stemma/core'
import type { MarketView } from '../../host/market-view.js'
import type { Services, Subscription } from '../../services.js'
import type { Opened, Opening } from './channel.js'
import { VenueError } from './errors.js'
import { type Contract, CURRENCIES, contractNamed, KINDS, kindOf, SYSTEM } from './instruments.js'
import { levelShown, quoteShown, tickerShown } from './ticker.js'
import { publicTradeShown } from './user-trades.js'

export const INTERVALS = ['raw', '100ms', 'agg2']
const BOOK_DEPTH = 100
const DEPTHS = [1, 10, 20]

export async function openMarketChannel(opening: Opening): Promise<Opened> {
  const [head, ...rest] = opening.parts
  switch (head) {
    case 'book':
      return rest.length === 4 ? openWindow(opening, rest) : openBook(opening, rest)
    case 'ticker':
      return openTicker(opening, rest)
    case 'quote':
      return openQuote(opening, rest)
    case 'trades':
      return openTrades(opening, rest)
    default:
      return null
  }
}

/** The contract of a channel, or null where there is none of that name. */
export async function contractOf(
  { host }: Pick<Services, 'host'>,
  symbol: string | undefined,
): Promise<Contract | null> {
  try {
    return await contractNamed({ host }, symbol ?? '')
  } catch (thrown) {
    if (thrown instanceof VenueError) return null
    throw thrown
  }
}

const isInterval = (text: string | undefined): boolean => INTERVALS.includes(text ?? '')

async function watch(
  { services: { host } }: Opening,
  { id }: Contract,
  depth: number,
  deliver: (view: MarketView, isSnapshot: boolean) => void,
): Promise<Subscription | null> {
  const answer = await host.watchMarket(SYSTEM, 'l2marketdata:read', { instruments: [id], depth }, (told) => {
    deliver(told.view, told.kind === 'snapshot')
    return true
  })
  return answer.kind === 'answer' ? answer.result : null
}

async function openTicker(opening: Opening, [symbol, interval, ...more]: readonly string[]): Promise<Opened> {
  const { services, tell, fail } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || !isInterval(interval) || more.length > 0) return null
  const shown = new Ordered(fail, async (view: MarketView) => {
    const now = toMilliseconds(services.host.now())
    tell(tickerShown((await contractOf(services, contract.symbol)) ?? contract, view, now))
  })
  return watch(opening, contract, 1, (view) => shown.add(view))
}

async function openQuote(opening: Opening, [symbol, ...more]: readonly string[]): Promise<Opened> {
  const { services, tell } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || more.length > 0) return null
  return watch(opening, contract, 1, (view) =>
    tell({
      instrument_name: contract.symbol,
      timestamp: toMilliseconds(services.host.now()),
      ...quoteShown(contract, view),
    }),
  )
}

/** The whole of a few levels at every change. */
async function openWindow(
  opening: Opening,
  [symbol, group, depth, interval]: readonly string[],
): Promise<Opened> {
  const { services, tell } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || group !== 'none' || !isInterval(interval) || interval === 'raw') return null
  if (!DEPTHS.includes(Number(depth))) return null
  const rows = (side: readonly BookLevel[]) => side.map((level) => levelShown(contract, level))
  return watch(opening, contract, Number(depth), ({ bids, offers, sequence }) =>
    tell({
      instrument_name: contract.symbol,
      timestamp: toMilliseconds(services.host.now()),
      change_id: sequence,
      bids: rows(bids),
      asks: rows(offers),
    }),
  )
}

type Row = readonly ['new' | 'change' | 'delete', number, number]

/** A snapshot, and then what changed. */
async function openBook(opening: Opening, [symbol, interval, ...more]: readonly string[]): Promise<Opened> {
  const { services, tell } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || !isInterval(interval) || more.length > 0) return null
  let before: MarketView | null = null
  return watch(opening, contract, BOOK_DEPTH, (view) => {
    const [bids, asks] = [
      changes(contract, before?.bids ?? [], view.bids),
      changes(contract, before?.offers ?? [], view.offers),
    ]
    const last = before
    before = view
    if (last !== null && bids.length + asks.length === 0) return
    tell({
      type: last === null ? 'snapshot' : 'change',
      instrument_name: contract.symbol,
      timestamp: toMilliseconds(services.host.now()),
      change_id: view.sequence,
      ...(last === null ? {} : { prev_change_id: last.sequence }),
      bids,
      asks,
    })
  })
}

function changes(contract: Contract, before: readonly BookLevel[], after: readonly BookLevel[]): Row[] {
  const known = new Map(before.map((level) => [level.price, level]))
  const rows: Row[] = []
  for (const level of after) {
    const old = known.get(level.price)
    known.delete(level.price)
    if (old?.quantity !== level.quantity)
      rows.push([old === undefined ? 'new' : 'change', ...levelShown(contract, level)])
  }
  for (const level of known.values()) rows.push(['delete', levelShown(contract, level)[0], 0])
  return rows
}

/** An instrument by name, or a kind and a currency of which either may be `any`. */
export interface Which {
  readonly symbol: string | null
  readonly kind: string
  readonly currency: string
}

/** Null where it is not an instrument with an interval, nor a kind and a currency with one. */
export async function whichOf(services: Services, rest: readonly string[]): Promise<Which | null> {
  if (!isInterval(rest.at(-1))) return null
  const [first = '', second = ''] = rest
  if (rest.length === 2)
    return (await contractOf(services, first)) === null
      ? null
      : { symbol: first, kind: 'any', currency: 'any' }
  const currency = second.toUpperCase()
  const isKnown = rest.length === 3 && (KINDS as readonly string[]).includes(first)
  if (!isKnown || !['ANY', ...CURRENCIES].includes(currency)) return null
  return { symbol: null, kind: first, currency: currency === 'ANY' ? 'any' : currency }
}

export const isWhich = ({ symbol, kind, currency }: Which, contract: Contract): boolean =>
  (symbol === null || symbol === contract.symbol) &&
  (kind === 'any' || kind === kindOf(contract)) &&
  (currency === 'any' || currency === contract.currency)

async function openTrades({ services, tell, fail }: Opening, rest: readonly string[]): Promise<Opened> {
  const which = await whichOf(services, rest)
  if (which === null) return null
  const shown = new Ordered(fail, async (event: Event) => {
    const [row] = EXECUTIONS.rows(event)
    const contract = await contractOf(services, String(event.data.symbol))
    if (row !== undefined && contract !== null && isWhich(which, contract))
      tell([publicTradeShown(row, contract)])
  })
  const matches = ({ kind, data }: Event): boolean => isFill(kind) && data.isAggressor === true
  const follow = { scope: 'marketdata:read', needs: [], matches }
  const deliver = (event: Event): boolean => {
    shown.add(event)
    return true
  }
  const answer = await services.host.follow(SYSTEM, follow, null, deliver, async () => {})
  return answer.kind === 'answer' ? answer.result : null
}

export const isFill = (kind: string): boolean => kind === 'order.filled' || kind === 'order.partially_filled'

/** Tells one after another, in the order in which they came. */
export class Ordered<Item> {
  private last: Promise<void> = Promise.resolve()

  constructor(
    private readonly fail: Opening['fail'],
    private readonly tell: (item: Item) => Promise<void>,
  ) {}

  add(item: Item): void {
    this.last = this.last.then(() => this.tell(item)).catch(this.fail)
  }
}
