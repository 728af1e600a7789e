import { createFeeSchedule } from './create-fee-schedule.js'
import { createInstrument } from './create-instrument.js'
import { publishPrices } from './publish-prices.js'
import { updateInstrument } from './update-instrument.js'

export * from './create-fee-schedule.js'
export * from './create-instrument.js'
export * from './publish-prices.js'
export * from './update-instrument.js'

export const MARKET_COMMANDS = [createFeeSchedule, createInstrument, updateInstrument, publishPrices] as const
