/** The native API, each operation declared once. This file is the package's public face. */
export * from './json-schema.js'
export * from './openapi.js'
export * from './operation.js'
export * from './reference.js'
export * from './registry.js'
export { type AnnouncementTold, announcementTold } from './resources/announcements.js'
export { awaiting, EXAMPLE, PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX } from './resources/common.js'
export { type MarketView, marketView, STREAM_DEPTH_MAX, STREAM_INSTRUMENTS_MAX } from './resources/market.js'
export { execution, TRADE_TYPES } from './resources/trading.js'
export {
  formatInstant,
  type Json,
  type ObjectOf,
  object,
  type Shape,
  toJson,
  type Wire,
} from './wire/index.js'
