/**
 * The funds of an order in a currency pair: what it would give has to be there, settled and in that very currency, with
 * all other exchanges that the account has open. Under cross margin what is locked stands for nothing else meanwhile, so
 * that the pool holds however much of it is filled.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { InstrumentId, Market } from '../market/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  subtract,
  ZERO,
} from '../money/index.js'
import {
  type Fault,
  fault,
  kindRules,
  type OpenSums,
  type Order,
  type OrderFaultCode,
  type Trading,
} from '../trading/index.js'
import { ownCash, withdrawableFunds } from './standard/figures.js'
import type { StandardMargin } from './standard/standard.js'

/** What the judgement asks the margin room. */
interface Funds {
  readonly market: Market
  readonly trading: Pick<Trading, 'openOrders'>
  readonly standard: StandardMargin
  readonly liquidations: { has(account: AccountId): boolean }
  unlocked(account: AccountId, currency: CurrencyCode, except: InstrumentId): Amount
}

/** What stands against the order; `open` is what its account has open in the pair with it. */
export function exchangeFault(margin: Funds, order: Order, instrument: Row, open: OpenSums): Fault | null {
  if (margin.liquidations.has(order.account))
    return fault('position_lock', 'the account is being liquidated: nothing is exchanged meanwhile')
  const { market } = margin
  const quote = market.instruments.currency.get(instrument)
  const rules = kindRules(market.instruments.kind.get(instrument))
  const cost = rules.worstCost(open, order.quantity, market.termsOf(instrument))
  // A sale needs the quote only where its fees are more than it brings.
  if ((order.side === 'buy' || open.excess > 0n) && cost > 0n) {
    const found = currencyFault(margin, order, quote, cost)
    if (found !== null || order.side === 'buy') return found
  }
  const base = market.pairs.base(instrument)
  if (base === null) throw new Error('expected a pair to have a base')
  return currencyFault(margin, order, base, market.pairs.baseAmount(instrument, open.offerQuantity))
}

function currencyFault(
  margin: Funds,
  { account, instrument }: Order,
  currency: CurrencyCode,
  needed: Amount,
): Fault | null {
  const own = ownFunds(margin, account, currency, instrument)
  if (own === null) return fault('no_reference_price', 'a price is missing that the margin follows from')
  const { openOrders } = margin.trading
  const already = subtract(
    openOrders.locked(account, currency),
    openOrders.locked(account, currency, instrument),
  )
  const short = (code: OrderFaultCode, left: Amount): Fault => {
    const [available, requested] = [left - already, needed - already].map((each) =>
      formatAmount(amount(each > 0n ? each : 0n), currencyOf(currency)),
    ) as [string, string]
    const figures = { available, requested, currency }
    return fault(code, `${available} ${currency} available, requested ${requested}`, figures)
  }
  if (own < needed) return short('insufficient_currency', own)
  const { standard } = margin
  return standard.holdsWith(account, currency, needed, instrument)
    ? null
    : short('insufficient_buying_power', standard.room(account, currency, instrument) ?? ZERO)
}

/** What the account has of the currency that it may give away; null where a price is missing for that. */
function ownFunds(
  margin: Funds,
  account: AccountId,
  currency: CurrencyCode,
  except: Order['instrument'],
): Amount | null {
  const { standard } = margin
  if (!standard.carries(account)) return margin.unlocked(account, currency, except)
  const figures = standard.figures(account, currency, except)
  if (standard.poolRate(account, currency) !== null)
    return standard.room(account, currency, except) === null ? null : ownCash(figures)
  return figures.unpriced > 0 ? null : withdrawableFunds(figures)
}
