/** Replies leave as prebuilt text in one write: nothing between here and the socket looks at them again. */
import type { FastifyReply } from 'fastify'
import { PROTECTIVE_HEADERS } from '../../http/protective-headers.js'
import { SEQUENCE_HEADER } from '../../http/sequence-header.js'
import type { Reply } from './problem.js'

/** What every answer says, names and values in turn: Node writes such a list as it is. */
const ALWAYS = ['Cache-Control', 'no-store', ...Object.entries(PROTECTIVE_HEADERS).flat()]

export function send(reply: FastifyReply, answer: Reply, requestId: string): void {
  reply.hijack()
  const headers = [
    'Content-Type',
    answer.isProblem ? 'application/problem+json' : 'application/json',
    'Content-Length',
    String(Buffer.byteLength(answer.body)),
    'X-Request-Id',
    requestId,
    ...ALWAYS,
  ]
  if (answer.isReplayed) headers.push('Idempotency-Replayed', 'true')
  if (answer.etag !== null) headers.push('ETag', answer.etag)
  if (answer.sequence !== undefined) headers.push(SEQUENCE_HEADER, String(answer.sequence))
  if (answer.status === 401) headers.push('WWW-Authenticate', 'Bearer realm="stemma"')
  if (answer.status === 429 || answer.status === 503) headers.push('Retry-After', '1')
  // A body that was not read to its end cannot be told from the next request.
  if (answer.status === 413) headers.push('Connection', 'close')
  reply.raw.writeHead(answer.status, headers)
  reply.raw.end(answer.body)
}
