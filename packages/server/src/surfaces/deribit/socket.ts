/** The door of the sockets: one JSON-RPC object in a text frame, answered in order of completion (section 1.6). */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Take, takeUpgrades } from '../../http/upgrades.js'
import type { Services } from '../../services.js'
import type { Authenticator } from './authentication.js'
import type { Connections } from './connections.js'
import { refusedAtDoor, VenueError } from './errors.js'
import type { Credits } from './limits.js'
import { Session } from './session.js'
import { TakenAway } from './taken-away.js'

const PATH = '/ws/api/v2'
/** Beyond it a frame is not read at all; beyond 32 KiB it is answered that it is too large. */
const FRAME_BYTES_MAX = 1024 * 1024

interface SocketDoor {
  readonly authenticator: Authenticator
  readonly credits: Credits
  readonly connections: Connections
}

export function openSockets(
  server: Server,
  services: Services,
  { authenticator, credits, connections }: SocketDoor,
): { close(): void } {
  const sessions = new Set<Session>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX })
  const keys = new TakenAway(services, (credential) => {
    for (const session of sessions) session.letGo(credential)
  })
  const welcome: Take = (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket: WebSocket) => {
      const address = request.socket.remoteAddress ?? ''
      const session = new Session(services, authenticator, credits, socket, address)
      sessions.add(session)
      void keys.follow()
      socket.on('close', () => sessions.delete(session))
    })
  }
  const enter: Take = (request, stream, head) => {
    if (connections.take(request.socket, services.host.now())) welcome(request, stream, head)
    else turnAway(stream, '429 Too Many Requests', new VenueError(10028))
  }
  takeUpgrades(server, PATH, (request, stream, head) => {
    if (services.admission.isOpen) return enter(request, stream, head)
    void services.admission.refusal().then((refusal) => {
      if (refusal === null) enter(request, stream, head)
      else turnAway(stream, '503 Service Unavailable', refusedAtDoor(refusal))
    })
  })
  return {
    close() {
      keys.close()
      for (const session of sessions) session.end(1001, 'the server stops')
      sockets.close()
    },
  }
}

/** No socket is opened: there are too many, or another process answers. */
function turnAway(stream: Duplex, status: string, fault: VenueError): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: fault.told })
  stream.on('error', () => stream.destroy())
  stream.end(
    [
      `HTTP/1.1 ${status}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Retry-After: 1',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
