/** Channels of trades, and of the candles that they make. */
import { type Event, EXECUTIONS } from '@stemma/core'
import { chartNow, RESOLUTIONS } from './candles.js'
import type { Opened, Opening } from './channel.js'
import { INTERVAL_MILLISECONDS, type Interval, Latest, Ordered, Pace } from './pace.js'
import { publicTradeShown } from './trades.js'
import { followAll, isFill, stopping } from './watching.js'
import { contractOf, isWhich, whichOf } from './which.js'

const isTrade = ({ kind, data }: Event): boolean => isFill(kind) && data.isAggressor === true

/** The trades of a window together; each alone where every one is told. */
export async function openTrades(opening: Opening, rest: readonly string[]): Promise<Opened> {
  const { services, tell, fail } = opening
  const which = await whichOf(services, rest)
  if (which === null) return null
  const pace = new Pace(services.timer, INTERVAL_MILLISECONDS[rest.at(-1) as Interval], fail, tell)
  const shown = new Ordered(fail, async (event: Event) => {
    const [row] = EXECUTIONS.rows(event)
    const contract = await contractOf(services, String(event.data.symbol))
    if (row !== undefined && contract !== null && isWhich(which, contract))
      pace.add(publicTradeShown(row, contract))
  })
  return stopping(await followAll(opening, isTrade, (event) => shown.add(event)), pace)
}

/** The running candle of a resolution, at once and after every trade. */
export async function openChart(
  opening: Opening,
  [head, symbol, resolution = '', ...more]: readonly string[],
): Promise<Opened> {
  const { services, tell, fail } = opening
  const contract = await contractOf(services, symbol)
  if (head !== 'trades' || contract === null || RESOLUTIONS[resolution] === undefined || more.length > 0)
    return null
  let told = ''
  const refresh = new Latest(fail, async () => {
    const candle = await chartNow(services, contract, resolution)
    const text = JSON.stringify(candle)
    if (candle === null || text === told) return
    told = text
    tell(candle)
  })
  const matches = (event: Event): boolean => isTrade(event) && event.data.symbol === contract.symbol
  const opened = await followAll(opening, matches, () => refresh.ask())
  refresh.ask()
  return opened
}
