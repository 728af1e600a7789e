/** What a market maker quotes: both sides of many instruments at once. */
import { operation } from '../operation.js'
import { EXAMPLE } from '../resources/common.js'
import { SIDES } from '../resources/trading.js'
import {
  choice,
  count,
  fields,
  flag,
  id,
  instrumentRef,
  list,
  nullable,
  object,
  optional,
  price,
  quantity,
  text,
} from '../wire/index.js'

const printable = (description: string) =>
  text({ max: 64, pattern: /^[\x20-\x7e]+$/, meaning: '1 to 64 printable characters', description })

/** The account's name for quotes that are protected together. */
export const quoteGroup = () => printable('The group of protection; case counts')
/** The sender's name for quotes that are cancelled together. */
export const quoteSet = (description: string) => printable(description)

const side = object({
  price: optional(price('Left out: it stays')),
  quantity: optional(
    quantity('Of the whole order, what is filled included. Left out: it stays; 0 takes the side away'),
  ),
  post_only: optional(flag('Ends where it would take'), false),
  reprices: optional(flag('With `post_only`: rests a tick behind where it would take'), false),
})

export const MARKET_MAKING_OPERATIONS = [
  operation('orders.quote', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/quotes',
    summary:
      'Quote in up to 100 instruments: bids and asks are placed, changed and taken away by one request',
    description:
      'Of an account, group, instrument and side there is one quote; the next takes its place. Each side is judged by itself, and one that does not pass ends what stood there. What is wrong with the request or with the group refuses it as a whole.',
    scope: 'orders:write',
    input: object({
      account: id('acc'),
      group: quoteGroup(),
      quote_id: printable('Your name for this message, which its orders carry'),
      quotes: list(
        object({
          instrument: instrumentRef('Follows the index of the group'),
          quote_set: optional(quoteSet('Your name for quotes that you may cancel together')),
          bid: optional(side),
          ask: optional(side),
        }),
        { min: 1, max: 100 },
      ),
    }),
    output: object({
      sides: list(
        object({
          instrument: id('ins'),
          side: choice(SIDES),
          order: nullable(id('ord', 'Null where there is none')),
          fault: nullable(
            object({
              code: text({ max: 64 }),
              text: text({ max: 500 }),
              data: optional(fields('The figures behind it')),
            }),
          ),
        }),
        { max: 200 },
      ),
      sequence: count(),
    }),
    refusals: [
      'not_visible',
      'level_insufficient',
      'account_not_active',
      'party_suspended',
      'blocked',
      'permission_missing',
      'instrument_unknown',
      'order_rejected',
    ],
    example: {
      request: {
        account: EXAMPLE.account,
        group: 'near',
        quote_id: '1',
        quotes: [
          {
            instrument: 'BTC-PERPETUAL',
            quote_set: 'futures',
            bid: { price: '99990', quantity: '100' },
            ask: { price: '100010', quantity: '100' },
          },
        ],
      },
      response: {
        sides: [
          { instrument: EXAMPLE.instrument, side: 'buy', order: EXAMPLE.order, fault: null },
          { instrument: EXAMPLE.instrument, side: 'sell', order: 'ord_82', fault: null },
        ],
        sequence: 987,
      },
    },
  }),
] as const
