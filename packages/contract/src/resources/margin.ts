/** What an account can do with its money, what it would require, and under which model, on the wire. */
import {
  amount,
  choice,
  count,
  currency,
  id,
  list,
  nullable,
  object,
  quantity,
  text,
  worth,
} from '../wire/index.js'
import { symbol } from './market.js'

export const MARGIN_MODELS = [
  'cash',
  'fully_collateralised',
  'segregated_standard',
  'cross_standard',
] as const
export const MARGIN_MODEL_TYPES = ['segregated_standard', 'cross_standard'] as const
/** Positions of one simulation: so many fit into the address of a request. */
export const SIMULATED_POSITIONS_MAX = 100

export const margin = object({
  account: id('acc'),
  currency: currency(),
  model: text({ max: 32, description: 'The margin model' }),
  posted: amount(),
  held: amount(),
  requirement: amount('currency', 'Kept behind positions'),
  open_orders: amount('currency', 'Reserved for open orders'),
  spot_reserve: amount('currency', 'Of this currency, what open orders in currency pairs lock'),
  buying_power: amount(),
  withdrawable: amount(),
  unsettled_credits: amount(),
  unsettled_debits: amount(),
  positions_value: nullable(amount('currency', 'Null while a position has no price')),
  equity: nullable(amount()),
  standard: nullable(
    object({
      currency: currency(),
      margin_balance: amount('currency', 'The balance as if the session ended now'),
      initial_margin: amount('currency', 'Of positions and open orders'),
      maintenance_margin: amount(),
      session_realized: amount(),
      session_unrealized: amount(),
      options_value: amount(),
      unpriced: count({ description: 'Positions and orders without a price: in no figure' }),
      instruments: list(
        object({
          instrument: id('ins'),
          symbol: symbol(),
          currency: currency(),
          quantity: quantity(),
          initial: amount('currency', 'Of the position'),
          maintenance: amount('currency', 'Of the position'),
          open_orders: amount('currency', 'Of its open orders'),
        }),
        { max: 10_000 },
      ),
    }),
  ),
  derivations: list(
    object({
      figure: text({ max: 64 }),
      formula: text({ max: 500 }),
      inputs: list(object({ name: text({ max: 64 }), amount: worth(), source: text({ max: 500 }) }), {
        max: 100,
      }),
    }),
    { max: 100 },
  ),
})

/** What an account comes to in one currency; of a pool, all of it, counted in that currency. */
const assessed = {
  margin_balance: amount('currency', 'The balance as if the session ended now, less what is held'),
  equity: amount('currency', 'The same with options at their marks'),
  initial_margin: amount('currency', 'Of positions and open orders'),
  maintenance_margin: amount(),
  spot_reserve: amount('currency', 'What open orders in currency pairs lock'),
  buying_power: amount('currency', 'What is left; below zero it lacks'),
  withdrawable: amount(),
  unpriced: count({ description: 'Positions and orders without a price: in no figure' }),
} as const
const assessment = object({ currency: currency(), ...assessed })
export const comparedModels = object({
  currency: currency(),
  before: assessment,
  after: assessment,
})

export const simulated = object({
  account: id('acc'),
  currency: currency(),
  ...assessed,
  balance: amount('currency', 'Of this currency alone, less what is held'),
  held: amount(),
  own_equity: amount('currency', 'Equity of this currency alone'),
  session_realized: amount(),
  session_unrealized: amount(),
  options_value: amount(),
  holdings: list(object({ instrument: id('ins'), symbol: symbol(), quantity: quantity() }), {
    max: 10_000,
  }),
})

export const portfolio = object({
  currency: currency(),
  model: choice(MARGIN_MODELS, 'The margin model'),
  requirement: amount('currency', 'What has to stay behind the positions'),
  value: amount('currency', 'Money that is posted, and the worth of the positions that have a price'),
  excess: amount('currency', 'What is left above the requirement'),
  deficit: amount('currency', 'What is missing for it; one of the two is zero'),
  unpriced: count({ description: 'Positions without a price: in no worth' }),
  result: amount('currency', 'What trading ever brought: realized, unrealized, less fees'),
  day_result: amount('currency', 'The same within the business date that it was last reckoned on'),
  part_of: nullable(id('grp', 'Of an account: the group whose portfolio it is a part of')),
  sequence: count({ description: 'When it was reckoned; of a group, when the oldest of its parts was' }),
})
export const EXAMPLE_PORTFOLIO = {
  currency: 'USD',
  model: 'fully_collateralised',
  requirement: '10.00',
  value: '100.00',
  excess: '96.00',
  deficit: '0.00',
  unpriced: 0,
  result: '0.00',
  day_result: '0.00',
  part_of: null,
  sequence: 980,
} as const

const EXAMPLE_ASSESSED = {
  margin_balance: '1.00000000',
  equity: '1.00000000',
  initial_margin: '0.02005000',
  maintenance_margin: '0.01005000',
  spot_reserve: '0.00000000',
  buying_power: '0.97995000',
  withdrawable: '0.97995000',
  unpriced: 0,
} as const
export const EXAMPLE_ASSESSMENT = { currency: 'BTC', ...EXAMPLE_ASSESSED } as const
export const EXAMPLE_SIMULATED = {
  account: 'acc_1042',
  currency: 'BTC',
  ...EXAMPLE_ASSESSED,
  balance: '1.00000000',
  held: '0.00000000',
  own_equity: '1.00000000',
  session_realized: '0.00000000',
  session_unrealized: '0.00000000',
  options_value: '0.00000000',
  holdings: [{ instrument: 'ins_80', symbol: 'BTC-PERPETUAL', quantity: '98000' }],
} as const
