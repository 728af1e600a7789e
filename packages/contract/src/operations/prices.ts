/** Prices from outside: the last of each instrument that changed, many at once. */
import { operation } from '../operation.js'
import { count, id, list, object, price } from '../wire/index.js'

export const PRICES_OF_REQUEST_MAX = 1_000

export const PRICE_OPERATIONS = [
  operation('prices.publish', {
    kind: 'command',
    method: 'POST',
    path: '/prices',
    summary: 'Publish the last price of each instrument that changed',
    description:
      'Send one request for all that changed since the last one, each instrument once. Positions are valued at the published price from then on, and stops of instruments that name it as their trigger follow it. The figures of the instruments keep the prices; no event is made of each.',
    scope: 'prices:write',
    input: object({
      prices: list(object({ instrument: id('ins'), price: price() }), { min: 1, max: PRICES_OF_REQUEST_MAX }),
    }),
    output: object({
      published: count({ description: 'How many instruments' }),
      sequence: count({ description: 'Its place in the book; durable by the time of the answer' }),
    }),
    refusals: ['instrument_unknown'],
    example: {
      request: { prices: [{ instrument: 'ins_80', price: '0.61' }] },
      response: { published: 1, sequence: 901 },
    },
  }),
] as const
