import { getInstrument, listInstruments } from './instruments.js'

export * from './instruments.js'

export const MARKET_QUERIES = [getInstrument, listInstruments] as const
