import { getDisconnects } from '../disconnects/index.js'
import { listProtections } from '../protection/index.js'
import { VENUE_QUERIES } from '../venues/index.js'
import { getBook, getQuote } from './get-book.js'
import { findOrder, getOrder, listOpenOrders } from './orders.js'
import { getPosition, listPositions } from './positions.js'
import { previewOrder } from './preview-order.js'

export * from './get-book.js'
export * from './orders.js'
export * from './positions.js'
export * from './preview-order.js'

export const TRADING_QUERIES = [
  getOrder,
  findOrder,
  listOpenOrders,
  previewOrder,
  getPosition,
  listPositions,
  getBook,
  getQuote,
  listProtections,
  getDisconnects,
  ...VENUE_QUERIES,
] as const
