/**
 * Account summaries (section 5.1). Every figure comes from the core's margin of the account; what is held for withdrawals
 * and prepared transfers is left out of the balance, so that the figures add up on the wire as section 13.2 has it. Under
 * cross margin the figures of margin are those of the whole pool in the row's currency (section 13.3).
 */
import {
  type AccountId,
  type AccountType,
  type AccountView,
  type Amount,
  type CurrencyCode,
  type MarginView,
  type PositionView,
  toMilliseconds,
} from '@stemma/core'
import type { Host } from '../../services.js'
import type { Caller } from './authentication.js'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { answered } from './errors.js'
import { type Contract, CURRENCIES, contracts, currencyNamed, SYSTEM } from './instruments.js'
import { limitsShown } from './limits.js'
import { amountShown } from './numbers.js'
import { deltaOf, positionsOf } from './positions.js'

export const marginModelOf = (type: AccountType): string =>
  type === 'cross_standard' ? 'cross_sm' : 'segregated_sm'

export function marginOf(host: Host, account: AccountId, currency: CurrencyCode): Promise<MarginView> {
  return host.read<MarginView>('margin.get', SYSTEM, { account, currency }).then(answered)
}

/** The figures that make up every view of a currency. */
export interface Figures {
  readonly currency: CurrencyCode
  readonly balance: number
  readonly equity: number
  readonly margin_balance: number
  readonly available_funds: number
  readonly available_withdrawal_funds: number
  readonly initial_margin: number
  readonly maintenance_margin: number
  readonly additional_reserve: number
  readonly spot_reserve: number
}

export function figuresOf(view: MarginView): Figures {
  const { currency, posted, held, standard } = view
  const session = standard === null ? 0n : standard.sessionRealized + standard.sessionUnrealized
  const own = {
    marginBalance: posted - held + session,
    initialMargin: standard?.initialMargin ?? view.requirement + view.openOrders,
    maintenanceMargin: standard?.maintenanceMargin ?? view.requirement,
  }
  const { marginBalance, initialMargin, maintenanceMargin } = standard?.pool ?? own
  const shown = (amount: bigint): number => amountShown(amount as Amount, currency)
  return {
    currency,
    balance: shown(posted - held),
    equity: shown(own.marginBalance + (standard?.optionsValue ?? 0n)),
    margin_balance: shown(marginBalance),
    available_funds: shown(marginBalance - initialMargin),
    available_withdrawal_funds: shown(view.withdrawable),
    initial_margin: shown(initialMargin),
    maintenance_margin: shown(maintenanceMargin),
    additional_reserve: 0,
    spot_reserve: 0,
  }
}

/** The whole summary of a currency, without what is of the account. */
export async function summaryOf(
  call: Pick<Call, 'host'>,
  account: AccountView,
  currency: CurrencyCode,
  all: readonly Contract[],
  tier: number,
): Promise<Readonly<Record<string, unknown>>> {
  const view = await marginOf(call.host, account.id, currency)
  const { standard } = view
  const own = all.filter((contract) => contract.currency === currency)
  const held = await positionsOf(call, account.id, own)
  const shown = (amount: bigint): number => amountShown(amount as Amount, currency)
  const figures = figuresOf(view)
  const [realized, unrealized] = [standard?.sessionRealized ?? 0n, standard?.sessionUnrealized ?? 0n]
  const [futures, options] = [gainOf(held, 'future'), gainOf(held, 'option')]
  const deltas = deltasOf(held)
  const delta = Number(
    Object.values(deltas)
      .reduce((sum, each) => sum + each, 0)
      .toFixed(10),
  )
  const isCross = account.type === 'cross_standard'
  return {
    ...figures,
    projected_initial_margin: figures.initial_margin,
    projected_maintenance_margin: figures.maintenance_margin,
    fee_balance: 0,
    futures_session_rpl: shown(realized),
    futures_session_upl: shown(unrealized),
    futures_pl: shown(futures),
    options_session_rpl: 0,
    options_session_upl: shown(options),
    options_pl: shown(options),
    session_rpl: shown(realized),
    session_upl: shown(unrealized + options),
    total_pl: shown(futures + options),
    options_value: shown(standard?.optionsValue ?? 0n),
    options_delta: 0,
    options_gamma: 0,
    options_theta: 0,
    options_vega: 0,
    options_gamma_map: {},
    options_theta_map: {},
    options_vega_map: {},
    delta_total: delta,
    delta_total_map: deltas,
    projected_delta_total: delta,
    portfolio_margining_enabled: false,
    cross_collateral_enabled: isCross,
    margin_model: marginModelOf(account.type),
    limits: limitsShown(tier),
    ...(isCross ? await dollarTotals(call, account.id) : {}),
  }
}

type Held = readonly { readonly view: PositionView; readonly contract: Contract }[]

/** What open positions have gained since they were opened. */
function gainOf(held: Held, kind: 'future' | 'option'): bigint {
  return held
    .filter(({ contract }) => (contract.kind === 'option') === (kind === 'option'))
    .reduce((sum, { view }) => sum + (view.unrealized ?? 0n), 0n)
}

/** Of futures and perpetuals, by the index that they follow. */
function deltasOf(held: Held): Readonly<Record<string, number>> {
  const deltas: Record<string, number> = {}
  for (const { view, contract } of held) {
    if (contract.kind === 'option') continue
    const { index } = contract.derivative
    deltas[index] = (deltas[index] ?? 0) + deltaOf(view, contract)
  }
  return deltas
}

/** Of the whole pool: the same whichever currency is asked. */
async function dollarTotals({ host }: Pick<Call, 'host'>, account: AccountId) {
  const { standard } = await marginOf(host, account, 'USD' as CurrencyCode)
  const shown = (amount: bigint | undefined): number =>
    amountShown((amount ?? 0n) as Amount, 'USD' as CurrencyCode)
  return {
    total_margin_balance_usd: shown(standard?.pool?.marginBalance),
    total_initial_margin_usd: shown(standard?.pool?.initialMargin),
    total_maintenance_margin_usd: shown(standard?.pool?.maintenanceMargin),
  }
}

export async function accountView({ host }: Pick<Call, 'host'>, account: AccountId): Promise<AccountView> {
  return answered(await host.read<AccountView>('accounts.get', SYSTEM, { account }))
}

/** What is of the account and not of a currency. */
export function accountFields(
  view: AccountView,
  { main }: Pick<Caller, 'main'>,
): Readonly<Record<string, unknown>> {
  return {
    id: view.id,
    type: view.id === main ? 'main' : 'subaccount',
    username: view.displayName,
    system_name: view.name,
    email: '',
    creation_timestamp: toMilliseconds(view.createdAt as never),
    referrer_id: null,
    login_enabled: view.id === main,
    security_keys_enabled: false,
    mmp_enabled: false,
    interuser_transfers_enabled: false,
    receive_notifications: false,
    self_trading_reject_mode: 'reject_taker',
    self_trading_extended_to_subaccounts: false,
    block_rfq_self_match_prevention: true,
  }
}

async function summary(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const view = await accountView(call, accountRead(call))
  const shown = await summaryOf(call, view, currency, await contracts(call), call.caller.orderRateTier)
  return call.params.flag('extended') ? { ...accountFields(view, call.caller), fees: [], ...shown } : shown
}

async function summaries(call: PrivateCall): Promise<unknown> {
  const view = await accountView(call, accountRead(call))
  const all = await contracts(call)
  const tier = call.caller.orderRateTier
  return {
    ...accountFields(view, call.caller),
    summaries: await Promise.all(CURRENCIES.map((currency) => summaryOf(call, view, currency, all, tier))),
  }
}

export const SUMMARY_METHODS: readonly Method[] = [
  { name: 'private/get_account_summary', kind: 'private', scope: 'account:read', answer: summary },
  { name: 'private/get_account_summaries', kind: 'private', scope: 'account:read', answer: summaries },
]
