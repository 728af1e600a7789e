import { getRunningCandles } from './candles.js'
import { listIndexes } from './indexes.js'
import { getInstrument, listInstruments } from './instruments.js'
import { getStatistics } from './statistics.js'

export * from './indexes.js'
export * from './instruments.js'
export * from './statistics.js'

export const MARKET_QUERIES = [
  getInstrument,
  listInstruments,
  getStatistics,
  listIndexes,
  getRunningCandles,
] as const
