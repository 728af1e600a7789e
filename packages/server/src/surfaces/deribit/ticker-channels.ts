/** Channels of what an instrument or an index stands at. */
import { type IndexView, toMilliseconds } from '@stemma/core'
import type { MarketView } from '../../host/market-view.js'
import type { Opened, Opening } from './channel.js'
import { answered } from './errors.js'
import { SYSTEM } from './instruments.js'
import { priceShown } from './numbers.js'
import { INTERVAL_MILLISECONDS, isInterval, Latest, LatestPace, Ordered } from './pace.js'
import { quoteShown, tickerShown } from './ticker.js'
import { lookNowAndThen, stopping, watch } from './watching.js'
import { contractOf } from './which.js'

const INCREMENTAL_MILLISECONDS = 1_000

type Ticker = Readonly<Record<string, unknown>>

/** The ticker at every change of its market, as often as `milliseconds` lets. */
async function openTickers(
  opening: Opening,
  symbol: string | undefined,
  milliseconds: number,
  deliver: (ticker: Ticker) => void,
): Promise<Opened> {
  const { services, fail } = opening
  const contract = await contractOf(services, symbol)
  if (contract === null) return null
  const shown = new Ordered(fail, async (view: MarketView) => {
    const known = (await contractOf(services, contract.symbol)) ?? contract
    deliver(tickerShown(known, view, services.host.now()))
  })
  const pace = new LatestPace(services.timer, milliseconds, fail, (view: MarketView) => shown.add(view))
  return stopping(await watch(opening, contract, 1, (view) => pace.add(view)), pace)
}

export async function openTicker(
  opening: Opening,
  [symbol, interval, ...more]: readonly string[],
): Promise<Opened> {
  if (!isInterval(interval) || more.length > 0) return null
  return openTickers(opening, symbol, INTERVAL_MILLISECONDS[interval], opening.tell)
}

/** A snapshot, and then once a second what of it has changed. */
export async function openIncrementalTicker(
  opening: Opening,
  [symbol, ...more]: readonly string[],
): Promise<Opened> {
  if (more.length > 0) return null
  let last: Ticker | null = null
  return openTickers(opening, symbol, INCREMENTAL_MILLISECONDS, (ticker) => {
    const { instrument_name, timestamp } = ticker
    const changed = last === null ? ticker : changedOf(last, ticker)
    const type = last === null ? 'snapshot' : 'change'
    const isNews = Object.keys(changed).some((name) => name !== 'timestamp')
    last = ticker
    if (isNews) opening.tell({ type, instrument_name, timestamp, ...changed })
  })
}

const changedOf = (before: Ticker, after: Ticker): Ticker =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  )

export async function openQuote(opening: Opening, [symbol, ...more]: readonly string[]): Promise<Opened> {
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

/** What a perpetual pays, and what it follows. */
export async function openPerpetual(
  opening: Opening,
  [symbol, interval, ...more]: readonly string[],
): Promise<Opened> {
  const contract = await contractOf(opening.services, symbol)
  if (contract?.kind !== 'perpetual' || !isInterval(interval) || more.length > 0) return null
  return openTickers(opening, symbol, INTERVAL_MILLISECONDS[interval], (ticker) =>
    opening.tell({
      timestamp: ticker.timestamp,
      index_price: ticker.index_price,
      interest: ticker.current_funding,
    }),
  )
}

/** The price of an index: at once, and when it was published anew since the last look. */
export async function openPriceIndex(
  { services, tell, fail }: Opening,
  [name = '', ...more]: readonly string[],
): Promise<Opened> {
  const find = async (): Promise<IndexView | undefined> => {
    const answer = await services.host.read<{ items: readonly IndexView[] }>('indexes.list', SYSTEM, {})
    return answered(answer).items.find((index) => index.name === name)
  }
  if (more.length > 0 || (await find()) === undefined) return null
  let told: number | null = null
  const look = new Latest(fail, async () => {
    const index = await find()
    if (index === undefined || index.pricedAt === told) return
    told = index.pricedAt
    tell({
      index_name: name,
      price: priceShown(index.price),
      timestamp: toMilliseconds(index.pricedAt as never),
    })
  })
  return lookNowAndThen(() => look.ask())
}
