/** The steps in the life of a party and of an account, which are the same: suspended and back, and closed for good. */
import type { Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { nextVersion } from '../checks.js'
import type { NodeStatus } from '../fields.js'
import type { Hierarchy } from '../hierarchy.js'

interface Step {
  /** What the event says that was done. */
  readonly event: string
  readonly from: readonly NodeStatus[]
  readonly to: NodeStatus
}

export const STEPS = {
  suspend: { event: 'suspended', from: ['active'], to: 'suspended' },
  reactivate: { event: 'reactivated', from: ['suspended'], to: 'active' },
  close: { event: 'closed', from: ['active', 'suspended'], to: 'closed' },
} as const satisfies Record<string, Step>

export type StepVerb = keyof typeof STEPS

/** Takes the step where the status allows it and nothing stands in its way; what the event says. */
export function takeStep(
  table: Hierarchy['parties'] | Hierarchy['accounts'],
  row: Row,
  { from, to }: Step,
  checkNothingInTheWay: () => void,
): { readonly before: { readonly status: NodeStatus }; readonly after: { readonly status: NodeStatus } } {
  const before = table.status.get(row)
  if (!from.includes(before))
    refuse('transition_invalid', `the ${table.prefix === 'acc' ? 'account' : 'party'} is ${before}`)
  checkNothingInTheWay()
  table.status.set(row, to)
  nextVersion(table, row)
  return { before: { status: before }, after: { status: to } }
}
