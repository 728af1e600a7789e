/**
 * Whose orders end because their connection did: a connection that is gone is fired step by step, and so are those that
 * were open when the process before this one ended. No connection outlives the process that it was made to.
 */
import { type AccountId, type Engine, openDisconnects } from '@stemma/core'
import type { Host } from '../services.js'

/** Ends the orders of a connection of which the account asked for it; where it did not, nothing happens. */
export async function endConnection(
  host: Pick<Host, 'execute'>,
  account: AccountId,
  connection: string,
): Promise<void> {
  for (let isMore = true; isMore; ) {
    const outcome = await host.execute({
      command: 'disconnects.fire',
      actor: { kind: 'system' },
      input: { account, connection },
    })
    if (outcome.kind === 'refused') throw new Error(`expected a connection to end: ${outcome.refusal.detail}`)
    isMore = (outcome.result as { readonly more: boolean }).more
  }
}

/** Before a process that begins to write lets anybody in. */
export async function endConnectionsBefore(engine: Engine, host: Pick<Host, 'execute'>): Promise<void> {
  for (const { account, connection } of openDisconnects(engine.rooms))
    if (connection !== null) await endConnection(host, account, connection)
}
