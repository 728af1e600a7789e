/** Market-maker protection: set, triggered by fills, and reset. */
import { operation } from '../operation.js'
import { EXAMPLE } from '../resources/common.js'
import { EXAMPLE_PROTECTION, protection } from '../resources/protections.js'
import { count, id, list, nullable, object, optional, price, text } from '../wire/index.js'
import { quoteGroup } from './market-making.js'

export const PROTECTION_OPERATIONS = [
  operation('protections.set', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/protections',
    summary: 'Protect an account’s market making in what follows an index',
    description:
      'When fills of its protected orders within an interval come to a limit, those that are open are cancelled at once, and none are taken until the freeze is over. An interval of 0 takes the protection away, and its orders. With a group it is of the quotes of that group instead; an account has 16 of them.',
    scope: 'orders:write',
    input: object({
      account: id('acc'),
      index: text({ max: 64, description: 'The index, by its name' }),
      group: optional(quoteGroup()),
      interval_seconds: count({ description: '1 to 60; 0 takes it away' }),
      frozen_seconds: optional(count({ description: '0 to 3,600; 0: until it is reset' }), 0),
      quantity_limit: optional(price('Of the coin: what fills may come to')),
      delta_limit: optional(price('Of the coin: what they may leave open')),
      side_quantity_max: optional(
        price('Of the coin: what its open orders may come to, on a side of an instrument'),
      ),
    }),
    output: object({ protection: nullable(id('mmp')), sequence: count() }),
    refusals: ['not_visible', 'level_insufficient', 'limit_reached'],
    example: {
      request: {
        account: EXAMPLE.account,
        index: 'btc_usd',
        interval_seconds: 5,
        frozen_seconds: 30,
        quantity_limit: '3',
        delta_limit: '1.5',
      },
      response: { protection: 'mmp_93', sequence: 985 },
    },
  }),
  operation('protections.reset', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/protections/reset',
    summary: 'Go on after market-maker protection was triggered',
    scope: 'orders:write',
    input: object({
      account: id('acc'),
      index: text({ max: 64, description: 'The index, by its name' }),
      group: optional(quoteGroup()),
    }),
    output: object({ protection: id('mmp'), sequence: count() }),
    refusals: ['not_visible', 'level_insufficient'],
    example: {
      request: { account: EXAMPLE.account, index: 'btc_usd' },
      response: { protection: 'mmp_93', sequence: 986 },
    },
  }),
  operation('protections.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/protections',
    summary: 'List how an account’s market making is protected, and what is frozen now',
    scope: 'orders:read',
    input: object({ account: id('acc') }),
    output: object({ items: list(protection, { max: 50 }) }),
    refusals: ['not_visible'],
    example: { request: { account: EXAMPLE.account }, response: { items: [EXAMPLE_PROTECTION] } },
  }),
] as const
