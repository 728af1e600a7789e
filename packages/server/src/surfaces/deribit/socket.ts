/** The entrance of the sockets: one JSON-RPC object in a text frame, answered in order of completion (section 1.6). */
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { clientAddress } from '../../http/client-address.js'
import { refuseUpgrade, type Upgraded } from '../../http/upgrades.js'
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
  services: Services,
  { authenticator, credits, connections }: SocketDoor,
): { close(): void } {
  const sessions = new Set<Session>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_BYTES_MAX })
  const keys = new TakenAway(services, (credential) => {
    for (const session of sessions) session.letGo(credential)
  })
  const welcome: Upgraded['take'] = (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket: WebSocket) => {
      const session = new Session(services, authenticator, credits, socket, clientAddress(request))
      sessions.add(session)
      void keys.follow()
      socket.on('close', () => sessions.delete(session))
    })
  }
  services.upgrades.serve(PATH, {
    take(request, stream, head) {
      if (connections.take(request, services.host.now())) welcome(request, stream, head)
      else turnAway(stream, 429, new VenueError(10028))
    },
    refuse: (_request, stream, refusal, writer) => turnAway(stream, 503, refusedAtDoor(refusal), writer),
  })
  return {
    close() {
      keys.close()
      for (const session of sessions) session.end(1001, 'the server stops')
      sockets.close()
    },
  }
}

/** No socket is opened: there are too many, or another process answers. It may be tried again, here or there. */
function turnAway(stream: Duplex, status: number, fault: VenueError, writer: string | null = null): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: fault.told })
  refuseUpgrade(stream, { status, type: 'application/json', body, writer })
}
