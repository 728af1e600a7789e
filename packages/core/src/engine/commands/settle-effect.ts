/**
 * `effects.settle`: the host's answer to an effect. Delivered, or given up: the row goes. Failed for now: it is tried
 * again at the given time. The events of the attempts are the attempt log.
 */
import type { PartyId } from '../../hierarchy/index.js'
import { command, type EffectId, type Instant } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { EngineContext } from '../context.js'

export type SettleEffect = {
  readonly effect: EffectId
  readonly isDelivered: boolean
  /** What the other side said, in one line; nothing secret. */
  readonly detail: string
  /** When to try again; null: do not. */
  readonly nextAttemptAt: Instant | null
}

export const settleEffect = command({
  name: 'effects.settle',
  scope: 'webhooks:write',
  needs: () => [],
  decide(context: EngineContext, { effect, isDelivered, detail, nextAttemptAt }: SettleEffect) {
    const { doer, effects, emit, hierarchy } = context
    if (doer.credential !== null || !effects.table.has(effect))
      refuse('not_visible', 'there is no such thing within reach')
    const row = effects.table.row(effect)
    const attempts = effects.table.attempts.get(row) + 1
    const [kind, target] = [effects.table.kind.get(row), effects.table.target.get(row)]
    const owner = effects.table.party.get(row)
    const path = hierarchy.pathOf(owner === null ? hierarchy.root : hierarchy.parties.row(owner as PartyId))
    if (isDelivered || nextAttemptAt === null) effects.table.remove(row)
    else {
      effects.table.attempts.set(row, attempts)
      effects.table.nextAttemptAt.set(row, nextAttemptAt)
    }
    emit({
      kind: isDelivered ? 'effect.delivered' : 'effect.failed',
      subject: `eff_${effect}`,
      paths: [path],
      data: { kind, target, attempt: attempts, detail, nextAttemptAt },
    })
    return {}
  },
})
