/**
 * Quantities: whole counts of 10^-scale of an instrument. The scale stands with the instrument and never changes once
 * there are orders or positions in it. Above zero is bought or long, below zero sold or short.
 */
import { type DecimalFault, formatDecimal, parseDecimal } from './decimal.js'

export type Quantity = bigint & { readonly __brand: 'Quantity' }

export const NONE = 0n as Quantity

/** The finest scale of a quantity. */
export const QUANTITY_SCALE_MAX = 9

/** The widest quantity of an order or a position, either way: 2^63 - 1. */
export const QUANTITY_MAX = (2n ** 63n - 1n) as Quantity

export const quantity = (count: bigint): Quantity => count as Quantity
export const plus = (left: Quantity, right: Quantity): Quantity => (left + right) as Quantity
export const minus = (left: Quantity, right: Quantity): Quantity => (left - right) as Quantity
export const smaller = (left: Quantity, right: Quantity): Quantity => (left < right ? left : right)
export const magnitude = (value: Quantity): Quantity => (value < 0n ? -value : value) as Quantity

export function parseQuantity(text: string, scale: number): Quantity | DecimalFault {
  const count = parseDecimal(text, scale)
  return typeof count === 'bigint' ? quantity(count) : count
}

export const formatQuantity = (value: Quantity, scale: number): string => formatDecimal(value, scale)
