/** Replies leave as prebuilt text in one write: nothing between here and the socket looks at them again. */
import type { FastifyReply } from 'fastify'
import type { Reply } from './problem.js'

export function send(reply: FastifyReply, answer: Reply, requestId: string): void {
  reply.hijack()
  const headers = [
    'Content-Type',
    answer.isProblem ? 'application/problem+json' : 'application/json',
    'Content-Length',
    String(Buffer.byteLength(answer.body)),
    'Cache-Control',
    'no-store',
    'X-Content-Type-Options',
    'nosniff',
    'X-Request-Id',
    requestId,
  ]
  if (answer.isReplayed) headers.push('Idempotency-Replayed', 'true')
  if (answer.etag !== null) headers.push('ETag', answer.etag)
  if (answer.status === 401) headers.push('WWW-Authenticate', 'Bearer realm="stemma"')
  if (answer.status === 429 || answer.status === 503) headers.push('Retry-After', '1')
  // A body that was not read to its end cannot be told from the next request.
  if (answer.status === 413) headers.push('Connection', 'close')
  reply.raw.writeHead(answer.status, headers)
  reply.raw.end(answer.body)
}
