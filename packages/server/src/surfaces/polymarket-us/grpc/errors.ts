/** Whatever was thrown, as gRPC says it: the venue's own numbers, which are gRPC's. */
import { ConnectError } from '@connectrpc/connect'
import type { FastifyBaseLogger } from 'fastify'
import { GRPC, toVenueError } from '../errors.js'

export function toConnectError(thrown: unknown, log: FastifyBaseLogger): ConnectError {
  if (thrown instanceof ConnectError) return thrown
  const { code, message, options } = toVenueError(thrown)
  if (code === GRPC.internal) log.error({ err: thrown }, 'gRPC call failed')
  const { retryAfterSeconds } = options
  return new ConnectError(
    message,
    code,
    retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) },
  )
}
