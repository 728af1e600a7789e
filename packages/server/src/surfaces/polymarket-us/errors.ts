/** The venue's error envelope, and our refusals in its words: gRPC numbers, HTTP statuses, exact messages. */
import { REFUSALS, type Refusal, type RefusalCode } from '@stemma/core'
import { UnreadFault } from '../../http/unread.js'
import type { Answer, Settled } from '../../services.js'
import { venueScopeOf } from './scopes.js'
import { rejectTextShown } from './trading/words.js'

export const GRPC = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const
export type GrpcCode = (typeof GRPC)[keyof typeof GRPC]

const HTTP_STATUS: Readonly<Record<GrpcCode, number>> = {
  3: 400,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  12: 405,
  13: 500,
  14: 503,
  16: 401,
}

export class VenueError extends Error {
  readonly status: number

  constructor(
    readonly code: GrpcCode,
    message: string,
    readonly options: { readonly status?: number; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message)
    this.status = options.status ?? HTTP_STATUS[code]
  }

  get envelope(): { readonly code: number; readonly message: string; readonly details: readonly never[] } {
    return { code: this.code, message: this.message, details: [] }
  }
}

export const invalid = (message: string): VenueError => new VenueError(GRPC.invalidArgument, message)
export const crossFirm = (): VenueError =>
  new VenueError(GRPC.permissionDenied, 'permission denied: cross-firm participant id')
/** The same words for an account that is another firm's and for one that nobody has. */
export const accountNotFound = (): VenueError => new VenueError(GRPC.notFound, 'account not found')
export const symbolNotFound = (): VenueError => new VenueError(GRPC.notFound, 'symbol not found')
export const orderNotFound = (): VenueError => new VenueError(GRPC.notFound, 'order not found')
export const unauthenticated = (): VenueError =>
  new VenueError(GRPC.unauthenticated, 'unauthenticated: missing or invalid access token')
export const rateLimited = (retryAfterSeconds: number): VenueError =>
  new VenueError(GRPC.resourceExhausted, 'rate limit exceeded', { retryAfterSeconds })

const OWN_CODES: Partial<Record<RefusalCode, GrpcCode>> = {
  idempotency_key_reused: GRPC.alreadyExists,
  transition_invalid: GRPC.aborted,
  not_empty: GRPC.aborted,
  version_mismatch: GRPC.aborted,
  order_not_open: GRPC.aborted,
  amount_not_positive: GRPC.invalidArgument,
  amount_out_of_range: GRPC.invalidArgument,
  currency_unknown: GRPC.invalidArgument,
}

const CODE_OF_STATUS: Readonly<Record<number, GrpcCode>> = {
  400: GRPC.invalidArgument,
  401: GRPC.unauthenticated,
  403: GRPC.permissionDenied,
  404: GRPC.notFound,
  409: GRPC.alreadyExists,
  412: GRPC.aborted,
  413: GRPC.resourceExhausted,
  422: GRPC.failedPrecondition,
  428: GRPC.failedPrecondition,
  429: GRPC.resourceExhausted,
  503: GRPC.unavailable,
}

export function fromRefusal({ code, detail, data }: Refusal): VenueError {
  if (code === 'scope_missing')
    return new VenueError(
      GRPC.permissionDenied,
      `permission denied: missing required scope ${venueScopeOf(String(data?.scope ?? ''))}`,
    )
  if (code === 'not_visible') return new VenueError(GRPC.notFound, 'not found')
  if (code === 'rate_limited') return rateLimited(1)
  if (code === 'instrument_unknown') return symbolNotFound()
  if (code === 'client_order_id_taken')
    return new VenueError(GRPC.alreadyExists, 'ClOrdID already in use by an open order')
  // Section 9.1: what is semantic is 422, where it is not an order that was received and then rejected.
  if (code === 'order_rejected')
    return new VenueError(GRPC.failedPrecondition, rejectTextShown(detail), { status: 422 })
  const { status } = REFUSALS[code]
  const grpc = OWN_CODES[code] ?? CODE_OF_STATUS[status] ?? GRPC.internal
  if (grpc === GRPC.unauthenticated) return unauthenticated()
  if (grpc === GRPC.permissionDenied) return new VenueError(grpc, `permission denied: ${detail}`)
  return new VenueError(grpc, detail, status === 413 ? { status } : {})
}

/** What was read; a refusal is thrown in the venue's words. */
export function answered<Result>(answer: Answer<Result>): Result {
  if (answer.kind === 'refused') throw fromRefusal(answer.refusal)
  return answer.result
}

/** The result of a command; a refusal is thrown in the venue's words. */
export function settled<Result>(outcome: Settled): Result {
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal)
  return outcome.result as Result
}

/** Whatever was thrown: ours as it is, the server's framing errors by their status, the rest as our own fault. */
export function toVenueError(thrown: unknown): VenueError {
  if (thrown instanceof VenueError) return thrown
  const status = statusOf(thrown)
  if (thrown instanceof UnreadFault) return new VenueError(GRPC.invalidArgument, thrown.message, { status })
  if (status === 413)
    return new VenueError(GRPC.resourceExhausted, 'request body is larger than the limit', { status })
  if (status >= 400 && status < 500)
    return new VenueError(GRPC.invalidArgument, 'the request is not well formed', { status })
  return new VenueError(GRPC.internal, 'internal error')
}

function statusOf(thrown: unknown): number {
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : 500
  return typeof status === 'number' ? status : 500
}
