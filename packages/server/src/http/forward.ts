/** Hands a request on to the writer, and its answer back, as they are. */
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { request as requestByTls } from 'node:https'
import { pipeline } from 'node:stream'

/** Says that a standby has handed it on: it is never handed on twice. */
export const FORWARDED_HEADER = 'stemma-forwarded'

/** What is said of a connection, not of a request (RFC 9110, 7.6.1); the length of the body is kept as it is. */
const OF_CONNECTION = ['connection', 'keep-alive', 'proxy-connection', 'te', 'upgrade', 'expect']

/** `onUnreachable` is called where the writer was not reached and nothing was answered. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  writer: string,
  onUnreachable: () => void,
): void {
  const { protocol, hostname, port } = new URL(writer)
  const send = protocol === 'https:' ? requestByTls : request
  const far = send({
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port,
    method: incoming.method,
    // Not resolved against the address of the writer: a target that begins with `//` would name another host.
    path: incoming.url,
    headers: headersFor(incoming.headers),
    setHost: false,
  })
  far.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    pipeline(answer, outgoing, () => {})
  })
  far.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy()
    else onUnreachable()
  })
  outgoing.on('close', () => far.destroy())
  pipeline(incoming, far, () => {})
}

const headersFor = (headers: IncomingHttpHeaders): IncomingHttpHeaders => ({
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.includes(name))),
  [FORWARDED_HEADER]: '1',
})
