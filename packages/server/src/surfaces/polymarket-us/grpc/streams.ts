/** A stream of the surface: proven, limited and counted like a call, then handed to the harness of all streams. */
import { constants } from 'node:http2'
import type { DescMessage, DescMethodServerStreaming, MessageShape } from '@bufbuild/protobuf'
import type { ConnectRouter, HandlerContext, MethodImpl } from '@connectrpc/connect'
import { CONNECTION, eventStream, type GrpcServer, type StreamPlan } from '../../../grpc/index.js'
import { type Call, type Gate, openCall } from '../call.js'
import { fromRefusal, GRPC, VenueError } from '../errors.js'
import { Fields } from '../fields.js'
import { toConnectError } from './errors.js'
import { admit } from './ingress.js'
import { incomingOf } from './messages.js'
import type { StreamPlaces } from './stream-places.js'

type Method<Output extends DescMessage> = DescMethodServerStreaming<DescMessage, Output>

/** What a stream's own file says of it: its plan, from the fields of the request. */
export type Planner<Message> = (call: Call, fields: Fields) => Promise<StreamPlan<Message>>

export interface Streams {
  readonly grpc: GrpcServer
  readonly gate: Gate
  readonly places: StreamPlaces
}

export function serverStream<Output extends DescMessage>(
  router: Pick<ConnectRouter, 'rpc'>,
  { grpc, gate, places }: Streams,
  method: Method<Output>,
  plan: Planner<MessageShape<Output>>,
): void {
  const { services } = gate
  const door = { host: services.host, ...grpc.options }
  const route = { scope: null, path: `/${method.parent.typeName}/${method.name}` }
  async function* answer(request: MessageShape<DescMessage>, context: HandlerContext) {
    try {
      if (grpc.isStopping) throw new VenueError(GRPC.unavailable, 'the server is stopping')
      const call = await openCall(gate, route, incomingOf(method.input, request, context))
      const firm = await admit(gate, call)
      const planned = await plan(call, Fields.ofQuery(call.incoming.query))
      places.take(firm, context.signal)
      const cut = (): void =>
        context.values.get(CONNECTION)?.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
      const reader = { actor: call.actor, signal: context.signal, cut, refused: fromRefusal }
      yield* eventStream(door, reader, planned)
    } catch (thrown) {
      throw toConnectError(thrown, services.log)
    }
  }
  router.rpc(method, answer as unknown as MethodImpl<Method<Output>>)
}
