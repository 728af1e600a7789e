/** The venue's published limits (section 9.2), per participant firm and method. A list of orders counts once. */
import type { Rate } from '../../auth/index.js'

const perMinute = (count: number): Rate => ({ perSecond: count / 60, burst: count })
const perSecond = (count: number): Rate => ({ perSecond: count, burst: count })

export const LIMITS = {
  ledger: { perSecond: 0.5, burst: 5 },
  ledgerDownload: { perSecond: 1 / 12, burst: 1 },
  positionLedger: { perSecond: 0.5, burst: 5 },
  positionLedgerDownload: { perSecond: 1 / 12, burst: 1 },
  insertOrderList: perSecond(50),
  replaceOrderList: perSecond(50),
  cancelOrderList: perSecond(50),
  searchOrders: perMinute(12),
  searchExecutions: perMinute(12),
  searchTrades: perMinute(12),
  ordersCsv: perMinute(12),
  executionsCsv: perMinute(12),
  tradesCsv: perMinute(12),
  tradeStats: perMinute(60),
  listSymbols: perMinute(6),
  listInstruments: perMinute(6),
  orderBook: perMinute(12),
  bbo: perMinute(12),
  settlement: perSecond(10),
  /** The venue names no number; all three calls together. */
  kyc: perSecond(10),
  /** Per integration: all three calls together. */
  cashMovements: perSecond(5),
  /** gRPC, all methods together: 100 messages a second on the average of a minute. */
  ingress: { perSecond: 100, burst: 6_000 },
} as const satisfies Readonly<Record<string, Rate>>

/** Order requests a second by the firm's tier, 1 to 4. A cross is taken in like an order. */
export const TIERED_LIMITS = {
  insertOrder: [30, 100, 200, 400],
  insertOrderCross: [30, 100, 200, 400],
  replaceOrder: [30, 100, 200, 400],
  cancelOrder: [90, 300, 600, 1200],
} as const

/** What is open to everybody, per address. */
export const PUBLIC_LIMIT: Rate = perSecond(20)

export type LimitName = keyof typeof LIMITS | keyof typeof TIERED_LIMITS

export const isTiered = (name: LimitName): name is keyof typeof TIERED_LIMITS =>
  Object.hasOwn(TIERED_LIMITS, name)

export const tieredRate = (name: keyof typeof TIERED_LIMITS, tier: number): Rate =>
  perSecond(TIERED_LIMITS[name][tier - 1] ?? TIERED_LIMITS[name][0])
