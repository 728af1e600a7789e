/** `positions.list` and `positions.get`: what an account holds of instruments, with its worth where a price is known. */
import { type AccountId, PAGE_MAX } from '../../hierarchy/index.js'
import { NO_ROW, query, type Row } from '../../image/index.js'
import { businessDateOf } from '../../ledger/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import {
  type Amount,
  NONE,
  type Price,
  type Quantity,
  quantity as quantityOf,
  subtract,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { kindRules } from '../kinds/kind-rules.js'
import type { TradingContext } from '../trading.js'
import { variationAt } from '../variations.js'

export interface PositionView {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly symbol: string
  readonly quantity: Quantity
  /** What of a long is not promised to open sales; of a short, not to open purchases. */
  readonly available: Quantity
  readonly cost: Amount
  readonly realized: Amount
  readonly bought: Quantity
  readonly sold: Quantity
  readonly quantityAtOpen: Quantity
  readonly requirement: Amount
  /** Of futures and perpetuals what is not paid yet: closed, open and funding since the last session. Null of others. */
  readonly sessionRealized: Amount | null
  readonly sessionUnrealized: Amount | null
  readonly funding: Amount | null
  readonly price: Price | null
  readonly value: Amount | null
  readonly unrealized: Amount | null
  readonly isExpired: boolean
  readonly updatedAt: number
}

export interface ByAccount {
  readonly account: AccountId
}

const readNeeds = (_context: TradingContext, { account }: ByAccount) => [
  { ability: 'read' as const, target: { account } },
]

export const getPosition = query({
  name: 'positions.get',
  scope: 'positions:read',
  needs: readNeeds,
  read(
    context: TradingContext,
    { account, instrument }: ByAccount & { readonly instrument: InstrumentId },
  ): PositionView {
    instrumentRow(context.market, instrument)
    const row = context.trading.holders.find(instrument, account)
    if (row === NO_ROW) refuse('not_visible', 'there is no such thing within reach')
    return positionView(context, row)
  },
})

export interface ListPositions extends ByAccount {
  readonly instruments: readonly InstrumentId[] | null
  /** Leaves out what is flat, and what has expired. */
  readonly isOpenOnly: boolean
  readonly isActiveOnly: boolean
  /** Behind this instrument. */
  readonly after: InstrumentId | null
  readonly limit: number
}

export const listPositions = query({
  name: 'positions.list',
  scope: 'positions:read',
  needs: readNeeds,
  /** In order of instruments. */
  read(
    context: TradingContext,
    input: ListPositions,
  ): { readonly items: readonly PositionView[]; readonly next: InstrumentId | null } {
    if (!Number.isInteger(input.limit) || input.limit < 1 || input.limit > PAGE_MAX)
      refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
    const { positions, positionsOf } = context.trading
    const rows = positionsOf
      .of(input.account)
      .filter((row) => isAsked(context, row, input))
      .sort((left, right) => positions.instrument.get(left) - positions.instrument.get(right))
    const shown = rows.slice(0, input.limit)
    const last = shown.at(-1)
    return {
      items: shown.map((row) => positionView(context, row)),
      next: rows.length > input.limit && last !== undefined ? positions.instrument.get(last) : null,
    }
  },
})

function isAsked({ trading, market }: TradingContext, row: Row, input: ListPositions): boolean {
  const instrument = trading.positions.instrument.get(row)
  return (
    (input.instruments === null || input.instruments.includes(instrument)) &&
    (!input.isOpenOnly || trading.positions.quantity.get(row) !== NONE) &&
    (!input.isActiveOnly || !isOver(market.state(market.instruments.row(instrument)))) &&
    (input.after === null || instrument > input.after)
  )
}

const isOver = (state: string): boolean => state === 'expired' || state === 'terminated'

export function positionView({ trading, market, now }: TradingContext, row: Row): PositionView {
  const { positions } = trading
  const { netting: _netting, businessDate, ...kept } = positions.read(row)
  const instrument = market.instruments.row(kept.instrument)
  const terms = market.termsOf(instrument)
  const price = market.valuationPrice(instrument)
  const value = price === null ? null : terms.worth(price, kept.quantity)
  const variation = variationAt({ trading, market, now }, row, price)
  const open = trading.openOrders.find(kept.account, kept.instrument)
  const promised = open === null ? 0n : kept.quantity >= 0n ? open.offerQuantity : -open.bidQuantity
  const left = kept.quantity - promised
  const isPromisedWhole = kept.quantity >= 0n ? left < 0n : left > 0n
  return {
    ...kept,
    symbol: market.instruments.symbol.get(instrument),
    available: quantityOf(isPromisedWhole ? 0n : left),
    quantityAtOpen: businessDate === businessDateOf(now) ? kept.quantityAtOpen : kept.quantity,
    requirement: kindRules(market.instruments.kind.get(instrument)).requirement(kept.quantity, terms),
    sessionRealized: variation?.realized ?? null,
    sessionUnrealized: variation?.unrealized ?? null,
    funding: variation?.funding ?? null,
    price,
    value,
    unrealized: value === null ? null : subtract(value, kept.cost),
    isExpired: isOver(market.state(instrument)),
  }
}
