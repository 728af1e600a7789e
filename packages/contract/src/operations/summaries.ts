/** What a node of the tree comes to, with everything beneath it. */
import { operation } from '../operation.js'
import { EXAMPLE, page, paging } from '../resources/common.js'
import { MARGIN_MODELS } from '../resources/margin.js'
import {
  amount,
  choice,
  count,
  currency,
  id,
  list,
  nullable,
  object,
  price,
  quantity,
  text,
} from '../wire/index.js'

const SUMMARY = operation('nodes.summary', {
  kind: 'query',
  method: 'GET',
  path: '/nodes/{party}/summary',
  summary: 'Read the sums of a party and everything beneath it',
  description: 'Kept with every posting, so it costs the same for one account and for a million.',
  scope: 'balances:read',
  input: object({ party: id('pty') }),
  output: object({
    party: id('pty'),
    parties: count(),
    accounts: count(),
    currencies: list(
      object({
        currency: currency(),
        positive: amount('currency', 'Sum of the balances above zero'),
        negative: amount('currency', 'Sum of the balances below zero'),
        net: amount('currency'),
        held: amount('currency'),
        positions_long: amount('currency', 'What is long, at the present prices'),
        positions_short: amount('currency', 'What is short, below zero'),
        unpriced: count({ description: 'Instruments that are held and have no price: not in the value' }),
        value: amount('currency', 'Money and positions together, exact at the sequence'),
      }),
      { max: 200 },
    ),
    margin: list(
      object({
        currency: currency(),
        model: choice(MARGIN_MODELS),
        portfolios: count({ description: 'Accounts and groups that are summed' }),
        requirement: amount('currency'),
        excess: amount('currency', 'Summed over those that have some'),
        deficit: amount('currency', 'Summed over those that lack some; never netted'),
        oldest: count({ description: 'The sequence at which the oldest of the figures was reckoned' }),
      }),
      { max: 400 },
    ),
    sequence: count({ description: 'What all of it is as of; the figures of margin are as old as they say' }),
  }),
  refusals: ['not_visible'],
  example: {
    request: { party: EXAMPLE.member },
    response: {
      party: EXAMPLE.member,
      parties: 3,
      accounts: 2,
      currencies: [
        {
          currency: 'USD',
          positive: '1250.00',
          negative: '0.00',
          net: '1250.00',
          held: '0.00',
          positions_long: '60.00',
          positions_short: '0.00',
          unpriced: 0,
          value: '1310.00',
        },
      ],
      margin: [
        {
          currency: 'USD',
          model: 'fully_collateralised',
          portfolios: 1,
          requirement: '0.00',
          excess: '1250.00',
          deficit: '0.00',
          oldest: 901,
        },
      ],
      sequence: 903,
    },
  },
})

const POSITIONS = operation('nodes.positions', {
  kind: 'query',
  method: 'GET',
  path: '/nodes/{party}/positions',
  summary: 'List what a party and everything beneath it holds, by instrument',
  scope: 'positions:read',
  input: object({ party: id('pty'), ...paging }),
  output: page(
    object({
      instrument: id('ins'),
      symbol: text({ max: 64 }),
      currency: currency(),
      quantity_scale: count({ max: 9 }),
      long: quantity('What the accounts that are long hold together'),
      long_cost: amount('currency'),
      short: quantity('What the accounts that are short owe together'),
      short_cost: amount('currency', 'What the shorts brought in, below zero'),
      price: nullable(price('What it is valued at')),
      value: nullable(amount('currency', 'Of the longs less the shorts')),
    }),
  ),
  refusals: ['not_visible'],
  example: { request: { party: EXAMPLE.member }, response: { items: [], next_cursor: null } },
})

export const SUMMARY_OPERATIONS = [SUMMARY, POSITIONS] as const
