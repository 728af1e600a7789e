/** What is asked of linked orders together; each of them is checked as an order of its own as well. */
import { refuse } from '../../refusals/index.js'
import type { TimeInForce } from '../fields.js'
import type { LinkedAsked } from './fields.js'

const ORDERS: Readonly<Record<LinkedAsked['kind'], number>> = {
  one_triggers_other: 1,
  one_cancels_other: 1,
  one_triggers_one_cancels_other: 2,
}

export function checkLinked(input: {
  readonly linked?: LinkedAsked | null
  readonly timeInForce: TimeInForce
}): void {
  const linked = input.linked ?? null
  if (linked === null) return
  const wanted = ORDERS[linked.kind]
  if (linked.orders.length !== wanted)
    refuse('malformed', `expected ${wanted} linked order${wanted === 1 ? '' : 's'}`, {
      field: '/linked/orders',
    })
  if (linked.kind === 'one_cancels_other' && (input.timeInForce === 'ioc' || input.timeInForce === 'fok'))
    refuse('malformed', 'orders that cancel each other have to rest', { field: '/time_in_force' })
}
