/** Every history of this surface, by the operation that reads it. */
import { BOOK_HISTORIES, type History } from './history.js'
import { CANDLES } from './trading/candles.js'
import { TRADING_HISTORIES } from './trading/history.js'
import { MARKET_HISTORIES } from './trading/market-past.js'

export const HISTORIES: ReadonlyMap<string, History> = new Map([
  ...BOOK_HISTORIES,
  ...TRADING_HISTORIES,
  ...MARKET_HISTORIES,
  ['candles.list', CANDLES],
])
