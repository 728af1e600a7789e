/** How orders hang together, on the wire. */
import { choice, flag, id, list, object, quantity } from '../wire/index.js'

export const LINK_KINDS = [
  'one_triggers_other',
  'one_cancels_other',
  'one_triggers_one_cancels_other',
] as const
export const FILL_CONDITIONS = ['first_hit', 'complete_fill', 'incremental'] as const

/** How an order hangs together with others. */
export const link = object({
  kind: choice(LINK_KINDS),
  condition: choice(FILL_CONDITIONS),
  primary: id('ord', 'The first of them'),
  triggers: list(id('ord'), { max: 2 }),
  cancels: list(id('ord'), { max: 2 }),
  asked: quantity('Of it in all, where parts are triggered on their own'),
  is_waiting: flag('In no book until its primary is filled'),
})
