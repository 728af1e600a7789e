/**
 * What is due by itself: orders that expire, trades that settle, and the next step of an
 * instrument or of an account that is short.
 */
import type { Id } from '../image/index.js'
import { expireOpenOrder } from './ending.js'
import type { OrderId } from './fields.js'
import { stepInstrument } from './instrument-life.js'
import { stepContingency } from './linked/stepping.js'
import { endFreeze } from './protection/protecting.js'
import { endSession } from './session-end.js'
import type { TradingContext } from './trading.js'
import { stepShortfall } from './unfunded.js'
import { settleUnsettled } from './unsettled.js'

export const TRADING_DUE_WORK: readonly (readonly [string, (context: TradingContext, id: Id) => void])[] = [
  ['orders', (context, id) => expireOpenOrder(context, context.trading.orders.row(id as OrderId))],
  ['unsettled', settleUnsettled],
  ['instruments', stepInstrument],
  ['shortfalls', stepShortfall],
  ['protections', endFreeze],
  ['contingencies', stepContingency],
  ['sessions', endSession],
]
