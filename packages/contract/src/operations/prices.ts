/** Prices from outside: the last of each instrument that changed, many at once. */
import { operation } from '../operation.js'
import { EXAMPLE } from '../resources/common.js'
import { indexName } from '../resources/market.js'
import { count, id, instant, list, object, optional, price } from '../wire/index.js'

export const PRICES_OF_REQUEST_MAX = 1_000
const INDEXES_MAX = 1_000

export const PRICE_OPERATIONS = [
  operation('prices.publish', {
    kind: 'command',
    method: 'POST',
    path: '/prices',
    summary: 'Publish the last price of each instrument and index that changed',
    description:
      'With them go the prices of indexes, which derivatives follow: the first price of a name makes the index. Send one request for all that changed since the last one, each instrument once. Positions are valued at the published price from then on, and stops of instruments that name it as their trigger follow it. The figures of the instruments keep the prices; no event is made of each.',
    scope: 'prices:write',
    input: object({
      prices: optional(
        list(object({ instrument: id('ins'), price: price('Its mark') }), { max: PRICES_OF_REQUEST_MAX }),
        [],
      ),
      indexes: optional(
        list(object({ name: indexName(), price: price('What it stands at') }), {
          max: PRICES_OF_REQUEST_MAX,
        }),
        [],
      ),
    }),
    output: object({
      published: count({ description: 'How many instruments and indexes' }),
      sequence: count({ description: 'Its place in the book; durable by the time of the answer' }),
    }),
    refusals: ['instrument_unknown', 'limit_reached'],
    example: {
      request: { prices: [{ instrument: 'ins_80', price: '0.61' }] },
      response: { published: 1, sequence: 901 },
    },
  }),
  operation('indexes.list', {
    kind: 'query',
    method: 'GET',
    path: '/indexes',
    summary: 'List what the indexes stand at',
    scope: 'marketdata:read',
    input: object({}),
    output: object({
      items: list(object({ name: indexName(), price: price(), priced_at: instant() }), {
        max: INDEXES_MAX,
      }),
    }),
    refusals: [],
    example: {
      request: {},
      response: { items: [{ name: 'btc_usd', price: '100000', priced_at: EXAMPLE.at }] },
    },
  }),
] as const
