/** A route of the surface as a unary method: the same answer, in the message of the method. */
import type { DescMessage, DescMethodUnary, MessageShape } from '@bufbuild/protobuf'
import type { ConnectRouter, HandlerContext, MethodImpl } from '@connectrpc/connect'
import { type Gate, openCall, type Route } from '../call.js'
import { toConnectError } from './errors.js'
import { admit } from './ingress.js'
import { incomingOf, messageOf } from './messages.js'

type Method = DescMethodUnary<DescMessage, DescMessage>

export function unary<Each extends Method>(
  router: Pick<ConnectRouter, 'rpc'>,
  gate: Gate,
  method: Each,
  route: Route,
): void {
  const answer = async (request: MessageShape<DescMessage>, context: HandlerContext): Promise<unknown> => {
    try {
      const call = await openCall(gate, route, incomingOf(method.input, request, context))
      await admit(gate, call)
      return messageOf(method.output, await route.answer(call))
    } catch (thrown) {
      throw toConnectError(thrown, gate.services.log)
    }
  }
  router.rpc(method, answer as MethodImpl<Each>)
}
