/** What is asked of orders that hang on the one that is placed. */
import { FILL_CONDITIONS, LINK_KINDS } from '../resources/links.js'
import { ORDER_TRIGGERS, ORDER_TYPES, SIDES } from '../resources/trading.js'
import { choice, flag, list, object, optional, price, quantity, text } from '../wire/index.js'

export const label = () =>
  text({
    max: 64,
    pattern: /^[\x20-\x7e]+$/,
    meaning: '1 to 64 printable characters',
    description: 'Your name for it; any number of orders may have the same',
  })

export const linked = object({
  kind: choice(LINK_KINDS, 'One or, of a bracket, two orders hang on this one'),
  condition: optional(choice(FILL_CONDITIONS, 'When a fill counts; `first_hit` unless said'), 'first_hit'),
  orders: list(
    object({
      side: choice(SIDES),
      type: choice(ORDER_TYPES),
      time_in_force: optional(choice(['gtc', 'day', 'ioc', 'fok'], '`gtc` unless said'), 'gtc'),
      quantity: quantity(),
      price: optional(price()),
      stop_price: optional(price()),
      trailing_offset: optional(price()),
      trigger: optional(choice(ORDER_TRIGGERS)),
      label: optional(label()),
      post_only: optional(flag(), false),
      reprices: optional(flag(), false),
      reduce_only: optional(flag(), false),
      must_wait: optional(
        flag('Ends where, once it is live, the price is there already that it waits for'),
        false,
      ),
    }),
    { min: 1, max: 2 },
  ),
})
