/** `risk_limits.clear`: a limit is no more. What it has locked stays locked until that is lifted. */
import { command, type Need } from '../../../image/index.js'
import { refuse } from '../../../refusals/index.js'
import type { LimitsContext } from '../context.js'
import type { LossLockoutId, RiskLimitId } from '../fields.js'
import { liftLockout } from '../lockouts.js'
import { limitView } from '../views.js'

export type ClearRiskLimit = { readonly limit: RiskLimitId }

export const clearRiskLimit = command({
  name: 'risk_limits.clear',
  scope: 'risk:write',
  needs: ({ margin, settings }: LimitsContext, { limit }: ClearRiskLimit): readonly Need[] => {
    const { table } = margin.limits
    const row = table.find(limit)
    const authority = row < 0 ? limit : table.authority.get(row)
    return [{ ability: 'administer', target: settings.nodes.targetOf(authority) ?? { party: authority } }]
  },
  decide({ margin, hierarchy, emit }, { limit }) {
    const { limits } = margin
    const row = limits.table.row(limit)
    const before = limitView(limits, hierarchy, row)
    const node = limits.table.node.get(row)
    limits.table.remove(row)
    const rated = limits.rates.find(node)
    if (rated >= 0 && !limits.ofNode.some(node, (each) => limits.table.orderRate.get(each) !== null))
      limits.rates.remove(rated)
    emit({
      kind: 'risk_limit.cleared',
      subject: `rlm_${limit}`,
      paths: [hierarchy.pathOfNode(node)],
      data: { before, after: null },
    })
    return { limit }
  },
})

export type LiftLossLockout = { readonly lockout: LossLockoutId }

/** `loss_lockouts.lift`: only whoever administers the node that set the limit may let its orders increase again. */
export const liftLossLockout = command({
  name: 'loss_lockouts.lift',
  scope: 'risk:write',
  needs: ({ margin, settings }: LimitsContext, { lockout }: LiftLossLockout): readonly Need[] => {
    const { lockouts } = margin.limits
    const row = lockouts.find(lockout)
    const authority = row < 0 ? lockout : lockouts.authority.get(row)
    return [{ ability: 'administer', target: settings.nodes.targetOf(authority) ?? { party: authority } }]
  },
  decide(context, { lockout }) {
    const { lockouts } = context.margin.limits
    const row = lockouts.row(lockout)
    if (lockouts.state.get(row) === 'lifted') refuse('transition_invalid', 'the lock was lifted before')
    liftLockout(context, row)
    return { lockout }
  },
})
