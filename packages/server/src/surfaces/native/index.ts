/** The native surface: `/stemma/v1` by REST, server-sent events and WebSocket, all made from the contract. */
import { BASE_PATH, OPERATIONS } from '@stemma/contract'
import type { SurfaceModule } from '../../services.js'
import { eventToWire } from './event-wire.js'
import { performer } from './perform.js'
import { routes } from './routes.js'
import { openSockets } from './socket.js'
import { problemsAt } from './unrouted.js'

const HEARTBEAT_MS = 15_000

/** Where nobody else serves, problems are told in the words of this surface. */
export const nobodys = problemsAt('/')

export const nativeSurface = surfaceWith({ heartbeatMs: HEARTBEAT_MS })

/** The surface with a heart of another pace. */
export function surfaceWith({ heartbeatMs }: { readonly heartbeatMs: number }): SurfaceModule {
  return {
    name: 'native',
    webhookWords: eventToWire,
    unrouted: [problemsAt(`${BASE_PATH}/`)],
    async register(app, services) {
      const performers = new Map(OPERATIONS.map((each) => [each.name, performer(services, each)]))
      await routes(app, services, performers, heartbeatMs)
      const door = openSockets(services, performers, heartbeatMs)
      app.addHook('preClose', async () => door.close())
    },
  }
}
