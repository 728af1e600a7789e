// Typed SDK for the native API. This file is the package's public face. The operations themselves, with their schemas,
// are at `@stemma/client/operations`, so that a program that only calls does not carry a schema library.
export {
  type CallOptions,
  type ClientOptions,
  type Grouped,
  type ItemOf,
  StemmaClient,
} from './client.js'
export type {
  DropCopyFilter,
  EventFilter,
  MarketFilter,
  StemmaAnnouncement,
  StemmaEvent,
  StemmaExecution,
  StemmaMarket,
} from './events.js'
export { inQuery } from './in-query.js'
export { type Problem, StemmaRefusal, StemmaUnreachable } from './refusal.js'
export { ROUTES } from './routes.js'
