/** The native surface: `/stemma/v1` by REST, server-sent events and WebSocket, all made from the contract. */
import { BASE_PATH, OPERATIONS } from '@stemma/contract'
import type { SurfaceModule } from '../../services.js'
import { requestIdOf } from './caller.js'
import { eventToWire } from './event-wire.js'
import { performer } from './perform.js'
import { problem } from './problem.js'
import { routes } from './routes.js'
import { send } from './send.js'
import { openSockets } from './socket.js'

const HEARTBEAT_MS = 15_000

export const nativeSurface: SurfaceModule = {
  name: 'native',
  webhookWords: eventToWire,
  undecodable: {
    prefix: `${BASE_PATH}/`,
    answer(request, reply) {
      const requestId = requestIdOf(request.headers)
      send(
        reply,
        problem({ code: 'malformed', detail: 'the address cannot be decoded' }, requestId),
        requestId,
      )
    },
  },
  async register(app, services) {
    const performers = new Map(OPERATIONS.map((each) => [each.name, performer(services, each)]))
    await routes(app, services, performers, HEARTBEAT_MS)
    const door = openSockets(app.server, services, performers, HEARTBEAT_MS)
    app.addHook('preClose', async () => door.close())
  },
}
