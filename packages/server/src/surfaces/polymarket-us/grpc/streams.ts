/** A stream of the surface: proven, limited and counted like a call, then handed to the harness of its kind. */
import type { DescMethodBiDiStreaming, DescMethodServerStreaming } from '@bufbuild/protobuf'
import { create, type DescMessage, type DescMethod, type MessageShape } from '@bufbuild/protobuf'
import type { ConnectRouter, HandlerContext, MethodImpl } from '@connectrpc/connect'
import {
  CONNECTION,
  eventStream,
  type GrpcServer,
  type MarketPlan,
  marketStream,
  type Reader,
  type StreamDoor,
  type StreamPlan,
} from '../../../grpc/index.js'
import { type Call, type Gate, openCall } from '../call.js'
import { fromRefusal, GRPC, VenueError } from '../errors.js'
import { Fields } from '../fields.js'
import { toConnectError } from './errors.js'
import { admit } from './ingress.js'
import { fieldsOf, incomingOf } from './messages.js'
import type { StreamPlaces } from './stream-places.js'

type ServerStreaming<Output extends DescMessage> = DescMethodServerStreaming<DescMessage, Output>
type BiDiStreaming<Output extends DescMessage> = DescMethodBiDiStreaming<DescMessage, Output>
type Router = Pick<ConnectRouter, 'rpc'>

/** What a stream's own file says of it: its plan, from the fields of the request. */
export type Planner<Plan> = (call: Call, fields: Fields) => Promise<Plan>
/** The same where requests go on: each is read as it comes. */
export type BiDiPlanner<Plan> = (call: Call, requests: AsyncIterable<Fields>) => Plan

export interface Streams {
  readonly grpc: GrpcServer
  readonly gate: Gate
  readonly places: StreamPlaces
}

type Carry<Plan, Message> = (door: StreamDoor, reader: Reader, plan: Plan) => AsyncGenerator<Message>

/** A stream over events. */
export const serverStream = <Output extends DescMessage>(
  router: Router,
  streams: Streams,
  method: ServerStreaming<Output>,
  plan: Planner<StreamPlan<MessageShape<Output>>>,
): void => serve(router, streams, method, plan, eventStream)

/** A stream over the market. */
export const serverMarketStream = <Output extends DescMessage>(
  router: Router,
  streams: Streams,
  method: ServerStreaming<Output>,
  plan: Planner<MarketPlan<MessageShape<Output>>>,
): void => serve(router, streams, method, plan, marketStream)

function serve<Output extends DescMessage, Plan>(
  router: Router,
  streams: Streams,
  method: ServerStreaming<Output>,
  plan: Planner<Plan>,
  carry: Carry<Plan, MessageShape<Output>>,
): void {
  async function* answer(request: MessageShape<DescMessage>, context: HandlerContext) {
    try {
      const { call, firm } = await begin(streams, method, request, context)
      const planned = await plan(call, Fields.ofQuery(call.incoming.query))
      streams.places.take(firm, context.signal)
      yield* carry(doorOf(streams), readerOf(call, context), planned)
    } catch (thrown) {
      throw toConnectError(thrown, streams.gate.services.log)
    }
  }
  router.rpc(method, answer as unknown as MethodImpl<ServerStreaming<Output>>)
}

/** A stream over the market whose reader goes on asking; each of its messages counts. */
export function biDiMarketStream<Output extends DescMessage>(
  router: Router,
  streams: Streams,
  method: BiDiStreaming<Output>,
  plan: BiDiPlanner<MarketPlan<MessageShape<Output>>>,
): void {
  async function* answer(requests: AsyncIterable<MessageShape<DescMessage>>, context: HandlerContext) {
    try {
      const { call, firm } = await begin(streams, method, create(method.input), context)
      streams.places.take(firm, context.signal)
      async function* read(): AsyncGenerator<Fields> {
        for await (const request of requests) {
          await admit(streams.gate, call)
          yield fieldsOf(method.input, request)
        }
      }
      yield* marketStream(doorOf(streams), readerOf(call, context), plan(call, read()))
    } catch (thrown) {
      throw toConnectError(thrown, streams.gate.services.log)
    }
  }
  router.rpc(method, answer as unknown as MethodImpl<BiDiStreaming<Output>>)
}

async function begin(
  { grpc, gate }: Streams,
  method: DescMethod,
  request: MessageShape<DescMessage>,
  context: HandlerContext,
): Promise<{ readonly call: Call; readonly firm: number }> {
  if (grpc.isStopping) throw new VenueError(GRPC.unavailable, 'the server is stopping')
  const route = { scope: null, path: `/${method.parent.typeName}/${method.name}` }
  const call = await openCall(gate, route, incomingOf(method.input, request, context))
  return { call, firm: await admit(gate, call) }
}

const doorOf = ({ grpc, gate }: Streams): StreamDoor => ({
  host: gate.services.host,
  ...grpc.options,
})

const readerOf = (call: Call, { signal, values }: HandlerContext): Reader => ({
  actor: call.actor,
  signal,
  cut: () => values.get(CONNECTION)?.cut(),
  refused: fromRefusal,
})
