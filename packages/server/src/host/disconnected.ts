/**
 * Whose orders end because their connection did: a connection that is gone is fired step by step, and so are those that
 * were open when the process before this one ended. No connection outlives the process that it was made to.
 */
import { type AccountId, type Engine, openDisconnects, type Refusal } from '@stemma/core'
import type { Host } from '../services.js'
import type { Timer } from './timer.js'

/** What it takes to end the orders of a connection. */
interface Means {
  readonly host: Pick<Host, 'execute'>
  readonly timer: Timer
}

/** The orders of a connection stand as they were. */
export class ConnectionNotEnded extends Error {
  override readonly name = 'ConnectionNotEnded'
  constructor(private readonly refusal: Refusal) {
    super(`expected a connection to end: ${refusal.detail}`)
  }

  /** A server that stops takes no more commands: the next process ends them before it lets anybody in. */
  get isLeftToNextProcess(): boolean {
    return this.refusal.code === 'not_writer'
  }
}

/** How soon a server that takes no work at the moment is asked again. */
export const ASKED_AGAIN_AFTER_MILLISECONDS = 100

/**
 * Ends the orders of a connection of which the account asked for it; where it did not, nothing happens. A server that has
 * too much work is asked until it takes this: nobody else would. Throws ConnectionNotEnded where it takes no more.
 */
export async function endConnection(
  { host, timer }: Means,
  account: AccountId,
  connection: string,
): Promise<void> {
  for (let isMore = true; isMore; ) {
    const outcome = await host.execute({
      command: 'disconnects.fire',
      actor: { kind: 'system' },
      input: { account, connection },
    })
    if (outcome.kind === 'refused') await waitAfter(outcome.refusal, timer)
    else isMore = (outcome.result as { readonly more: boolean }).more
  }
}

function waitAfter(refusal: Refusal, timer: Timer): Promise<void> {
  if (refusal.code !== 'overloaded') throw new ConnectionNotEnded(refusal)
  return new Promise((resolve) => void timer.once(ASKED_AGAIN_AFTER_MILLISECONDS, resolve))
}

/** Before a process that begins to write lets anybody in. */
export async function endConnectionsBefore(engine: Engine, means: Means): Promise<void> {
  for (const { account, connection } of openDisconnects(engine.rooms))
    if (connection !== null) await endConnection(means, account, connection)
}
