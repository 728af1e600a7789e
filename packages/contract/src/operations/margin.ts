/** What an account can do with its money: as it is, and as it would be with other orders, positions or another model. */
import { operation } from '../operation.js'
import { EXAMPLE, page } from '../resources/common.js'
import {
  comparedModels,
  EXAMPLE_ASSESSMENT,
  EXAMPLE_PORTFOLIO,
  EXAMPLE_SIMULATED,
  MARGIN_MODEL_TYPES,
  margin,
  portfolio,
  SIMULATED_POSITIONS_MAX,
  simulated,
} from '../resources/margin.js'
import {
  amount,
  choice,
  count,
  currency,
  flag,
  id,
  instant,
  instrumentRef,
  list,
  object,
  optional,
  price,
  quantity,
  target,
} from '../wire/index.js'

const PORTFOLIOS = operation('portfolios.list', {
  kind: 'query',
  method: 'GET',
  path: '/nodes/{node}/portfolios',
  summary: 'Read what an account or an account group came to last, in each currency',
  description:
    'As it was last reckoned: `margin.get` reckons one currency of an account anew, `nodes.summary` has the sums of a party. Empty for what never held a position.',
  scope: 'balances:read',
  input: object({ node: target(['acc', 'grp'], 'An account or a group') }),
  output: page(portfolio),
  refusals: ['not_visible'],
  example: {
    request: { node: EXAMPLE.account },
    response: { items: [EXAMPLE_PORTFOLIO], next_cursor: null },
  },
})

const ofAccount = { account: id('acc'), currency: currency() } as const

/** Nothing of these trades or changes anything. */
const WHAT_IF = [
  operation('margin.of_quantity', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/order-margin',
    summary: 'Read what an order would add to the initial margin, bought and sold',
    description:
      'To what the position of its instrument requires, by the order alone: what reduces adds nothing, and fees are left out. Of what is paid for whole it is what that takes.',
    scope: 'orders:read',
    input: object({
      account: id('acc'),
      instrument: instrumentRef(),
      quantity: quantity('Above zero, in whole lots'),
      price: price('Above zero'),
    }),
    output: object({ currency: currency('What it settles in'), buy: amount(), sell: amount() }),
    refusals: ['not_visible', 'instrument_unknown', 'order_rejected'],
    example: {
      request: { account: EXAMPLE.account, instrument: 'BTC-PERPETUAL', quantity: '98000', price: '98000' },
      response: { currency: 'BTC', buy: '0.02005000', sell: '0.02005000' },
    },
  }),
  operation('margin.of_order', {
    kind: 'query',
    method: 'GET',
    path: '/orders/{order}/margin',
    summary: 'Read what an open order adds to the initial margin by itself',
    description: 'Of what it still may fill, at its price.',
    scope: 'orders:read',
    input: object({ order: id('ord') }),
    output: object({ currency: currency(), initial_margin: amount() }),
    refusals: ['not_visible', 'order_rejected'],
    example: {
      request: { order: EXAMPLE.order },
      response: { currency: 'BTC', initial_margin: '0.02005000' },
    },
  }),
  operation('margin.simulate', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/margin/{currency}/simulated',
    summary: 'Read what an account would come to in a currency if it held other positions',
    description: 'Each is taken at its mark. In a query `positions` is JSON.',
    scope: 'balances:read',
    input: object({
      ...ofAccount,
      positions: list(
        object({ instrument: instrumentRef(), quantity: quantity('In whole lots; below zero short') }),
        { max: SIMULATED_POSITIONS_MAX },
      ),
      is_added: optional(
        flag('Beside the positions that it has in the currency, unless said; false: in their place'),
        true,
      ),
    }),
    output: simulated,
    refusals: [
      'not_visible',
      'currency_unknown',
      'instrument_unknown',
      'currencies_differ',
      'order_rejected',
      'amount_out_of_range',
    ],
    example: {
      request: {
        account: EXAMPLE.account,
        currency: 'BTC',
        positions: [{ instrument: 'BTC-PERPETUAL', quantity: '98000' }],
      },
      response: EXAMPLE_SIMULATED,
    },
  }),
  operation('margin.project', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/margin/{currency}/projected',
    summary: 'Read the margins of an account once all that expires by a time is gone',
    scope: 'balances:read',
    input: object({ ...ofAccount, expiring_by: instant() }),
    output: object({ ...ofAccount, initial_margin: amount(), maintenance_margin: amount() }),
    refusals: ['not_visible', 'currency_unknown', 'order_rejected'],
    example: {
      request: { account: EXAMPLE.account, currency: 'BTC', expiring_by: EXAMPLE.at },
      response: {
        account: EXAMPLE.account,
        currency: 'BTC',
        initial_margin: '0.02005000',
        maintenance_margin: '0.01005000',
      },
    },
  }),
  operation('margin.compare_models', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/margin-model/compared',
    summary:
      'Read what an account comes to in each of its currencies, as it is and under another margin model',
    scope: 'balances:read',
    input: object({ account: id('acc'), type: choice(MARGIN_MODEL_TYPES) }),
    output: page(comparedModels),
    refusals: ['not_visible', 'transition_invalid'],
    example: {
      request: { account: EXAMPLE.account, type: 'cross_standard' },
      response: {
        items: [{ currency: 'BTC', before: EXAMPLE_ASSESSMENT, after: EXAMPLE_ASSESSMENT }],
        next_cursor: null,
      },
    },
  }),
] as const

const OF_MODEL = [
  operation('margin.change_model', {
    kind: 'command',
    method: 'PUT',
    path: '/accounts/{account}/margin-model',
    summary: 'Margin an account currency by currency, or across all that have an index',
    description:
      'The account has to hold what the other model requires, unless it lacks no more than before.',
    scope: 'accounts:write',
    input: object({ account: id('acc'), type: choice(MARGIN_MODEL_TYPES) }),
    output: object({ account: id('acc'), version: count({ min: 1 }), sequence: count() }),
    refusals: ['not_visible', 'level_insufficient', 'transition_invalid', 'margin_insufficient'],
    example: {
      request: { account: EXAMPLE.account, type: 'cross_standard' },
      response: { account: EXAMPLE.account, version: 2, sequence: 989 },
    },
  }),
  operation('margin.get', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/margin/{currency}',
    summary: 'Read what an account can do with its money, each figure with its derivation',
    scope: 'balances:read',
    input: object({ account: id('acc'), currency: currency() }),
    output: margin,
    refusals: ['not_visible', 'currency_unknown'],
    example: {
      request: { account: EXAMPLE.account, currency: 'USD' },
      response: {
        account: EXAMPLE.account,
        currency: 'USD',
        model: 'cash',
        posted: '1000.00',
        held: '0.00',
        requirement: '0.00',
        open_orders: '37.00',
        spot_reserve: '0.00',
        buying_power: '963.00',
        withdrawable: '963.00',
        unsettled_credits: '0.00',
        unsettled_debits: '0.00',
        positions_value: '0.00',
        equity: '1000.00',
        standard: null,
        derivations: [
          {
            figure: 'buying_power',
            formula: 'posted - held - requirement - open_orders',
            inputs: [
              { name: 'posted', amount: '1000.00', source: 'balance: credits less debits' },
              { name: 'held', amount: '0.00', source: 'balance: holds, withdrawals and prepared transfers' },
              { name: 'requirement', amount: '0.00', source: 'positions: payout of what is short' },
              {
                name: 'open_orders',
                amount: '37.00',
                source: 'open orders: the worse side of each instrument, summed',
              },
            ],
          },
        ],
      },
    },
  }),
] as const

export const MARGIN_OPERATIONS = [...OF_MODEL, PORTFOLIOS, ...WHAT_IF] as const
