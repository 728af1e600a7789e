/** Refusals in the words of this surface: Problem Details (RFC 9457), as prebuilt text. */
import { REFUSALS, type Refusal, type RefusalCode } from '@stemma/core'

/** An answer on its way out: everything is text already, so that nothing is serialized a second time. */
export interface Reply {
  readonly status: number
  readonly body: string
  readonly isProblem: boolean
  readonly isReplayed: boolean
  readonly etag: string | null
  /** The sequence of the command, or that the answer was read at; where it is left out, the last one that is durable. */
  readonly sequence?: number
}

export function problemOf(
  { code, detail, field, data }: Refusal,
  requestId: string,
): Record<string, unknown> {
  const { status, title, retryable } = REFUSALS[code]
  return {
    type: `/docs/refusals#${code}`,
    title,
    status,
    code,
    detail,
    ...(field === undefined ? {} : { field: field === '' ? '/' : field }),
    retryable,
    request_id: requestId,
    ...(data === undefined ? {} : { data }),
  }
}

export const problem = (refusal: Refusal, requestId: string): Reply => ({
  status: REFUSALS[refusal.code].status,
  body: JSON.stringify(problemOf(refusal, requestId)),
  isProblem: true,
  isReplayed: false,
  etag: null,
})

/** Something of ours broke: the caller gets the number under which the log has everything, and nothing else. */
export const broken = (requestId: string): Reply => ({
  status: 500,
  body: JSON.stringify({
    type: '/docs/refusals#internal',
    title: 'Something went wrong on our side',
    status: 500,
    code: 'internal',
    detail: `the request is logged as ${requestId}`,
    retryable: false,
    request_id: requestId,
  }),
  isProblem: true,
  isReplayed: false,
  etag: null,
})

const CODE_OF_STATUS: Readonly<Record<number, RefusalCode>> = {
  404: 'unknown_operation',
  408: 'too_slow',
  413: 'too_large',
  429: 'rate_limited',
  431: 'headers_too_large',
}

/** The refusal behind what the HTTP layer itself throws (body too large, header faults, bad encodings). */
export function refusalOfStatus(status: number, message: string): Refusal {
  return { code: CODE_OF_STATUS[status] ?? 'malformed', detail: message }
}
