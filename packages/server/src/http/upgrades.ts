/** Connections that become sockets: each path has one who takes them, and what nobody serves is answered with 404. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'

export type Take = (request: IncomingMessage, stream: Duplex, head: Buffer) => void

const routes = new WeakMap<Server, Map<string, Take>>()

export function takeUpgrades(server: Server, path: string, take: Take): void {
  const known = routes.get(server) ?? begin(server)
  known.set(path, take)
}

function begin(server: Server): Map<string, Take> {
  const known = new Map<string, Take>()
  routes.set(server, known)
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // The target is whatever was written there: it need not be an address at all.
    const take = known.get(request.url?.split('?', 1)[0] ?? '')
    if (take !== undefined) return take(request, stream, head)
    stream.on('error', () => stream.destroy())
    stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  return known
}
