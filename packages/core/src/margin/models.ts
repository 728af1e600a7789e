/**
 * The margin models: how an account's figures follow from its money, its positions and its open orders. Two
 * lend nothing: under both a long is paid for whole; a fully collateralised account may also be short of what pays out
 * a known amount, which it keeps behind it. Standard margin carries derivatives, at rates that follow from prices; each
 * currency alone, or all that have an index for one another.
 */
import type { AccountType } from '../hierarchy/index.js'
import { type Amount, amount } from '../money/index.js'

export const MARGIN_MODELS = [
  'cash',
  'fully_collateralised',
  'segregated_standard',
  'cross_standard',
] as const
export type MarginModel = (typeof MARGIN_MODELS)[number]

/** Types whose own model is not kept in a book are held to the strictest: they borrow nothing. */
export function modelOf(type: AccountType): MarginModel {
  switch (type) {
    case 'fully_collateralised':
    case 'segregated_standard':
    case 'cross_standard':
      return type
    case 'cash':
    case 'margin':
    case 'day_trader':
    case 'margin_ira':
      return 'cash'
  }
}

/** What the figures of an account in one currency are made of. */
export interface MarginInputs {
  readonly posted: Amount
  readonly held: Amount
  /** Of the positions. */
  readonly requirement: Amount
  /** Of the open orders: the sum over instruments, and the largest of one; what is locked for pairs in both. */
  readonly reserved: Amount
  readonly reservedMost: Amount
  /** Proceeds of sales that have not settled. */
  readonly unsettledCredits: Amount
}

/** Money that is neither held nor required behind a position. Orders in one instrument are checked against it. */
export const free = ({
  posted,
  held,
  requirement,
}: Pick<MarginInputs, 'posted' | 'held' | 'requirement'>): Amount => amount(posted - held - requirement)

/** The margin of a portfolio: what is left above its requirement, or missing for it. Prices play no part in it. */
export function coverOf(free: Amount): { readonly excess: Amount; readonly deficit: Amount } {
  return free >= 0n ? { excess: free, deficit: amount(0n) } : { excess: amount(0n), deficit: amount(-free) }
}

/** What is left for further orders, all open orders counted (polymarket-us 5.1: balance - open orders - requirement). */
export const buyingPower = (inputs: MarginInputs): Amount => amount(free(inputs) - inputs.reserved)

/** What may leave the account (polymarket-us 6.4; rules/margin section 12: unsettled proceeds stay). */
export function withdrawable(inputs: MarginInputs): Amount {
  const left = free(inputs) - inputs.reservedMost - inputs.unsettledCredits
  return amount(left > 0n ? left : 0n)
}
