/** The door of the sockets: one JSON-RPC object in a text frame, answered in order of completion (section 1.6). */
import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Refusal } from '@stemma/core'
import { type WebSocket, WebSocketServer } from 'ws'
import { type Take, takeUpgrades } from '../../http/upgrades.js'
import type { Services } from '../../services.js'
import type { Authenticator } from './authentication.js'
import { refusedAtDoor } from './errors.js'
import type { Credits } from './limits.js'
import { Session } from './session.js'

const PATH = '/ws/api/v2'
/** Beyond it a frame is not read at all; beyond 32 KiB it is answered that it is too large. */
const FRAME_BYTES_MAX = 1024 * 1024

export function openSockets(
  server: Server,
  services: Services,
  authenticator: Authenticator,
  credits: Credits,
): { close(): void } {
  const sessions = new Set<Session>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX })
  const welcome: Take = (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket: WebSocket) => {
      const address = request.socket.remoteAddress ?? ''
      const session = new Session(services, authenticator, credits, socket, address)
      sessions.add(session)
      socket.on('close', () => sessions.delete(session))
    })
  }
  takeUpgrades(server, PATH, (request, stream, head) => {
    if (services.admission.isOpen) return welcome(request, stream, head)
    void services.admission.refusal().then((refusal) => {
      if (refusal === null) welcome(request, stream, head)
      else turnAway(stream, refusal)
    })
  })
  return {
    close() {
      for (const session of sessions) session.end(1001, 'the server stops')
      sockets.close()
    },
  }
}

/** No socket is opened: another process answers. */
function turnAway(stream: Duplex, refusal: Refusal): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: refusedAtDoor(refusal).told })
  stream.on('error', () => stream.destroy())
  stream.end(
    [
      'HTTP/1.1 503 Service Unavailable',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Retry-After: 1',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
