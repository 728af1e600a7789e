/** Channels of books: what changed behind a snapshot, or the whole of a few levels. */
import { type BookLevel, toMilliseconds } from '@stemma/core'
import type { MarketView } from '../../host/market-view.js'
import type { Opened, Opening } from './channel.js'
import type { Contract } from './instruments.js'
import { INTERVAL_MILLISECONDS, isInterval, LatestPace } from './pace.js'
import { levelShown } from './ticker.js'
import { stopping, watch } from './watching.js'
import { contractOf } from './which.js'

/** Levels of each side that the channel of changes shows. */
export const BOOK_CHANNEL_DEPTH = 100
const DEPTHS = [1, 10, 20]
const GROUPS = ['none', '1', '2', '5', '10', '25', '100', '250']

export function openBookChannel(opening: Opening, rest: readonly string[]): Promise<Opened> {
  return rest.length === 4 ? openWindow(opening, rest) : openChanges(opening, rest)
}

/** The whole of a few levels. Prices are grouped in whole multiples of a number of ticks: bids down, asks up. */
async function openWindow(
  opening: Opening,
  [symbol, group = '', depth, interval]: readonly string[],
): Promise<Opened> {
  const { services, tell, fail } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || !GROUPS.includes(group) || !isInterval(interval) || interval === 'raw') return null
  if (!DEPTHS.includes(Number(depth))) return null
  const ticks = group === 'none' ? 1n : BigInt(group)
  const rows = (side: readonly BookLevel[], isBid: boolean) =>
    grouped(side, contract.tick * ticks, isBid)
      .slice(0, Number(depth))
      .map((level) => levelShown(contract, level))
  const pace = new LatestPace(
    services.timer,
    INTERVAL_MILLISECONDS[interval],
    fail,
    ({ bids, offers, sequence }: MarketView) =>
      tell({
        instrument_name: contract.symbol,
        timestamp: toMilliseconds(services.host.now()),
        change_id: sequence,
        bids: rows(bids, true),
        asks: rows(offers, false),
      }),
  )
  const depthWatched = group === 'none' ? Number(depth) : BOOK_CHANNEL_DEPTH
  return stopping(await watch(opening, contract, depthWatched, (view) => pace.add(view)), pace)
}

function grouped(side: readonly BookLevel[], step: bigint, isBid: boolean): readonly BookLevel[] {
  const levels = new Map<bigint, BookLevel>()
  for (const level of side) {
    const down = (level.price / step) * step
    const price = (isBid || down === level.price ? down : down + step) as BookLevel['price']
    const known = levels.get(price)
    const quantity = ((known?.quantity ?? 0n) + level.quantity) as BookLevel['quantity']
    levels.set(price, { ...level, price, quantity })
  }
  return [...levels.values()]
}

type Row = readonly ['new' | 'change' | 'delete', number, number]

/** A snapshot, and then what changed since what was told last: each says which change it follows. */
async function openChanges(
  opening: Opening,
  [symbol, interval, ...more]: readonly string[],
): Promise<Opened> {
  const { services, tell, fail } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null || !isInterval(interval) || more.length > 0) return null
  let last: MarketView | null = null
  const pace = new LatestPace(services.timer, INTERVAL_MILLISECONDS[interval], fail, (view: MarketView) => {
    const bids = changes(contract, last?.bids ?? [], view.bids)
    const asks = changes(contract, last?.offers ?? [], view.offers)
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
    last = view
  })
  return stopping(await watch(opening, contract, BOOK_CHANNEL_DEPTH, (view) => pace.add(view)), pace)
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
