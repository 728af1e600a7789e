/** A request to the writer: as it came, with what is said of a connection left out. */
import { type Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http'
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
    setHost: false,
    agent: agent ?? false,
  })
}

export const withoutConnection = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name)))
