/** Whatever was thrown, as a reply: refusals and faults of the HTTP layer in their words, everything else as a number. */
import { Refused } from '@stemma/core'
import type { Services } from '../../services.js'
import { broken, problem, type Reply, refusalOfStatus } from './problem.js'

export function replyToFault(thrown: unknown, { log }: Services, requestId: string): Reply {
  if (thrown instanceof Refused) return problem(thrown.refusal, requestId)
  const { statusCode, message } = thrown as { readonly statusCode?: unknown; readonly message?: unknown }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return problem(refusalOfStatus(statusCode, String(message)), requestId)
  log.error({ err: thrown, requestId }, 'a request failed')
  return broken(requestId)
}
