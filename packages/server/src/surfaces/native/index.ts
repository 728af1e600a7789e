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

export const nativeSurface = surfaceWith({ heartbeatMs: HEARTBEAT_MS })

/** The surface with a heart of another pace. */
export function surfaceWith({ heartbeatMs }: { readonly heartbeatMs: number }): SurfaceModule {
  return {
    name: 'native',
    webhookWords: eventToWire,
    undecodable: {
      prefix: `${BASE_PATH}/`,
      answer(request, reply) {
        const requestId = requestIdOf(request.headers)
        const fault = { code: 'malformed', detail: 'the address cannot be decoded' } as const
        send(reply, problem(fault, requestId), requestId)
      },
    },
    async register(app, services) {
      const performers = new Map(OPERATIONS.map((each) => [each.name, performer(services, each)]))
      await routes(app, services, performers, heartbeatMs)
      const door = openSockets(app.server, services, performers, heartbeatMs)
      app.addHook('preClose', async () => door.close())
    },
  }
}
