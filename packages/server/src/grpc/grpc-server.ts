/**
 * gRPC on a port of its own: HTTP/2 without TLS, which a proxy in front adds. Surfaces put their methods in before it
 * listens. What it refuses itself, it refuses as gRPC does: in a status, not in a page.
 */
import { once } from 'node:events'
import type { Http2ServerRequest, Http2ServerResponse, Http2Session } from 'node:http2'
import { constants, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { type AddressInfo, createServer as createListener, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
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
import type { Refusal } from '@stemma/core'
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

/** What a call comes over. */
export interface CallConnection {
  /** Of the client, whether it is at the other end or behind a standby. */
  readonly address: string
  /** Ends the call of a reader that does not read. */
  cut(): void
}

export const CONNECTION = createContextKey<CallConnection | null>(null)

/** What a standby does with a connection before anything is read of it; `keep` serves it here. */
export type HandOn = (connection: Socket, keep: () => void) => void

export interface GrpcOptions {
  readonly admission: Admission
  readonly log: FastifyBaseLogger
  readonly timer: Timer
  readonly heartbeatMs: number
  readonly handOn?: HandOn
}

export class GrpcServer {
  private readonly router: ConnectRouter
  private readonly handlers = new Map<string, Handler>()
  private readonly sessions = new Set<ServerHttp2Session>()
  /** The clients of those that a standby has handed on. */
  private readonly clients = new WeakMap<Http2Session, string>()
  private readonly stopping = new AbortController()
  private readonly server: Http2Server
  private listener: Server | null = null

  constructor(readonly options: GrpcOptions) {
    this.router = createConnectRouter({
      connect: false,
      grpcWeb: false,
      readMaxBytes: MESSAGE_BYTES_MAX,
      acceptCompression: [compressionGzip],
    })
    this.server = this.makeServer()
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
    return (this.listener?.address() as AddressInfo | null)?.port ?? null
  }

  async listen(port: number, host: string): Promise<void> {
    for (const handler of this.router.handlers) this.handlers.set(handler.requestPath, handler)
    const { handOn } = this.options
    const listener = createListener((socket) => {
      if (handOn === undefined) this.keep(socket)
      else handOn(socket, () => this.keep(socket))
    })
    listener.listen(port, host)
    await once(listener, 'listening')
    this.listener = listener
  }

  /** A connection that came another way, for the client of that address. */
  take(connection: Duplex, address: string): void {
    const remember = (session: ServerHttp2Session): void => void this.clients.set(session, address)
    this.server.once('session', remember)
    this.keep(connection)
    // Where it is gone already there is no session, and the next one is somebody else's.
    this.server.off('session', remember)
  }

  /** Takes nothing new, lets what is under way end, and cuts what does not. */
  async close(): Promise<void> {
    this.stopping.abort()
    if (this.listener === null) return
    const closed = [
      once(this.listener, 'close'),
      ...[...this.sessions].map((session) => new Promise((resolve) => session.once('close', resolve))),
    ]
    this.listener.close()
    for (const session of this.sessions) session.close()
    const cut = setTimeout(() => {
      for (const session of this.sessions) session.destroy()
    }, STOP_MILLISECONDS_MAX)
    await Promise.all(closed)
    clearTimeout(cut)
  }

  /** It listens nowhere: each connection is put in. */
  private makeServer(): Http2Server {
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
    return server
  }

  private keep(connection: Duplex): void {
    if (connection.destroyed || this.isStopping) connection.destroy()
    else this.server.emit('connection', connection)
  }

  private async answer(request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    try {
      const handler = this.handlers.get(request.url.split('?', 1)[0] ?? '')
      if (handler === undefined) return refuse(response, UNIMPLEMENTED, 'unknown method')
      const { admission } = this.options
      const refusal = admission.isOpen ? null : await admission.refusal()
      if (refusal !== null) return turnAway(response, refusal, admission.writer)
      if (handler.method.methodKind !== 'bidi_streaming')
        request.setTimeout(REQUEST_MILLISECONDS_MAX, () => {
          if (!request.complete) request.stream.close(constants.NGHTTP2_CANCEL)
        })
      const values = createContextValues().set(CONNECTION, this.connectionOf(request))
      const asked = universalRequestFromNodeRequest(request, response, undefined, values)
      await universalResponseToNodeResponse(readably(await handler(asked)), response)
    } catch (error) {
      this.options.log.debug({ err: error, path: request.url }, 'gRPC call broken off')
      if (!request.stream.closed) request.stream.close(constants.NGHTTP2_CANCEL)
    }
  }

  private connectionOf({ stream }: Http2ServerRequest): CallConnection {
    const { session } = stream
    const client = session === undefined ? undefined : this.clients.get(session)
    return {
      address: client ?? session?.socket.remoteAddress ?? '',
      cut: () => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM),
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
/** Where the writer is reached over HTTP. */
const WRITER_METADATA = 'stemma-writer'

/** In the headers alone, as there is no answer that trailers could follow. */
function refuse(
  { stream }: Http2ServerResponse,
  status: number,
  message: string,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const headers = {
    ':status': 200,
    'content-type': 'application/grpc',
    'grpc-status': String(status),
    'grpc-message': escaped(message),
    ...metadata,
  }
  stream.respond(headers, { endStream: true })
}

/** Another process answers. The connection ends, since a client keeps the one that it has: the next may lead elsewhere. */
function turnAway(response: Http2ServerResponse, { detail }: Refusal, writer: string | null): void {
  refuse(response, UNAVAILABLE, detail, writer === null ? {} : { [WRITER_METADATA]: writer })
  response.stream.session?.close()
}
