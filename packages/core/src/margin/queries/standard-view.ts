/** `margin.get` of an account under standard margin: the figures of the session, and what each instrument requires. */
import type { AccountId } from '../../hierarchy/index.js'
import type { InstrumentId } from '../../market/index.js'
import { type Amount, amount, type CurrencyCode, NONE, type Quantity, ZERO } from '../../money/index.js'
import { leavesPositions, NO_OPEN_ORDERS } from '../../trading/index.js'
import type { MarginContext } from '../margin.js'
import type { Assessment } from '../standard/assessment.js'
import {
  equity,
  initialMargin,
  marginBalance,
  type StandardFigures,
  sessionResult,
  standardFigures,
} from '../standard/figures.js'
import { ordersRequirement } from '../standard/open-orders.js'
import { standardRequirement } from '../standard/requirement.js'
import type { Derivation } from './derivation.js'

export interface InstrumentMargin {
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly quantityScale: number
  readonly quantity: Quantity
  readonly initial: Amount
  readonly maintenance: Amount
  readonly openOrders: Amount
}

export interface StandardView {
  readonly marginBalance: Amount
  readonly initialMargin: Amount
  readonly maintenanceMargin: Amount
  readonly sessionRealized: Amount
  readonly sessionUnrealized: Amount
  readonly optionsValue: Amount
  /** Of cross margin: the whole pool in this currency, at its index. Null where the currency stands alone. */
  readonly pool: Assessment | null
  /** Positions and orders that a price is missing for; they are in no figure, and no order is accepted. */
  readonly unpriced: number
  readonly instruments: readonly InstrumentMargin[]
}

/** What a view of any model says, reckoned by this one. */
export interface StandardParts {
  readonly requirement: Amount
  readonly openOrders: Amount
  readonly buyingPower: Amount
  readonly withdrawable: Amount
  readonly positionsValue: Amount
  readonly equity: Amount
  readonly standard: StandardView
  readonly derivations: readonly Derivation[]
}

export function standardParts(
  context: MarginContext,
  account: AccountId,
  currency: CurrencyCode,
): StandardParts {
  const { standard } = context.margin
  // As of the time of the question: funding accrues between commands too.
  const figuresOf = (each: CurrencyCode): StandardFigures => standardFigures(context, account, each)
  const figures = figuresOf(currency)
  const assessed = standard.assess(account, currency, figuresOf)
  const isPooled = standard.poolRate(account, currency) !== null
  const available = assessed.unpriced > 0 ? ZERO : assessed.available
  return {
    requirement: figures.positionsInitial,
    openOrders: figures.ordersInitial,
    buyingPower: available,
    withdrawable: assessed.withdrawable,
    positionsValue: amount(sessionResult(figures) + figures.optionsValue),
    equity: equity(figures),
    standard: {
      marginBalance: marginBalance(figures),
      initialMargin: initialMargin(figures),
      maintenanceMargin: figures.maintenance,
      sessionRealized: figures.sessionRealized,
      sessionUnrealized: figures.sessionUnrealized,
      optionsValue: figures.optionsValue,
      pool: isPooled ? assessed : null,
      unpriced: figures.unpriced,
      instruments: instrumentMargins(context, account, currency),
    },
    derivations: derivationsOf(figures, isPooled, available),
  }
}

function derivationsOf(
  figures: StandardFigures,
  isPooled: boolean,
  available: Amount,
): readonly Derivation[] {
  const from = (name: string, value: Amount, source: string) => ({ name, amount: value, source })
  const session = [
    from('session_realized', figures.sessionRealized, 'futures: closed and funded since the last session'),
    from('session_unrealized', figures.sessionUnrealized, 'futures: open, at the mark less the last session'),
  ]
  const posted = from('posted', figures.posted, 'balance: credits less debits')
  const margin = from('margin_balance', marginBalance(figures), 'posted and the session')
  const initial = from('initial_margin', initialMargin(figures), 'positions and open orders')
  const held = from('held', figures.held, 'balance: holds, withdrawals and prepared transfers')
  const spot = from(
    'spot_reserve',
    figures.spotReserve,
    'open orders in currency pairs: what they would give',
  )
  const options = from('options_value', figures.optionsValue, 'options: at their marks')
  return [
    {
      figure: 'margin_balance',
      formula: 'posted + session_realized + session_unrealized',
      inputs: [posted, ...session],
    },
    { figure: 'equity', formula: 'margin_balance + options_value', inputs: [margin, options] },
    {
      figure: 'buying_power',
      formula: isPooled
        ? 'the same of every currency in the pool, at its index and after its haircut, in this currency'
        : 'margin_balance - held - initial_margin - spot_reserve',
      inputs: isPooled
        ? [from('pool', available, 'all currencies with an index')]
        : [margin, held, initial, spot],
    },
    {
      figure: 'withdrawable',
      formula: 'max(0, buying_power - max(0, session_realized + session_unrealized))',
      inputs: session,
    },
  ]
}

/** By instrument, in order of ids: what is held and what is open. */
function instrumentMargins(
  { trading, market }: MarginContext,
  account: AccountId,
  currency: CurrencyCode,
): readonly InstrumentMargin[] {
  const ids = new Set<InstrumentId>(trading.openOrders.of(account).map(({ instrument }) => instrument))
  for (const row of trading.positionsOf.of(account))
    if (trading.positions.quantity.get(row) !== NONE) ids.add(trading.positions.instrument.get(row))
  return [...ids]
    .sort((left, right) => left - right)
    .map((id) => ({ id, row: market.instruments.row(id) }))
    .filter(({ row }) => market.instruments.currency.get(row) === currency)
    .filter(({ row }) => leavesPositions(market.instruments.kind.get(row)))
    .map(({ id, row }) => {
      const held = trading.held(account, id)
      const required = standardRequirement(market, row, held)
      const open = trading.openOrders.find(account, id) ?? NO_OPEN_ORDERS
      return {
        instrument: id,
        symbol: market.instruments.symbol.get(row),
        quantityScale: market.instruments.quantityScale.get(row),
        quantity: held,
        initial: required?.initial ?? ZERO,
        maintenance: required?.maintenance ?? ZERO,
        openOrders: ordersRequirement(market, row, held, open) ?? ZERO,
      }
    })
}
