/** A trade as everybody may see it, and as the accounts that it is of do (sections 5.6 and 7). */
import {
  type Amount,
  type HistoryRow,
  type Instant,
  type Price,
  type Quantity,
  TICK_DIRECTIONS,
  type TickDirection,
  toMilliseconds,
} from '@stemma/core'
import { impliedAt } from './greeks.js'
import { type Contract, isSpot } from './instruments.js'
import { amountShown, priceOr, priceShown, quantityShown } from './numbers.js'
import {
  contractsShown,
  factsOf,
  isLiquidation,
  numberShown,
  type OrderFacts,
  quoteIdsShown,
  stateShown,
} from './orders.js'

export const FILLS = { type: ['partially_filled', 'filled', 'moved'] }

/** What everybody may see of a trade: from the report of the order that took. */
export function publicTradeShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const amount = quantityShown(row.last_quantity as Quantity, contract.quantityScale)
  return {
    trade_id: numberShown(Number(row.trade), contract),
    trade_seq: Number(row.trade_number ?? row.trade),
    instrument_name: contract.symbol,
    timestamp: toMilliseconds(Number(row.time) as never),
    direction: row.side,
    tick_direction: Math.max(0, TICK_DIRECTIONS.indexOf(row.tick_direction as TickDirection)),
    price: priceShown(row.last_price as Price),
    amount,
    contracts: contractsShown(amount, contract),
    mark_price: priceShown((row.mark_price ?? row.last_price) as Price),
    index_price: priceOr((row.index_price ?? null) as Price | null, 0),
    ...(contract.kind === 'option' ? volatilityShown(row, contract) : {}),
  }
}

/** What its price implied then; nothing where that cannot be said. */
function volatilityShown(row: HistoryRow, contract: Contract): { readonly iv?: number } {
  const iv = impliedAt(contract, {
    price: row.last_price as Price,
    index: (row.index_price ?? null) as Price | null,
    time: Number(row.time) as Instant,
  })
  return iv === null ? {} : { iv }
}

/** A trigger has done its part before its order trades. */
const hasLimit = ({ type }: OrderFacts): boolean => type.endsWith('limit')

/** A move has no order; clients expect the name of one. */
const orderShown = (row: HistoryRow, facts: OrderFacts, contract: Contract) =>
  row.type === 'moved'
    ? { order_id: `move-${row.id}`, order_type: 'limit', state: 'filled' }
    : {
        order_id: numberShown(Number(row.order), contract),
        order_type: isLiquidation(facts) ? 'liquidation' : hasLimit(facts) ? 'limit' : 'market',
        state: stateShown(facts),
      }

export function userTradeShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const facts = factsOf((row.snapshot ?? {}) as HistoryRow)
  // A move is of no schedule.
  const currency = contract.feeCurrency(row.type === 'moved' ? null : facts.feeSchedule, facts.side)
  const fee = amountShown(row.fee as Amount, currency)
  return {
    ...publicTradeShown(row, contract),
    // Options follow the index.
    ...(contract.kind === 'option'
      ? { underlying_price: priceOr((row.index_price ?? null) as Price | null, 0) }
      : {}),
    ...orderShown(row, facts, contract),
    ...(facts.terms.label === null ? {} : { label: facts.terms.label }),
    fee: fee === 0 ? 0 : fee,
    fee_currency: currency,
    liquidity: row.is_aggressor === true ? 'T' : 'M',
    matching_id: null,
    profit_loss: row.realized == null ? null : amountShown(row.realized as Amount, contract.currency),
    ...(isLiquidation(facts) ? { liquidation: row.is_aggressor === true ? 'T' : 'M' } : {}),
    self_trade: false,
    api: true,
    post_only: facts.terms.postOnly,
    ...(isSpot(contract) ? {} : { reduce_only: facts.terms.reduceOnly }),
    mmp: facts.terms.isProtected === true,
    ...quoteIdsShown(facts),
    risk_reducing: false,
  }
}
