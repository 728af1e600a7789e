/**
 * A writer that is told to end waits for what is under way, and so for the store. One that has not answered for the
 * whole of this time may never do so: the process ends without it. Nobody was told that what it still held had happened.
 */
import type { EngineHost } from '../host/engine-host.js'
import type { Lease } from '../host/lease.js'
import type { Timer } from '../host/timer.js'

export const STOP_MILLISECONDS_MAX = 10_000

export class StoreSilent extends Error {
  override readonly name = 'StoreSilent'
  constructor() {
    super(`expected the store to answer within ${STOP_MILLISECONDS_MAX / 1_000} seconds of the stop`)
  }
}

/** Does the work of ending; rejects with StoreSilent, and has the host fail, where the store is silent meanwhile. */
export async function unlessSilent(
  work: () => Promise<void>,
  host: Pick<EngineHost, 'fail'>,
  lease: Lease | null,
  timer: Timer,
): Promise<void> {
  if (lease === null) return work()
  let stopLooking = (): void => {}
  const silent = new Promise<never>((_resolve, reject) => {
    stopLooking = timer.every(STOP_MILLISECONDS_MAX, () => {
      if (lease.isHeld) return
      const error = new StoreSilent()
      reject(error)
      host.fail(error)
    })
  })
  try {
    await Promise.race([work(), silent])
  } finally {
    stopLooking()
  }
}
