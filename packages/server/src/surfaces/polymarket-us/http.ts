/** A request over HTTP, and what a route answers to it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '../../http/client-address.js'
import type { Incoming } from './call.js'
import { Download } from './download.js'

export const overHttp = ({ id, raw, headers, params, query, body }: FastifyRequest): Incoming => ({
  id,
  address: clientAddress(raw),
  headers,
  params,
  query,
  body,
})

export function sendOver(reply: FastifyReply, answer: unknown): unknown {
  if (!(answer instanceof Download)) return answer
  return reply
    .type(answer.type)
    .header('content-disposition', `attachment; filename="${answer.name}"`)
    .send(answer.content)
}
