/** The routes of the native surface, made from the registry. */
import { BASE_PATH, OPERATIONS, type Operation } from '@stemma/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { clientAddress } from '../../http/client-address.js'
import type { Services } from '../../services.js'
import { batchHandler } from './batch.js'
import type { Call, Caller, Input } from './call.js'
import { callerOf, requestIdOf } from './caller.js'
import { replyToFault } from './fault.js'
import type { Performer } from './perform.js'
import { problem, type Reply } from './problem.js'
import { reader } from './request-input.js'
import { send } from './send.js'
import { streamHandler } from './stream.js'
import { STREAMS } from './streams.js'

/** Bulk opening of 5,000 accounts fits with room to spare. */
export const BODY_BYTES_MAX = 2 * 1024 * 1024

export async function routes(
  app: FastifyInstance,
  services: Services,
  performers: ReadonlyMap<string, Performer>,
  heartbeatMs: number,
): Promise<void> {
  await app.register(
    async (scope) => {
      scope.removeAllContentTypeParsers()
      // JSON by its name too: it is then found without taking the header apart.
      scope.addContentTypeParser(
        ['application/json', '*'],
        { parseAs: 'buffer', bodyLimit: BODY_BYTES_MAX },
        (_request, body, done) => done(null, body),
      )
      scope.setErrorHandler((fault, request, reply) => {
        const requestId = requestIdOf(request.headers)
        send(reply, replyToFault(fault, services, requestId), requestId)
      })
      scope.setNotFoundHandler((request, reply) => {
        const requestId = requestIdOf(request.headers)
        send(
          reply,
          problem({ code: 'unknown_operation', detail: 'there is no such operation' }, requestId),
          requestId,
        )
      })
      for (const operation of OPERATIONS) {
        const url = operation.path.replaceAll(/\{([a-z_]+)\}/g, ':$1')
        const handle = operationHandler(services, operation, performers.get(operation.name) as Performer)
        scope.route({ method: operation.method, url, handler: handle, bodyLimit: BODY_BYTES_MAX })
      }
      scope.post('/batch', answering(services, batchHandler(services)))
      for (const stream of STREAMS) scope.get(stream.path, streamHandler(services, stream, heartbeatMs))
    },
    { prefix: BASE_PATH },
  )
}

type Answer = (request: FastifyRequest, caller: Caller) => Promise<Reply> | Reply

/** Proves the caller, answers, and turns whatever was thrown into a problem. Who is proven is told at which sequence. */
function answering(services: Services, answer: Answer) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const requestId = requestIdOf(request.headers)
    let isProven = false
    let built: Reply
    try {
      const caller = await callerOf(services, request.headers, clientAddress(request.raw), requestId)
      isProven = true
      built = await answer(request, caller)
    } catch (thrown) {
      built = replyToFault(thrown, services, requestId)
    }
    if (isProven && built.sequence === undefined)
      built = { ...built, sequence: services.host.durableSequence }
    send(reply, built, requestId)
  }
}

function operationHandler(services: Services, operation: Operation, perform: Performer) {
  const read = reader(operation)
  return answering(services, (request, caller) => {
    const { wire, key, version, isDryRun } = read(request)
    const input = operation.input.decode(wire, '') as Input
    const call: Call = { operation, wire, input, caller, key, version, isDryRun, connection: null }
    return perform(call)
  })
}
