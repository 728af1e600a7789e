/**
 * What a fill does to a position. Quantity and cost are kept and averages derived; a close takes cost pro rata, or lot
 * by lot where the instrument nets first in, first out, and what is rounded away stays in the cost of what is left.
 * `realized` is what the closed part brought less what it had cost, before fees.
 */
import type { AccountId } from '../hierarchy/index.js'
import { NO_ROW, type Row } from '../image/index.js'
import { businessDateOf } from '../ledger/index.js'
import type { InstrumentId } from '../market/index.js'
import {
  type Amount,
  add,
  amount,
  multiplyDivide,
  NONE,
  type Quantity,
  quantity,
  smaller,
  subtract,
  ZERO,
} from '../money/index.js'
import type { ExecutionId, LotId, NettingProfile, PositionId } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import type { TradingContext } from './trading.js'
import { openVariation } from './variations.js'

/** Lots of one position; what is opened beyond joins the newest. */
export const LOTS_OF_POSITION_MAX = 1_000

/** A position after a change, and what changed. */
export type PositionChange = {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly quantityChange: Quantity
  readonly costChange: Amount
  readonly realizedChange: Amount
  readonly quantity: Quantity
  readonly cost: Amount
  readonly realized: Amount
  readonly bought: Quantity
  readonly sold: Quantity
  readonly quantityAtOpen: Quantity
}

export interface PositionFill {
  readonly account: AccountId
  readonly instrument: Row
  /** Above zero bought. */
  readonly quantity: Quantity
  /** What was paid; below zero what came in. */
  readonly cost: Amount
  /** What the house took beside it; below zero a rebate. */
  readonly fee?: Amount
  readonly execution: ExecutionId
}

const isOpposite = (left: bigint, right: bigint): boolean =>
  (left > 0n && right < 0n) || (left < 0n && right > 0n)
const sizeOf = (value: Quantity): Quantity => quantity(value < 0n ? -value : value)

export function applyFill(context: TradingContext, fill: PositionFill): PositionChange {
  const { positions } = context.trading
  const row = openPosition(context, fill.account, fill.instrument)
  const isPaid = kindRules(context.market.instruments.kind.get(fill.instrument)).paid === 'at_once'
  const variation = isPaid ? NO_ROW : openVariation(context, row, fill.instrument)
  const before = {
    quantity: positions.quantity.get(row),
    cost: positions.cost.get(row),
    realized: positions.realized.get(row),
  }
  const closed = isOpposite(before.quantity, fill.quantity)
    ? smaller(sizeOf(before.quantity), sizeOf(fill.quantity))
    : NONE
  const closing = close(context, row, fill, closed)
  const openedCost = subtract(fill.cost, closing.paid)
  const opened = quantity(fill.quantity < 0n ? fill.quantity + closed : fill.quantity - closed)
  if (variation !== NO_ROW)
    vary(context, variation, { closed, before: before.quantity, paid: closing.paid, openedCost })
  if (before.quantity === NONE) positions.netting.set(row, nettingOf(context, fill))
  if (opened !== NONE && positions.netting.get(row) === 'fifo')
    openLot(context, row, { quantity: opened, cost: openedCost, execution: fill.execution })
  const after = {
    quantity: quantity(before.quantity + fill.quantity),
    cost: amount(before.cost - closing.cost + openedCost),
    realized: amount(before.realized - closing.paid - closing.cost),
  }
  positions.quantity.set(row, after.quantity)
  positions.cost.set(row, after.cost)
  positions.realized.set(row, after.realized)
  if (fill.fee !== undefined) positions.fees.set(row, add(positions.fees.get(row), fill.fee))
  if (fill.quantity > 0n) positions.bought.set(row, quantity(positions.bought.get(row) + fill.quantity))
  else positions.sold.set(row, quantity(positions.sold.get(row) - fill.quantity))
  positions.updatedAt.set(row, context.now)
  return {
    account: fill.account,
    instrument: context.market.instruments.id(fill.instrument),
    quantityChange: fill.quantity,
    costChange: subtract(after.cost, before.cost),
    realizedChange: subtract(after.realized, before.realized),
    ...after,
    bought: positions.bought.get(row),
    sold: positions.sold.get(row),
    quantityAtOpen: positions.quantityAtOpen.get(row),
  }
}

/** What was closed is realized against its share of the basis; what was opened joins the basis at what it cost. */
function vary(
  { trading: { variations } }: TradingContext,
  row: Row,
  {
    closed,
    before,
    paid,
    openedCost,
  }: {
    readonly closed: Quantity
    readonly before: Quantity
    readonly paid: Amount
    readonly openedCost: Amount
  },
): void {
  const basis = variations.basis.get(row)
  const left = closed === NONE ? ZERO : share(basis, closed, sizeOf(before))
  variations.basis.set(row, amount(basis - left + openedCost))
  variations.realized.set(row, amount(variations.realized.get(row) - paid - left))
}

/** The cost that leaves with what is closed, and the part of the fill's own money that belongs to it. */
function close(
  context: TradingContext,
  row: Row,
  fill: PositionFill,
  closed: Quantity,
): { readonly cost: Amount; readonly paid: Amount } {
  if (closed === NONE) return { cost: ZERO, paid: ZERO }
  const { positions } = context.trading
  const open = sizeOf(positions.quantity.get(row))
  const paid = share(fill.cost, closed, sizeOf(fill.quantity))
  if (positions.netting.get(row) === 'fifo') return { cost: closeLots(context, row, closed), paid }
  return { cost: share(positions.cost.get(row), closed, open), paid }
}

/** A part of an amount, pro rata; the whole where all of it is meant. */
const share = (whole: Amount, part: Quantity, of: Quantity): Amount =>
  part === of ? whole : multiplyDivide(whole, part, of, 'half_even')

/** Takes the quantity out of the oldest lots, and says what it had cost. */
function closeLots({ trading }: TradingContext, position: Row, closed: Quantity): Amount {
  const { lots, lotsOf, positions } = trading
  let left: bigint = closed
  let cost = ZERO
  for (const lot of lotsOf.of(positions.id(position))) {
    if (left === 0n) break
    const size = sizeOf(lots.quantity.get(lot))
    if (size <= left) {
      cost = add(cost, lots.cost.get(lot))
      left -= size
      lots.remove(lot)
      continue
    }
    const taken = share(lots.cost.get(lot), quantity(left), size)
    cost = add(cost, taken)
    lots.cost.set(lot, subtract(lots.cost.get(lot), taken))
    lots.quantity.set(lot, quantity(lots.quantity.get(lot) > 0n ? size - left : left - size))
    left = 0n
  }
  if (left !== 0n) throw new Error(`expected the lots of position ${positions.id(position)} to be all of it`)
  return cost
}

function openLot(
  { trading, image, now }: TradingContext,
  position: Row,
  lot: { readonly quantity: Quantity; readonly cost: Amount; readonly execution: ExecutionId },
): void {
  const { lots, lotsOf, positions } = trading
  if (lotsOf.count(positions.id(position)) >= LOTS_OF_POSITION_MAX) {
    const newest = lotsOf.of(positions.id(position)).at(-1) ?? NO_ROW
    lots.quantity.set(newest, quantity(lots.quantity.get(newest) + lot.quantity))
    lots.cost.set(newest, add(lots.cost.get(newest), lot.cost))
    return
  }
  lots.insert(image.newId<LotId>(), { position: positions.id(position), ...lot, openedAt: now })
}

/** The row of a position, made where there is none, with the day's opening quantity kept. */
export function openPosition(
  { trading, market, hierarchy, image, now }: TradingContext,
  account: AccountId,
  instrument: Row,
): Row {
  const { positions, holders } = trading
  const id = market.instruments.id(instrument)
  const businessDate = businessDateOf(now)
  const known = holders.find(id, account)
  if (known === NO_ROW)
    return positions.insert(image.newId<PositionId>(), {
      account,
      instrument: id,
      quantity: NONE,
      cost: ZERO,
      realized: ZERO,
      fees: ZERO,
      carried: ZERO,
      netting: nettingOf({ hierarchy, market }, { account, instrument }),
      bought: NONE,
      sold: NONE,
      quantityAtOpen: NONE,
      businessDate,
      updatedAt: now,
    })
  if (positions.businessDate.get(known) !== businessDate) {
    positions.businessDate.set(known, businessDate)
    positions.quantityAtOpen.set(known, positions.quantity.get(known))
  }
  return known
}

/** The account's own profile, else that of the kind of instrument. */
function nettingOf(
  { hierarchy, market }: Pick<TradingContext, 'hierarchy' | 'market'>,
  { account, instrument }: Pick<PositionFill, 'account' | 'instrument'>,
): NettingProfile {
  const { nettingProfile } = hierarchy.accounts.attributes.get(hierarchy.accounts.row(account))
  if (nettingProfile === 'average' || nettingProfile === 'fifo') return nettingProfile
  return kindRules(market.instruments.kind.get(instrument)).netting
}
