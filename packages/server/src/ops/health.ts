/** `/health/live`: the process runs. `/health/ready`: it can take work. `/metrics`: what it does. */
import type { Engine } from '@stemma/core'
import type { Store } from '@stemma/store'
import type { FastifyInstance } from 'fastify'
import type { EngineHost } from '../host/engine-host.js'
import type { Metrics } from './metrics.js'
import { VERSION } from './version.js'

export interface Watched {
  readonly store: Store
  readonly host: EngineHost
  readonly engine: Engine
  readonly metrics: Metrics
}

export async function registerHealth(
  app: FastifyInstance,
  { store, host, engine, metrics }: Watched,
): Promise<void> {
  app.get('/health/live', async () => ({ status: 'live', version: VERSION }))
  app.get('/health/ready', async (_request, reply) => {
    const isReady = host.isTakingWork && engine.rooms.hierarchy.parties.size > 0
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'not_ready',
      role: 'writer',
      version: VERSION,
      durable_sequence: host.durableSequence,
      tables_lag_milliseconds: Math.round(store.lag().milliseconds),
    })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
