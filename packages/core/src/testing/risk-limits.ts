/** Risk limits for tests: one that says nothing, and the shortest way to set one that does. Not exported. */
import type { Engine } from '../engine.js'
import type { Id, Plain } from '../image/index.js'
import { done } from './world.js'

/** Of whatever instrument: limits count quantities in 10^-9. */
export const UNIT = 10n ** 9n

export const NO_LIMIT = {
  authority: null,
  instrument: null,
  currency: null,
  orderQuantity: null,
  orderNotional: null,
  position: null,
  priceLow: null,
  priceHigh: null,
  priceDeviation: null,
  openOrders: null,
  orderRate: null,
  dailyLoss: null,
  liftsDaily: false,
} as const

export type Said = Readonly<Record<string, Plain>>

export const limit = (engine: Engine, node: Id, said: Said): Id =>
  done<{ limit: Id }>(engine, 'risk_limits.set', { ...NO_LIMIT, node, ...said }).limit
