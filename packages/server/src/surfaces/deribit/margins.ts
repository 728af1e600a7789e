/** What orders, positions and other margin models would require (sections 3.5, 5.7 and 6.3). Nothing here trades. */
import {
  type AccountId,
  type Amount,
  type Assessment,
  type ComparedModels,
  type CurrencyCode,
  type MarginOfSides,
  type OrderMargin,
  type Plain,
  parseQuantity,
  type SimulatedMargin,
  type StandardType,
} from '@stemma/core'
import { accountView } from './account-shown.js'
import { accountNamed, accountRead, type Method, type PrivateCall } from './call.js'
import { answered, invalidParam, notOfSubaccounts, settled } from './errors.js'
import { marginModelOf } from './figures.js'
import { contractAsked, contractNamed, contracts, currencyNamed } from './instruments.js'
import { amountShown, plainDecimal, priceOr, priceShown } from './numbers.js'
import { numberShown } from './orders.js'
import { checkOpen, contractOfFacts, factsNamed } from './own-orders.js'
import { deltasShown, sizesIn } from './portfolio-greeks.js'

export const ORDERS_OF_MARGINS_MAX = 1_000

async function margins(call: PrivateCall): Promise<unknown> {
  const { host, caller, params } = call
  const contract = await contractAsked(call)
  const amount = params.decimal('amount') ?? params.missing('amount')
  const quantity = parseQuantity(amount, contract.quantityScale)
  if (typeof quantity !== 'bigint' || quantity <= 0n || quantity % contract.lot !== 0n)
    throw invalidParam('amount', 'must be a multiple of contract size')
  const price = params.price('price') ?? params.missing('price')
  const { buy, sell, currency } = answered(
    await host.read<MarginOfSides>('margin.of_quantity', caller.authenticated.actor, {
      account: accountRead(call),
      instrument: contract.id,
      quantity,
      price,
    }),
  )
  return {
    buy: amountShown(buy, currency),
    sell: amountShown(sell, currency),
    min_price: priceOr(contract.priceLow, priceShown(contract.tick)),
    max_price: priceOr(contract.priceHigh, null),
  }
}

async function orderMargins(call: PrivateCall): Promise<unknown> {
  const { host, caller, params } = call
  const account = accountRead(call)
  const ids = params.texts('ids')
  if (ids.length > ORDERS_OF_MARGINS_MAX)
    throw invalidParam('ids', `must have at most ${ORDERS_OF_MARGINS_MAX} orders`)
  return Promise.all(
    ids.map(async (id) => {
      const facts = await factsNamed(call, id, account)
      checkOpen(facts)
      const { currency, initialMargin } = answered(
        await host.read<OrderMargin>('margin.of_order', caller.authenticated.actor, { order: facts.id }),
      )
      return {
        order_id: numberShown(facts.id, await contractOfFacts(call, facts)),
        initial_margin: amountShown(initialMargin, currency),
        initial_margin_currency: currency,
      }
    }),
  )
}

/** Sizes by instrument: an object, or its JSON text over GET. */
async function positionsAsked(call: PrivateCall): Promise<readonly Plain[]> {
  const sizes = call.params.record('simulated_positions') ?? {}
  return Promise.all(
    Object.entries(sizes).map(async ([symbol, size]) => {
      const contract = await contractNamed(call, symbol)
      const quantity = parseQuantity(plainDecimal(size) ?? '', contract.quantityScale)
      if (typeof quantity !== 'bigint' || quantity % contract.lot !== 0n)
        throw invalidParam('simulated_positions', 'must be multiples of contract size')
      if (contract.currency !== currencyNamed(call.params))
        throw invalidParam('simulated_positions', 'must share the currency')
      return { instrument: contract.id, quantity }
    }),
  )
}

async function simulate(call: PrivateCall): Promise<unknown> {
  const { host, caller, params } = call
  const currency = currencyNamed(params)
  const account = accountRead(call)
  const view = await accountView(call, account)
  const simulated = answered(
    await host.read<SimulatedMargin>('margin.simulate', caller.authenticated.actor, {
      account,
      currency,
      positions: await positionsAsked(call),
      isAdded: params.flag('add_positions', true),
    }),
  )
  const shown = (amount: bigint): number => amountShown(amount as Amount, currency)
  const { sessionRealized, sessionUnrealized, withdrawable } = simulated
  return {
    currency,
    balance: shown(simulated.balance),
    equity: shown(simulated.ownEquity),
    margin_balance: shown(simulated.marginBalance),
    available_funds: shown(simulated.available),
    available_withdrawal_funds: shown(withdrawable),
    available_subaccount_transfer_funds: shown(withdrawable),
    locked_balance: shown(simulated.held),
    initial_margin: shown(simulated.initialMargin),
    maintenance_margin: shown(simulated.maintenanceMargin),
    futures_session_rpl: shown(sessionRealized),
    futures_session_upl: shown(sessionUnrealized),
    options_value: shown(simulated.optionsValue),
    ...deltasShown(sizesIn(simulated.holdings, await contracts(call), currency), host.now()),
    additional_reserve: 0,
    spot_reserve: 0,
    portfolio_margining_enabled: false,
    cross_collateral_enabled: view.type === 'cross_standard',
    margin_model: marginModelOf(view.type),
  }
}

const MODELS = ['cross_pm', 'cross_sm', 'segregated_pm', 'segregated_sm'] as const

function modelAsked({ params }: PrivateCall): StandardType {
  switch (params.oneOf('margin_model', MODELS)) {
    case 'cross_sm':
      return 'cross_standard'
    case 'segregated_sm':
      return 'segregated_standard'
    case null:
      return params.missing('margin_model')
    default:
      throw invalidParam('margin_model', 'portfolio margin is not available')
  }
}

/** The caller's own, or another of the hierarchy where the main account names it. */
function userAsked(call: PrivateCall): AccountId {
  const { caller, params } = call
  if (!params.has('user_id') || Number(params.text('user_id')) === caller.account) return caller.account
  if (!caller.isMain) throw notOfSubaccounts()
  return accountNamed(call, 'user_id')
}

async function changeModel(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const account = userAsked(call)
  const type = modelAsked(call)
  const compared = answered(
    await host.read<readonly ComparedModels[]>('margin.compare_models', caller.authenticated.actor, {
      account,
      type,
    }),
  )
  if (!params.flag('dry_run'))
    settled(
      await host.execute({
        command: 'margin.change_model',
        actor: caller.authenticated.actor,
        input: { account, type },
        request: requestId,
      }),
    )
  return compared.map(({ currency, before, after }) => ({
    currency: currency.toLowerCase(),
    old_state: stateShown(before, currency),
    new_state: stateShown(after, currency),
  }))
}

/** Rates are what is required of the margin balance; nothing where there is none. */
function stateShown(
  { marginBalance, initialMargin, maintenanceMargin, available }: Assessment,
  currency: CurrencyCode,
) {
  const rate = (required: Amount): number =>
    marginBalance <= 0n ? 0 : Number((Number(required) / Number(marginBalance)).toFixed(6))
  return {
    maintenance_margin_rate: rate(maintenanceMargin),
    initial_margin_rate: rate(initialMargin),
    available_balance: amountShown(available, currency),
  }
}

export const MARGIN_METHODS: readonly Method[] = [
  { name: 'private/get_margins', kind: 'private', scope: 'trade:read', answer: margins },
  { name: 'private/get_order_margin_by_ids', kind: 'private', scope: 'trade:read', answer: orderMargins },
  { name: 'private/simulate_portfolio', kind: 'private', scope: 'account:read', answer: simulate },
  { name: 'private/change_margin_model', kind: 'private', scope: 'account:read_write', answer: changeModel },
]
