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
  type Instant,
  type MarginView,
  type ProjectedMargin,
  toMilliseconds,
} from '@stemma/core'
import type { Host } from '../../services.js'
import type { Caller } from './authentication.js'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { answered } from './errors.js'
import { type Contract, CURRENCIES, contracts, currencyNamed, isOver, SYSTEM } from './instruments.js'
import { limitsShown } from './limits.js'
import { cushionOf, type Exposure, exposureOf, liquidationRatio } from './liquidation-price.js'
import { amountShown, priceOr } from './numbers.js'
import { coinOf, deltasByIndex, deltaTotal, greeksShown, type Size } from './portfolio-greeks.js'
import { type Held, positionsOf } from './positions.js'
import { selfTradingShown } from './self-trading.js'

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
  totals = totalsOf(call, account, all),
): Promise<Readonly<Record<string, unknown>>> {
  const view = await marginOf(call.host, account.id, currency)
  const { standard } = view
  const own = all.filter((contract) => contract.currency === currency)
  const held = await positionsOf(call, account.id, own)
  const shown = (amount: bigint): number => amountShown(amount as Amount, currency)
  const figures = figuresOf(view)
  const [realized, unrealized] = [standard?.sessionRealized ?? 0n, standard?.sessionUnrealized ?? 0n]
  const [futures, options] = [gainOf(held, 'future'), gainOf(held, 'option')]
  const sizes = sizesOf(held)
  const now = call.host.now()
  const deltas = deltasByIndex(sizes, now)
  const expiry = nextExpiry(account.type === 'cross_standard' ? all : own)
  return {
    ...figures,
    ...(await projectedOf(call, view, expiry)),
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
    ...greeksShown(sizes, now),
    delta_total: deltaTotal(sizes, now),
    delta_total_map: deltas,
    projected_delta_total: deltaTotal(
      sizes.filter(({ contract }) => !isGone(contract, expiry)),
      now,
    ),
    ...liquidationShown(view, sizes),
    portfolio_margining_enabled: false,
    cross_collateral_enabled: account.type === 'cross_standard',
    margin_model: marginModelOf(account.type),
    limits: limitsShown(tier),
    ...(await totals),
  }
}

const sizesOf = (held: readonly Held[]): readonly Size[] =>
  held.map(({ view, contract }) => ({ contract, quantity: view.quantity }))

/** What open positions have gained since they were opened. */
function gainOf(held: readonly Held[], kind: 'future' | 'option'): bigint {
  return held
    .filter(({ contract }) => (contract.kind === 'option') === (kind === 'option'))
    .reduce((sum, { view }) => sum + (view.unrealized ?? 0n), 0n)
}

/** When the next of the contracts that are listed expire; null where none do. */
const nextExpiry = (all: readonly Contract[]): Instant | null =>
  all.reduce<Instant | null>(
    (soonest, contract) =>
      isOver(contract) || contract.expiresAt === null || (soonest !== null && soonest <= contract.expiresAt)
        ? soonest
        : (contract.expiresAt as Instant),
    null,
  )

const isGone = ({ expiresAt }: Contract, expiry: Instant | null): boolean =>
  expiry !== null && expiresAt !== null && expiresAt <= expiry

/** Margins without what goes at the next expiry. */
async function projectedOf({ host }: Pick<Call, 'host'>, view: MarginView, expiry: Instant | null) {
  const { account, currency } = view
  const figures = figuresOf(view)
  if (expiry === null || view.standard === null)
    return {
      projected_initial_margin: figures.initial_margin,
      projected_maintenance_margin: figures.maintenance_margin,
    }
  const { initialMargin, maintenanceMargin } = answered(
    await host.read<ProjectedMargin>('margin.project', SYSTEM, { account, currency, expiringBy: expiry }),
  )
  return {
    projected_initial_margin: amountShown(initialMargin, currency),
    projected_maintenance_margin: amountShown(maintenanceMargin, currency),
  }
}

/** Of segregated accounts: how much prices may change, by index; the nearest change of one of them; 0 where none does it. */
function liquidationShown(view: MarginView, sizes: readonly Size[]): Readonly<Record<string, unknown>> {
  const cushion = cushionOf(view)
  if (cushion === null) return {}
  const exposures = new Map<string, Exposure[]>()
  for (const size of sizes) {
    const exposure = exposureOf(size.contract, coinOf(size))
    const { index } = size.contract.derivative
    if (exposure !== null) exposures.set(index, [...(exposures.get(index) ?? []), exposure])
  }
  const ratios = [...exposures].flatMap(([index, each]) => {
    const ratio = liquidationRatio(cushion, each)
    return ratio === null ? [] : [[index, Number(ratio.toPrecision(10))] as const]
  })
  const [nearest] = ratios
    .map(([, ratio]) => ratio)
    .sort((left, right) => Math.abs(Math.log(left)) - Math.abs(Math.log(right)))
  return {
    estimated_liquidation_ratio: nearest ?? 0,
    estimated_liquidation_ratio_map: Object.fromEntries(ratios),
  }
}

const USD = 'USD' as CurrencyCode

/** Of the whole pool of a cross account: the same whichever currency is asked. */
async function totalsOf(
  call: Pick<Call, 'host'>,
  account: AccountView,
  all: readonly Contract[],
): Promise<Readonly<Record<string, number>>> {
  if (account.type !== 'cross_standard') return {}
  const { standard } = await marginOf(call.host, account.id, USD)
  const sizes = sizesOf(await positionsOf(call, account.id, all))
  const shown = (amount: bigint | undefined): number => amountShown((amount ?? 0n) as Amount, USD)
  return {
    total_equity_usd: shown(standard?.pool?.equity),
    total_margin_balance_usd: shown(standard?.pool?.marginBalance),
    total_initial_margin_usd: shown(standard?.pool?.initialMargin),
    total_maintenance_margin_usd: shown(standard?.pool?.maintenanceMargin),
    total_delta_total_usd: deltaInDollars(sizes, call.host.now()),
  }
}

/** Each coin at its index. */
function deltaInDollars(sizes: readonly Size[], now: Instant): number {
  const byIndex = new Map<string, Size[]>()
  for (const size of sizes) {
    const { index } = size.contract.derivative
    byIndex.set(index, [...(byIndex.get(index) ?? []), size])
  }
  const sum = [...byIndex.values()].reduce(
    (dollars, each) => dollars + deltaTotal(each, now) * priceOr(each[0]?.contract.indexPrice ?? null, 0),
    0,
  )
  return Number(sum.toFixed(2))
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
    ...selfTradingShown(view),
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
  const totals = totalsOf(call, view, all)
  return {
    ...accountFields(view, call.caller),
    summaries: await Promise.all(
      CURRENCIES.map((currency) => summaryOf(call, view, currency, all, tier, totals)),
    ),
  }
}

export const SUMMARY_METHODS: readonly Method[] = [
  { name: 'private/get_account_summary', kind: 'private', scope: 'account:read', answer: summary },
  { name: 'private/get_account_summaries', kind: 'private', scope: 'account:read', answer: summaries },
]
