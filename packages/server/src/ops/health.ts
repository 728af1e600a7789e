/**
 * `/health/live`: the process runs. `/health/ready`: requests may be sent to it, and whether it writes or stands by.
 * `/metrics`: what it does.
 */
import type { Store } from '@stemma/store'
import type { FastifyInstance } from 'fastify'
import type { Admission } from '../host/admission.js'
import type { EngineHost } from '../host/engine-host.js'
import type { Metrics } from './metrics.js'
import { VERSION } from './version.js'

export interface Watched {
  readonly store: Store
  readonly host: EngineHost
  readonly admission: Admission
  /** A standby hands requests on to the writer. */
  readonly mayForward: boolean
  readonly metrics: Metrics
}

export async function registerHealth(
  app: FastifyInstance,
  { store, host, admission, mayForward, metrics }: Watched,
): Promise<void> {
  app.get('/health/live', async () => ({ status: 'live', version: VERSION }))
  app.get('/health/ready', async (_request, reply) => {
    const { isWriter, writer, writerUrl } = admission
    const isReady = isWriter ? host.isTakingWork : mayForward && writerUrl !== null
    return reply.code(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'not_ready',
      role: isWriter ? 'writer' : 'standby',
      ...(isWriter ? {} : { writer }),
      version: VERSION,
      durable_sequence: host.durableSequence,
      tables_lag_milliseconds: Math.round(store.lag().milliseconds),
    })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
