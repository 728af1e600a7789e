import { disableDisconnect, enableDisconnect, fireDisconnect } from '../disconnects/index.js'
import { resetProtection, setProtection } from '../protection/index.js'
import { placeQuotes } from '../quotes/index.js'
import { VENUE_COMMANDS } from '../venues/index.js'
import { adjustPosition } from './adjust-position.js'
import { barProducts } from './bar-products.js'
import { cancelOrder } from './cancel-order.js'
import { cancelOrders } from './cancel-orders.js'
import { closePosition } from './close-position.js'
import { bustTrade, correctTrade } from './correct-trade.js'
import { crossOrders } from './cross-orders.js'
import { movePositions } from './move-positions.js'
import { placeOrder } from './place-order.js'
import { replaceOrder } from './replace-order.js'
import { setInstrumentState } from './set-instrument-state.js'
import { settleInstrument } from './settle-instrument.js'

export * from './adjust-position.js'
export * from './bar-products.js'
export * from './cancel-order.js'
export * from './cancel-orders.js'
export * from './close-position.js'
export * from './correct-trade.js'
export * from './cross-orders.js'
export * from './move-positions.js'
export * from './place-order.js'
export * from './replace-order.js'
export * from './set-instrument-state.js'
export * from './settle-instrument.js'

export const TRADING_COMMANDS = [
  placeOrder,
  replaceOrder,
  cancelOrder,
  cancelOrders,
  crossOrders,
  setInstrumentState,
  settleInstrument,
  adjustPosition,
  closePosition,
  movePositions,
  barProducts,
  bustTrade,
  correctTrade,
  setProtection,
  resetProtection,
  placeQuotes,
  enableDisconnect,
  disableDisconnect,
  fireDisconnect,
  ...VENUE_COMMANDS,
] as const
