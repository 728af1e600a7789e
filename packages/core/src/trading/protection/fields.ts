/**
 * Market-maker protection: what an account's protected orders may trade within an interval, by the index that they
 * follow. Who quotes many contracts at once is not taken out of all of them by one move (deribit, order flag `mmp`).
 */
import type { AccountId } from '../../hierarchy/index.js'
import {
  count,
  exact,
  exactOrNull,
  flag,
  type Id,
  ref,
  SECOND,
  text,
  textOrNull,
  time,
  timeOrNull,
} from '../../image/index.js'

export type ProtectionId = Id<'protection'>

/** Protections of an account, those of them that are groups, and protected orders that each may have open. */
export const PROTECTIONS_OF_ACCOUNT_MAX = 50
export const QUOTE_GROUPS_MAX = 16
export const PROTECTED_ORDERS_MAX = 250
export const QUOTE_GROUP_LENGTH_MAX = 64
/** Seconds that are counted together, and seconds without protected orders behind it. */
export const PROTECTION_INTERVAL_SECONDS_MAX = 60
export const PROTECTION_FROZEN_SECONDS_MAX = 3_600

/** How long a cancel that asks for it keeps quotes away. */
export const QUOTES_FROZEN_FOR = SECOND

/** Quantities count 10^-18 of the coin that the contracts deal in. */
export const protectionFields = {
  account: ref<AccountId>(),
  index: text(),
  /** Of quotes: the account's name for those that are protected together. Null: of orders. */
  group: textOrNull(),
  intervalSeconds: count(),
  /** 0: until it is reset. */
  frozenSeconds: count(),
  /** What fills may come to, whatever their sides; and what they may leave open. */
  quantityLimit: exactOrNull<bigint>(),
  deltaLimit: exactOrNull<bigint>(),
  /** What its open orders may come to, on a side of an instrument. */
  sideQuantityMax: exactOrNull<bigint>(),
  /** The interval that is being counted: it begins with the first fill after the last one ended. */
  countedFrom: timeOrNull(),
  traded: exact<bigint>(),
  /** Below zero more was sold. */
  delta: exact<bigint>(),
  isFrozen: flag(),
  frozenUntil: timeOrNull(),
  /** Of a group: a cancel asked that none of its quotes be taken before. */
  quotesFrozenUntil: timeOrNull(),
  updatedAt: time(),
}
