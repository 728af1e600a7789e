/**
 * `positions.adjust`: securities come in from the outside, or go out: a transfer from another broker, or what was taken
 * over when the book was opened. The outside world has the other side, so the instrument sums to zero; no money moves.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { command, type Id } from '../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import {
  type Amount,
  add,
  amount,
  LEAF_AMOUNT_MAX,
  NONE,
  negate,
  QUANTITY_MAX,
  type Quantity,
  quantity as quantityOf,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { ExecutionId } from '../fields.js'
import { kindRules, leavesPositions } from '../kinds/kind-rules.js'
import { applyFill, type PositionChange } from '../positions.js'
import type { TradingContext } from '../trading.js'

export type AdjustPosition = {
  readonly account: AccountId
  readonly instrument: InstrumentId
  /** Above zero comes in. */
  readonly quantity: Quantity
  /** What it had cost in all, where it comes in; what it is worth in all, where it goes: that is realized then. */
  readonly cost: Amount
  readonly description: string
}

export const adjustPosition = command({
  name: 'positions.adjust',
  scope: 'corrections:write',
  needs: ({ ledger }: TradingContext, { account }: AdjustPosition) =>
    [account, ledger.houseAccount('outside_world')].map((each) => ({
      ability: 'administer' as const,
      target: { account: each },
    })),
  approval: ({ hierarchy }, { account }) => ({
    kind: 'corrections',
    party: hierarchy.accounts.party.get(hierarchy.accounts.row(account)),
  }),
  decide(context, { account, instrument, quantity, cost, description }) {
    const { market, ledger, trading, image, hierarchy } = context
    const row = instrumentRow(market, instrument)
    check(context, { account, instrument, quantity, cost, row })
    const outside = ledger.houseAccount('outside_world')
    const execution = image.newId<ExecutionId>()
    const paid = quantity > 0n ? cost : negate(cost)
    const position = applyFill(context, { account, instrument: row, quantity, cost: paid, execution })
    const counter = applyFill(context, {
      account: outside,
      instrument: row,
      quantity: quantityOf(-quantity),
      cost: negate(paid),
      execution,
    })
    for (const { account: each, ...change } of [position, counter]) carryResult(context, each, row, change)
    const id = trading.positions.id(trading.holders.find(instrument, account))
    context.emit({
      kind: 'position.adjusted',
      subject: `pos_${id}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: {
        id,
        account,
        instrument,
        symbol: market.instruments.symbol.get(row),
        execution,
        quantity,
        cost,
        description,
        position,
        counterPosition: { ...counter, path: hierarchy.pathOf(hierarchy.root) },
      },
    })
    return { position: id as Id, quantity: position.quantity }
  },
})

/** What comes in or goes out is no result of trading: what it changes of the result is carried, not made. */
function carryResult(
  { market, trading }: TradingContext,
  account: AccountId,
  instrument: number,
  change: Pick<PositionChange, 'quantityChange' | 'costChange' | 'realizedChange'>,
): void {
  const price = market.valuationPrice(instrument)
  const { positions, holders } = trading
  const position = holders.find(market.instruments.id(instrument), account)
  const worth =
    price === null ? change.costChange : market.termsOf(instrument).notional(price, change.quantityChange)
  const carried = amount(worth - change.costChange + change.realizedChange)
  positions.carried.set(position, add(positions.carried.get(position), carried))
}

function check(
  { market, trading, ledger }: TradingContext,
  {
    account,
    instrument,
    quantity,
    cost,
    row,
  }: Omit<AdjustPosition, 'description'> & { readonly row: number },
): void {
  if (quantity === NONE || quantity > QUANTITY_MAX || quantity < -QUANTITY_MAX)
    refuse('malformed', 'expected a quantity other than zero', { field: '/quantity' })
  if (cost < 0n || cost > LEAF_AMOUNT_MAX)
    refuse('malformed', 'expected a cost of at least zero', { field: '/cost' })
  if (!leavesPositions(market.instruments.kind.get(row)))
    refuse('order_rejected', 'nobody has a position in a currency pair: money is adjusted', {
      field: '/instrument',
    })
  if (kindRules(market.instruments.kind.get(row)).canBeShort)
    refuse('order_rejected', 'contracts come into being by trades only', { field: '/instrument' })
  if (account === ledger.houseAccount('outside_world'))
    refuse('same_account', 'expected an account of the book')
  if (quantity % market.instruments.lot.get(row) !== 0n)
    refuse('malformed', 'expected whole lots', { field: '/quantity' })
  const after = trading.held(account, instrument) + quantity
  const promised = trading.openOrders.find(account, instrument)?.offerQuantity ?? 0n
  if (after < promised)
    refuse('insufficient_position', 'the account does not hold that much free of orders', {
      field: '/quantity',
    })
}
