/** The five locks where the engine is not asked by a command or a query of its own. */
import { type Need, Refused } from '@stemma/core'
import type { Host } from '../../services.js'
import type { Call } from './call.js'

export async function refuseUnauthorized(
  host: Pick<Host, 'authorize'>,
  { caller, operation }: Pick<Call, 'caller' | 'operation'>,
  needs: readonly Need[],
): Promise<void> {
  const allowed = await host.authorize(caller.actor, operation.scope ?? '', needs)
  if (allowed.kind === 'refused') throw new Refused(allowed.refusal)
}
