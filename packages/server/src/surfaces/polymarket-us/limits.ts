/** The venue's published limits, per participant firm and method, for the methods that exist. */
import type { Rate } from '../../auth/index.js'

export const LIMITS = {
  ledger: { perSecond: 0.5, burst: 5 },
  ledgerDownload: { perSecond: 1 / 12, burst: 1 },
  /** Per integration: all three calls together. */
  cashMovements: { perSecond: 5, burst: 5 },
  /** gRPC, all methods together: 100 messages a second on the average of a minute. */
  ingress: { perSecond: 100, burst: 6_000 },
} as const satisfies Readonly<Record<string, Rate>>

/** What is open to everybody, per address. */
export const PUBLIC_LIMIT: Rate = { perSecond: 20, burst: 20 }

export type LimitName = keyof typeof LIMITS
