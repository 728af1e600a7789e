/** The envelope of every answer: what was asked, what came of it, and when it came in and went out (section 1.3). */
import type { Instant } from '@stemma/core'
import { toVenueError, type VenueError } from './errors.js'

export type CallId = number | string

export interface Envelope {
  readonly jsonrpc: '2.0'
  readonly id?: CallId
  readonly result?: unknown
  readonly error?: unknown
  readonly usIn: number
  readonly usOut: number
  readonly usDiff: number
  readonly testnet: false
}

export type Outcome = { readonly result: unknown } | { readonly error: unknown }

export const failed = (thrown: unknown): { readonly error: VenueError['told'] } => ({
  error: toVenueError(thrown).told,
})

export function enveloped(outcome: Outcome, id: CallId | null, begun: Instant, now: Instant): Envelope {
  return {
    jsonrpc: '2.0',
    ...(id === null ? {} : { id }),
    ...outcome,
    usIn: begun,
    usOut: now,
    usDiff: now - begun,
    testnet: false,
  }
}

/** The id of a request as it is given back; null where there is none that could be. */
export const idOf = (given: unknown): CallId | null =>
  typeof given === 'string' || (typeof given === 'number' && Number.isFinite(given)) ? given : null
