/** `risk_limits.list`, `risk_limits.effective` and `loss_lockouts.list`: what is set at a node, and what holds there. */
import { query } from '../../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../../market/index.js'
import type { LimitsContext } from '../context.js'
import type { NodeId } from '../fields.js'
import {
  type EffectiveLimit,
  figuresOf,
  LIMIT_KINDS,
  type LimitFigure,
  limitView,
  lockoutView,
} from '../views.js'
import { nodesAbove } from '../way-up.js'

interface OfNode {
  readonly node: NodeId
}

const readNode = ({ settings }: LimitsContext, { node }: OfNode) => [
  { ability: 'read' as const, target: settings.nodes.targetOf(node) ?? { party: node } },
]

export const listRiskLimits = query({
  name: 'risk_limits.list',
  scope: 'risk:read',
  needs: readNode,
  /** The limits that stand at the node itself, in order of creation. */
  read: ({ margin, hierarchy }: LimitsContext, { node }: OfNode) => ({
    items: margin.limits.ofNode.of(node).map((row) => limitView(margin.limits, hierarchy, row)),
  }),
})

export const effectiveRiskLimits = query({
  name: 'risk_limits.effective',
  scope: 'risk:read',
  needs: readNode,
  /** The strictest of each kind, in an instrument or in all, with the node that it comes from. */
  read(
    { margin, hierarchy, market }: LimitsContext,
    { node, instrument }: OfNode & { readonly instrument: InstrumentId | null },
  ): { readonly items: readonly EffectiveLimit[] } {
    const { limits } = margin
    const { table } = limits
    const own =
      instrument === null ? null : market.instruments.currency.get(instrumentRow(market, instrument))
    const found = new Map<string, { readonly figure: LimitFigure; readonly shown: EffectiveLimit }>()
    for (const source of nodesAbove(hierarchy, node)) {
      for (const row of limits.ofNode.of(source)) {
        const [of, currency] = [table.instrument.get(row), table.currency.get(row)]
        if (of !== null && of !== instrument) continue
        if (own !== null && currency !== null && currency !== own) continue
        for (const figure of figuresOf(limits, row)) {
          const key = `${figure.kind} ${currency ?? ''}`
          const known = found.get(key)
          if (known !== undefined && !isStricter(figure, known.figure)) continue
          const { kind, text } = figure
          const shown = { kind, value: text, currency, instrument: of, source: hierarchy.nameOfNode(source) }
          found.set(key, { figure, shown: { ...shown, limit: table.id(row) } })
        }
      }
    }
    const items = [...found.values()].map(({ shown }) => shown)
    return { items: items.sort((left, right) => rank(left) - rank(right)) }
  },
})

const rank = ({ kind }: EffectiveLimit): number => LIMIT_KINDS.indexOf(kind)
const isStricter = (one: LimitFigure, other: LimitFigure): boolean =>
  one.kind === 'price_low' ? one.value > other.value : one.value < other.value

export const listLossLockouts = query({
  name: 'loss_lockouts.list',
  scope: 'risk:read',
  needs: readNode,
  /** The locks that a node is under, its own and those above it, nearest first; lifted ones until their day is over. */
  read: ({ margin, hierarchy }: LimitsContext, { node }: OfNode) => ({
    items: [...nodesAbove(hierarchy, node)].flatMap((each) =>
      margin.limits.lockoutsOf.of(each).map((row) => lockoutView(margin.limits, hierarchy, row)),
    ),
  }),
})

export const RISK_QUERIES = [listRiskLimits, effectiveRiskLimits, listLossLockouts] as const
