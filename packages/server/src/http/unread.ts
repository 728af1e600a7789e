/**
 * Requests that are not read to their end: those that trickle in, that are no HTTP, or whose headers are too large. Node
 * says so beside the routes; here they are answered all the same, in the words of the surface that they were meant for.
 */
import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Refusal } from '@stemma/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROTECTIVE_HEADERS } from './protective-headers.js'

/** Why a request was not read; the surfaces take it like any other fault of HTTP. */
export class UnreadFault extends Error {
  constructor(
    readonly statusCode: 400 | 408 | 431,
    message: string,
  ) {
    super(message)
  }
}

export interface Told {
  readonly type: string
  readonly text: string
}

/** How those below a prefix are answered that come to no route. */
export interface Unrouted {
  readonly prefix: string
  /** No route is asked: the address cannot be decoded, or another process answers. */
  refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): unknown
  /** The request was not read; the body of the answer. */
  unread(fault: UnreadFault, requestId: string): Told
}

/** In whose words an address is answered that comes to no route; null: it is not known. */
export type UnroutedFor = (url: string | null) => Unrouted

type ClientError = Error & { readonly code?: string; readonly rawPacket?: unknown }

/** What becomes of a connection whose client's bytes are not read on. */
export class UnreadRequests {
  /** The last request of each connection, by its response. */
  private readonly last = new WeakMap<Socket, ServerResponse<IncomingMessage>>()

  constructor(private readonly unroutedFor: UnroutedFor) {}

  follow(server: Server): void {
    server.on('request', ({ socket }, response) => void this.last.set(socket, response))
  }

  answer(error: ClientError, socket: Socket): void {
    const last = this.last.get(socket)
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy()
    else if (last !== undefined && !last.writableEnded) refuseLast(last, faultOf(error))
    else if (last !== undefined && !last.req.complete) socket.destroy()
    else this.refuse(socket, faultOf(error), addressIn(error.rawPacket))
  }

  /** No request came about: the answer is written to the connection itself. */
  private refuse(socket: Socket, fault: UnreadFault, url: string | null): void {
    const requestId = `req_${randomUUID()}`
    const { type, text } = this.unroutedFor(url).unread(fault, requestId)
    const headers = {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
      connection: 'close',
      'cache-control': 'no-store',
      'x-request-id': requestId,
      ...PROTECTIVE_HEADERS,
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const status = `HTTP/1.1 ${fault.statusCode} ${STATUS_CODES[fault.statusCode]}\r\n`
    socket.end(`${status}${lines.join('')}\r\n${text}`, () => socket.destroy())
  }
}

/**
 * One whose body is still waited for gets its fault from its own route. One that was read whole gets its answer, as the
 * fault lies behind it. Nothing more is read from the connection either way.
 */
function refuseLast(response: ServerResponse<IncomingMessage>, fault: UnreadFault): void {
  response.shouldKeepAlive = false
  const { req: request } = response
  if (request.complete) return
  tell(request, fault)
  // A route that has not begun to read yet is told when it does; one that never reads answers all the same.
  request.on('newListener', (name) => {
    if (name === 'error') queueMicrotask(() => tell(request, fault))
  })
}

function tell(request: IncomingMessage, fault: UnreadFault): void {
  if (request.listenerCount('error') > 0) request.emit('error', fault)
}

function faultOf({ code }: ClientError): UnreadFault {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new UnreadFault(408, 'the request did not arrive in time')
  if (code === 'HPE_HEADER_OVERFLOW') return new UnreadFault(431, 'the headers are larger than the limit')
  return new UnreadFault(400, 'the request is not well formed HTTP')
}

const REQUEST_LINE = /^[A-Z]+ (\/\S*) HTTP\/1\.[01]\r?\n/

/** The address of a request that never came about, where the bytes at fault begin with its line. */
function addressIn(packet: unknown): string | null {
  const line = Buffer.isBuffer(packet) ? packet.toString('latin1', 0, 2_048) : ''
  return REQUEST_LINE.exec(line)?.[1] ?? null
}
