/**
 * Quotes: orders of a market maker in many instruments, placed, changed and cancelled by one command and without their
 * ids. Of each account, group, instrument and side there is one at most, so that the next one takes its place (deribit
 * section 6.2, `mass_quote`).
 */
import type { AccountId } from '../../hierarchy/index.js'
import type { InstrumentId } from '../../market/index.js'
import type { Price, Quantity } from '../../money/index.js'

/** Instruments of one command, each with up to two sides. */
export const QUOTES_OF_COMMAND_MAX = 100
export const QUOTE_ID_LENGTH_MAX = 64

/** One side of a quote as it shall stand: what is left out stays as it is. */
export type SideAsked = {
  readonly price: Price | null
  /** Of the whole order, what is filled included; 0 takes the side away. */
  readonly quantity: Quantity | null
  readonly postOnly: boolean
  /** With post-only: rests a tick behind where it would take. */
  readonly reprices: boolean
}

export type QuoteAsked = {
  readonly instrument: InstrumentId
  /** A name for those that are cancelled together. */
  readonly quoteSet: string | null
  /** One of both is there. */
  readonly bid: SideAsked | null
  readonly ask: SideAsked | null
}

export type PlaceQuotes = {
  readonly account: AccountId
  readonly group: string
  /** The sender's name for this message. */
  readonly quoteId: string
  readonly quotes: readonly QuoteAsked[]
  /** The id of the connection that it comes over. */
  readonly connection?: string | null
}
