/** Channels of the market and of the house, which everybody may follow (section 8.3), by the first part of their names. */
import { openAnnouncements } from './announcements.js'
import { openBookChannel } from './book-channels.js'
import type { Opened, Opening } from './channel.js'
import { openInstrumentChannel, openPlatformState } from './instrument-channels.js'
import {
  openIncrementalTicker,
  openPerpetual,
  openPriceIndex,
  openQuote,
  openTicker,
} from './ticker-channels.js'
import { openChart, openTrades } from './trade-channels.js'

const CHANNELS: Readonly<Record<string, (opening: Opening, rest: readonly string[]) => Promise<Opened>>> = {
  book: openBookChannel,
  ticker: openTicker,
  incremental_ticker: openIncrementalTicker,
  quote: openQuote,
  trades: openTrades,
  chart: openChart,
  perpetual: openPerpetual,
  deribit_price_index: openPriceIndex,
  instrument: openInstrumentChannel,
  platform_state: openPlatformState,
  announcements: openAnnouncements,
}

export async function openMarketChannel(opening: Opening): Promise<Opened> {
  const [head = '', ...rest] = opening.parts
  const open = Object.hasOwn(CHANNELS, head) ? CHANNELS[head] : undefined
  return open === undefined ? null : open(opening, rest)
}
