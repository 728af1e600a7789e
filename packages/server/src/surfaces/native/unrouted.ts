/** Requests that come to no route, in the words of this surface. */
import type { Unrouted } from '../../http/unread.js'
import { requestIdOf } from './caller.js'
import { problem, refusalOfStatus } from './problem.js'
import { send } from './send.js'

export const problemsAt = (prefix: string): Unrouted => ({
  prefix,
  refuse(request, reply, refusal) {
    const requestId = requestIdOf(request.headers)
    send(reply, problem(refusal, requestId), requestId)
  },
  unread: ({ statusCode, message }, requestId) => ({
    type: 'application/problem+json',
    text: problem(refusalOfStatus(statusCode, message), requestId).body,
  }),
})
