/** Account summaries (section 5.1). Every figure comes from the core. */
import type { AccountView, Amount, CurrencyCode } from '@stemma/core'
import { accountFields, accountView } from './account-shown.js'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { figuresOf, marginModelOf, marginOf } from './figures.js'
import { type Contract, CURRENCIES, contracts, currencyNamed } from './instruments.js'
import { limitsShown } from './limits.js'
import { amountShown } from './numbers.js'
import { isGone, liquidationShown, nextExpiry, projectedOf, sizesOf, totalsOf } from './outlook.js'
import { deltasShown, deltaTotalShown, greeksShown } from './portfolio-greeks.js'
import { type Held, positionsOf } from './positions.js'

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
    ...deltasShown(sizes, now),
    projected_delta_total: deltaTotalShown(
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

/** What open positions have gained since they were opened. */
function gainOf(held: readonly Held[], kind: 'future' | 'option'): bigint {
  return held
    .filter(({ contract }) => (contract.kind === 'option') === (kind === 'option'))
    .reduce((sum, { view }) => sum + (view.unrealized ?? 0n), 0n)
}

async function summary(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const view = await accountView(call, accountRead(call))
  const shown = await summaryOf(call, view, currency, await contracts(call), call.caller.orderRateTier)
  return call.params.flag('extended') ? { ...(await accountFields(call, view)), fees: [], ...shown } : shown
}

async function summaries(call: PrivateCall): Promise<unknown> {
  const view = await accountView(call, accountRead(call))
  const all = await contracts(call)
  const tier = call.caller.orderRateTier
  const fields = await accountFields(call, view)
  const totals = totalsOf(call, view, all)
  return {
    ...fields,
    summaries: await Promise.all(
      CURRENCIES.map((currency) => summaryOf(call, view, currency, all, tier, totals)),
    ),
  }
}

export const SUMMARY_METHODS: readonly Method[] = [
  { name: 'private/get_account_summary', kind: 'private', scope: 'account:read', answer: summary },
  { name: 'private/get_account_summaries', kind: 'private', scope: 'account:read', answer: summaries },
]
