/**
 * gRPC on a port of its own: HTTP/2 without TLS, which a proxy in front adds. Surfaces put their methods in before it
 * listens. What it refuses itself, it refuses as gRPC does: in a status, not in a page.
 */
import { once } from 'node:events'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { constants, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import {
  type ConnectRouter,
  createConnectRouter,
  createContextKey,
  createContextValues,
} from '@connectrpc/connect'
import {
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node'
import type { FastifyBaseLogger } from 'fastify'
import type { Admission } from '../host/admission.js'
import type { Timer } from '../host/timer.js'

type Handler = ConnectRouter['handlers'][number]

export const MESSAGE_BYTES_MAX = 1_048_576
const STREAMS_PER_CONNECTION_MAX = 100
const HEADER_BYTES_MAX = 16 * 1_024
/** A request that is not whole by then is let go. */
const REQUEST_MILLISECONDS_MAX = 30_000
/** A connection on which nothing happens for so long is closed; heartbeats keep streams well within it. */
const IDLE_MILLISECONDS_MAX = 10 * 60_000
/** What is under way at a stop may take so long. */
const STOP_MILLISECONDS_MAX = 5_000

/** The connection of a call: who is at its other end, and the way to cut it. */
export const CONNECTION = createContextKey<Http2ServerRequest | null>(null)

export interface GrpcOptions {
  readonly admission: Admission
  readonly log: FastifyBaseLogger
  readonly timer: Timer
  readonly heartbeatMs: number
}

export class GrpcServer {
  private readonly router: ConnectRouter
  private readonly handlers = new Map<string, Handler>()
  private readonly sessions = new Set<ServerHttp2Session>()
  private readonly stopping = new AbortController()
  private server: Http2Server | null = null

  constructor(readonly options: GrpcOptions) {
    this.router = createConnectRouter({
      connect: false,
      grpcWeb: false,
      readMaxBytes: MESSAGE_BYTES_MAX,
      acceptCompression: [compressionGzip],
    })
  }

  /** Where surfaces put in their methods. */
  get routes(): Pick<ConnectRouter, 'rpc' | 'service'> {
    return this.router
  }

  /** True once it stops: nothing new is begun. */
  get isStopping(): boolean {
    return this.stopping.signal.aborted
  }

  /** Null before it listens. */
  get port(): number | null {
    return (this.server?.address() as AddressInfo | null)?.port ?? null
  }

  async listen(port: number, host: string): Promise<void> {
    for (const handler of this.router.handlers) this.handlers.set(handler.requestPath, handler)
    const settings = {
      maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX,
      maxHeaderListSize: HEADER_BYTES_MAX,
    }
    const server = createServer({ settings }, (request, response) => void this.answer(request, response))
    server.on('session', (session) => {
      this.sessions.add(session)
      session.once('close', () => this.sessions.delete(session))
      session.setTimeout(IDLE_MILLISECONDS_MAX, () => session.close())
    })
    server.on('sessionError', (error) => this.options.log.debug({ err: error }, 'gRPC connection broken'))
    server.listen(port, host)
    await once(server, 'listening')
    this.server = server
  }

  /** Takes nothing new, lets what is under way end, and cuts what does not. */
  async close(): Promise<void> {
    this.stopping.abort()
    if (this.server === null) return
    const closed = once(this.server, 'close')
    this.server.close()
    for (const session of this.sessions) session.close()
    const cut = setTimeout(() => {
      for (const session of this.sessions) session.destroy()
    }, STOP_MILLISECONDS_MAX)
    await closed
    clearTimeout(cut)
  }

  private async answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    try {
      const handler = this.handlers.get(request.url.split('?', 1)[0] ?? '')
      if (handler === undefined) return refuse(response, UNIMPLEMENTED, 'unknown method')
      const { admission } = this.options
      const refusal = admission.isOpen ? null : await admission.refusal()
      if (refusal !== null) return refuse(response, UNAVAILABLE, refusal.detail)
      if (handler.method.methodKind !== 'bidi_streaming')
        request.setTimeout(REQUEST_MILLISECONDS_MAX, () => {
          if (!request.complete) request.stream.close(constants.NGHTTP2_CANCEL)
        })
      const values = createContextValues().set(CONNECTION, request)
      const asked = universalRequestFromNodeRequest(request, response, undefined, values)
      await universalResponseToNodeResponse(readably(await handler(asked)), response)
    } catch (error) {
      this.options.log.debug({ err: error, path: request.url }, 'gRPC call broken off')
      if (!request.stream.closed) request.stream.close(constants.NGHTTP2_CANCEL)
    }
  }
}

type Answer = Awaited<ReturnType<Handler>>

/**
 * The library escapes every reserved character of a status message; gRPC asks for that of nothing but `%` and what is
 * no printable ASCII, and stock clients undo no more than that.
 */
function readably(answer: Answer): Answer {
  const { body, trailer } = answer
  if (body === undefined || trailer === undefined) return answer
  async function* untilTrailer(chunks: NonNullable<Answer['body']>): AsyncGenerator<Uint8Array> {
    yield* chunks
    const message = trailer?.get('grpc-message') ?? null
    if (message !== null) trailer?.set('grpc-message', escaped(decodeURIComponent(message)))
  }
  return { ...answer, body: untilTrailer(body) }
}

const escaped = (message: string): string =>
  message.replace(/[^\x20-\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character))

/** The numbers of gRPC's statuses. */
const UNIMPLEMENTED = 12
const UNAVAILABLE = 14

/** In the headers alone, as there is no answer that trailers could follow. */
function refuse({ stream }: Http2ServerResponse, status: number, message: string): void {
  const headers = {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(status),
    'grpc-message': escaped(message),
  }
  stream.respond(headers, { endStream: true })
}
