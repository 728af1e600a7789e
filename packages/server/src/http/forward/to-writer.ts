/** A request to the writer: as it came, with what is said of a connection left out. */
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http'
import { request as requestByTls } from 'node:https'
import { isIP } from 'node:net'
import type { RequestLine } from '../client-address.js'

/** Said of a connection, not of a request (RFC 9110, 7.6.1); the length of the body is kept as it is. */
const OF_CONNECTION = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'expect']

export interface Onward extends RequestLine {
  readonly headers: IncomingHttpHeaders
  /** Whose connection it goes over; one of its own unless said. */
  readonly agent?: Agent
}

export function toWriter(writer: string, { method, url, headers, agent }: Onward): ClientRequest {
  const { protocol, hostname, port } = new URL(writer)
  const send = protocol === 'https:' ? requestByTls : request
  const host = hostname.replace(/^\[|\]$/g, '')
  return send({
    protocol,
    hostname: host,
    port,
    // Whose certificate is expected: the writer's. Node would go by the header `host`, which is the client's word. An
    // address is no name to be asked for (RFC 6066, 3), and is held against the certificate all the same.
    servername: isIP(host) === 0 ? host : '',
    method,
    // Not resolved against the address of the writer: a target that begins with `//` would name another host.
    path: url,
    headers,
    // HTTP/1.0 need not name a host, what we speak has to.
    setHost: headers.host === undefined,
    agent: agent ?? false,
  })
}

/** Whether anything of it may have come to the writer: answered anew each time. */
export function reached(far: ClientRequest, writer: string): () => boolean {
  let isReached = false
  far.once('socket', (socket) => {
    if (!socket.connecting) isReached = true
    else
      socket.once(writer.startsWith('https:') ? 'secureConnect' : 'connect', () => {
        isReached = true
      })
  })
  return () => isReached
}

const MAY_HAVE_BODY = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Of a request whose body follows. One that says no length has none (RFC 9112, 6.3), and would be given one of its own. */
export function headersOnward({ method = '', headers }: IncomingMessage): IncomingHttpHeaders {
  const hasLength = 'content-length' in headers || 'transfer-encoding' in headers
  const kept = withoutConnection(headers)
  return hasLength || !MAY_HAVE_BODY.includes(method) ? kept : { ...kept, 'content-length': '0' }
}

export const withoutConnection = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)))
