/** `risk_limits.set`: what a node may do at most, in all or in one instrument. It takes the place of what was said before. */
import { command, type Need, type Row } from '../../../image/index.js'
import { refuse } from '../../../refusals/index.js'
import { checkBounds, LIMITS_OF_NODE_MAX, type SetRiskLimit } from '../bounds.js'
import type { LimitsContext } from '../context.js'
import type { NodeId, RiskLimitId } from '../fields.js'
import { checkLossesOf } from '../lockouts.js'
import { limitView } from '../views.js'
import { nodesAbove } from '../way-up.js'

const administer = ({ settings }: LimitsContext, node: NodeId): Need => ({
  ability: 'administer',
  target: settings.nodes.targetOf(node) ?? { party: node },
})

export const setRiskLimit = command({
  name: 'risk_limits.set',
  scope: 'risk:write',
  needs: (context: LimitsContext, { node, authority }: SetRiskLimit) =>
    [node, ...(authority === null ? [] : [authority])].map((each) => administer(context, each)),
  decide(context, input) {
    const { margin, hierarchy, image, now, doer, emit } = context
    const { limits } = margin
    const currency = checkBounds(context, input)
    const authority = input.authority ?? input.node
    if (![...nodesAbove(hierarchy, input.node)].includes(authority))
      refuse('malformed', 'expected the node itself or one above it', { field: '/authority' })
    const known = limits.ofNode
      .of(input.node)
      .find((row) => isSame(context, row, { ...input, authority, currency }))
    if (known === undefined && limits.ofNode.count(input.node) >= LIMITS_OF_NODE_MAX)
      refuse('limit_reached', `a node has at most ${LIMITS_OF_NODE_MAX} limits`)
    const before = known === undefined ? null : limitView(limits, hierarchy, known)
    const id = known === undefined ? image.newId<RiskLimitId>() : limits.table.id(known)
    if (known !== undefined) limits.table.remove(known)
    const row = limits.table.insert(id, { ...input, authority, currency, setBy: doer.user, updatedAt: now })
    emit({
      kind: 'risk_limit.set',
      subject: `rlm_${id}`,
      paths: [hierarchy.pathOfNode(input.node)],
      data: { before, after: limitView(limits, hierarchy, row) },
    })
    checkLossesOf(context, input.node)
    return { limit: id }
  },
})

function isSame(
  { margin }: LimitsContext,
  row: Row,
  { authority, instrument, currency }: Pick<SetRiskLimit, 'authority' | 'instrument' | 'currency'>,
): boolean {
  const { table } = margin.limits
  return (
    table.authority.get(row) === authority &&
    table.instrument.get(row) === instrument &&
    table.currency.get(row) === currency
  )
}
