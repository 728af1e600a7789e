/** The main account and its subaccounts (section 3). */
import { type AccountId, type AccountView, SUBACCOUNT_NAME_LENGTH_MAX } from '@stemma/core'
import { accountFields, accountView, productsShown } from './account-shown.js'
import { accountNamed, type Call, type Method, type PrivateCall } from './call.js'
import { fromRefusal, invalidParam, settled, VenueError } from './errors.js'
import { figuresOf, marginModelOf, marginOf } from './figures.js'
import { CURRENCIES, contracts, currencyNamed } from './instruments.js'
import { openOrdersShown } from './order-methods.js'
import { shownPositions } from './positions.js'

/** By currency in lower case, as this map has it. */
async function portfolioOf(
  { host }: Pick<Call, 'host'>,
  account: AccountId,
): Promise<Readonly<Record<string, unknown>>> {
  const views = await Promise.all(CURRENCIES.map((currency) => marginOf(host, account, currency)))
  return Object.fromEntries(
    views.map((view) => {
      const currency = view.currency.toLowerCase()
      return [currency, { ...figuresOf(view), currency }]
    }),
  )
}

async function listed(call: PrivateCall, view: AccountView): Promise<Readonly<Record<string, unknown>>> {
  const fields = await accountFields(call, view)
  return {
    ...Object.fromEntries(LISTED.flatMap((name) => (name in fields ? [[name, fields[name]]] : []))),
    proof_id: '',
    proof_id_signature: '',
    margin_model: marginModelOf(view.type),
  }
}
const LISTED = [
  'id',
  'type',
  'username',
  'system_name',
  'email',
  'not_confirmed_email',
  'is_password',
  'login_enabled',
  'receive_notifications',
  'security_keys_enabled',
  'security_keys_assignments',
  'disabled_trading_products',
]

async function create(call: PrivateCall): Promise<unknown> {
  const { host, caller, requestId } = call
  const outcome = await host.execute({
    command: 'subaccounts.create',
    actor: caller.authenticated.actor,
    input: { main: caller.main },
    request: requestId,
  })
  if (outcome.kind === 'refused')
    throw outcome.refusal.code === 'limit_reached' ? new VenueError(12001) : fromRefusal(outcome.refusal)
  const { account } = outcome.result as { readonly account: AccountId }
  const view = await accountView(call, account)
  return {
    ...(await listed(call, view)),
    ...productsShown(view),
    referrals_count: 0,
    portfolio: await portfolioOf(call, account),
  }
}

/** What a subaccount does not see of its main account (section 3.3). */
const HIDDEN = [
  'security_keys_enabled',
  'security_keys_assignments',
  'proof_id',
  'proof_id_signature',
  'login_enabled',
  'is_password',
  'not_confirmed_email',
]

async function list(call: PrivateCall): Promise<unknown> {
  const { caller } = call
  const isWithPortfolio = call.params.flag('with_portfolio')
  const full = async (account: AccountId) => ({
    ...(await listed(call, await accountView(call, account))),
    ...(isWithPortfolio ? { portfolio: await portfolioOf(call, account) } : {}),
  })
  if (caller.isMain) return Promise.all([caller.main, ...caller.subaccounts].map(full))
  const main = Object.entries(await listed(call, await accountView(call, caller.main)))
  return [Object.fromEntries(main.filter(([name]) => !HIDDEN.includes(name))), await full(caller.account)]
}

async function details(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const isWithOrders = call.params.flag('with_open_orders')
  const own = (await contracts(call)).filter((contract) => contract.currency === currency)
  const each = async (account: AccountId) => {
    const { balance, equity, available_funds, margin_balance, initial_margin, maintenance_margin } =
      figuresOf(await marginOf(call.host, account, currency))
    return {
      uid: account,
      positions: await shownPositions(call, account, own),
      ...(isWithOrders
        ? { open_orders: await openOrdersShown(call, account, (it) => it.currency === currency) }
        : {}),
      balance,
      equity,
      available_funds,
      margin_balance,
      initial_margin,
      maintenance_margin,
    }
  }
  return Promise.all(call.caller.subaccounts.map(each))
}

async function rename(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const account = accountNamed(call, 'sid')
  const displayName = params.requiredText('name')
  if (account === caller.main) throw invalidParam('sid', 'subaccount_not_found')
  if ([...displayName].length > SUBACCOUNT_NAME_LENGTH_MAX) throw new VenueError(12002)
  const outcome = await host.execute({
    command: 'subaccounts.rename',
    actor: caller.authenticated.actor,
    input: { account, displayName },
    request: requestId,
  })
  if (outcome.kind === 'refused' && ['name_taken', 'malformed'].includes(outcome.refusal.code))
    throw new VenueError(12002)
  settled(outcome)
  return 'ok'
}

export const SUBACCOUNT_METHODS: readonly Method[] = [
  {
    name: 'private/create_subaccount',
    kind: 'private',
    scope: 'account:read_write',
    isMainOnly: true,
    answer: create,
  },
  { name: 'private/get_subaccounts', kind: 'private', scope: 'account:read', answer: list },
  {
    name: 'private/get_subaccounts_details',
    kind: 'private',
    scope: 'account:read',
    isMainOnly: true,
    answer: details,
  },
  {
    name: 'private/change_subaccount_name',
    kind: 'private',
    scope: 'account:read_write',
    isMainOnly: true,
    answer: rename,
  },
]
