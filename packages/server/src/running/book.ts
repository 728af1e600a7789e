/**
 * The book in this process: its image, what makes it durable, its secrets and its effects. It lets nobody in by itself,
 * and does nothing before it is told to write.
 */
import { rmSync } from 'node:fs'
import { Engine } from '@stemma/core'
import type { KeyShelf, Store } from '@stemma/store'
import type { FastifyBaseLogger } from 'fastify'
import { Admission } from '../host/admission.js'
import type { Clock } from '../host/clock.js'
import { type Deliverer, EffectRunner } from '../host/effects.js'
import { EngineHost } from '../host/engine-host.js'
import { Lease, type Monotonic } from '../host/lease.js'
import { mailboxDeliverer } from '../host/mail.js'
import { makeOutbound, type Outbound } from '../host/outbound.js'
import { keyDestroyer, MasterKey, PartySealing, SecretKeyFault } from '../host/sealing.js'
import type { Timer } from '../host/timer.js'
import { venueDeliverer } from '../host/venues.js'
import { webhookDeliverer } from '../host/webhooks.js'
import type { Configuration } from '../ops/configuration.js'
import { Metrics } from '../ops/metrics.js'
import { SURFACES } from '../surfaces.js'

/** What a process brings along. */
export interface Surroundings {
  readonly configuration: Configuration
  readonly clock: Clock
  readonly timer: Timer
  readonly monotonic: Monotonic
  readonly log: FastifyBaseLogger
  /** The process cannot go on. */
  readonly fail: (error: Error) => void
}

export interface Kept {
  readonly store: Store
  readonly keys: KeyShelf
}

export interface RunningBook extends Kept {
  readonly engine: Engine
  readonly host: EngineHost
  /** Null where nobody else can write. */
  readonly lease: Lease | null
  readonly admission: Admission
  readonly metrics: Metrics
  readonly master: MasterKey
  /** True where the file of the secret key was made by this start. */
  readonly isSecretKeyFresh: boolean
  readonly sealing: PartySealing
  readonly outbound: Outbound
  readonly effects: EffectRunner
}

/** Throws SecretKeyFault where the book was written with another key. */
export async function wakeBook({ store, keys }: Kept, surroundings: Surroundings): Promise<RunningBook> {
  const { configuration, clock, monotonic, log, fail } = surroundings
  const { key: master, isFresh: isSecretKeyFresh } = MasterKey.open(configuration.secretKeyFile)
  const engine = new Engine()
  const loaded = await store.load(engine.image)
  engine.resume(loaded.results)
  const lease = store.sharing === 'shared' ? new Lease(store, monotonic, (error) => host.fail(error)) : null
  const admission = new Admission(lease)
  const host: EngineHost = new EngineHost({
    engine,
    store,
    clock,
    lease,
    onFatal: fail,
    onDurable: (batch, seconds) => {
      metrics.batch(batch, seconds)
      effects.take(batch)
    },
    onStreamFailed(error) {
      metrics.streamFailed()
      log.error({ err: error }, 'a stream of events has ended: what comes next could not be told')
    },
  })
  const metrics = metricsOf({ engine, host, store, admission })
  const sealing = new PartySealing(master, keys, engine, host)
  await checkKey(sealing, configuration.secretKeyFile, isSecretKeyFresh)
  const outbound = makeOutbound(configuration)
  const effects = new EffectRunner(engine, host, deliverers(engine, host, sealing, outbound), fail)
  return {
    ...{ store, keys, engine, host, lease, admission, metrics },
    ...{ master, isSecretKeyFresh, sealing, outbound, effects },
  }
}

/**
 * A key that this start made opens nothing of a book that has something sealed: it goes again, so that nobody keeps it
 * for the right one.
 */
async function checkKey(sealing: PartySealing, file: string, isFresh: boolean): Promise<void> {
  try {
    await sealing.check()
  } catch (thrown) {
    if (!isFresh || !(thrown instanceof SecretKeyFault)) throw thrown
    rmSync(file)
    throw new SecretKeyFault(
      `${file} is missing: put the copy of the secret key file there that this book was written with`,
      { cause: thrown },
    )
  }
}

const metricsOf = ({
  engine,
  host,
  store,
  admission,
}: Pick<RunningBook, 'engine' | 'host' | 'store' | 'admission'>): Metrics =>
  new Metrics({
    lagMilliseconds: () => store.lag().milliseconds,
    lagBatches: () => store.lag().batches,
    waitingAnswers: () => host.waiting,
    openStreams: () => host.hub.size,
    openEffects: () => engine.rooms.effects.table.size,
    durableSequence: () => host.durableSequence,
    isWriter: () => admission.isWriter,
  })

function deliverers(
  engine: Engine,
  host: EngineHost,
  sealing: PartySealing,
  outbound: Outbound,
): Record<'mail' | 'party_key' | 'venue' | 'webhook', Deliverer> {
  const words = new Map(
    SURFACES.flatMap(({ name, webhookWords }) => (webhookWords === undefined ? [] : [[name, webhookWords]])),
  )
  return {
    mail: mailboxDeliverer(host),
    party_key: keyDestroyer(sealing),
    venue: venueDeliverer(engine, sealing, outbound),
    webhook: webhookDeliverer(engine, sealing, outbound, words),
  }
}
