/**
 * What open orders could cost at worst, found by trying every set of them, each filled whole or not at all. It knows the
 * arithmetic of a contract and of a share and nothing of how the engine reserves. Not exported.
 */
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'

const ORDERS_MAX = 8
const ONE = 10n ** 18n
/** USD counts 10^-6. */
const UNIT = 10n ** 12n

/** Null where there are too many orders to try. Counted as the engine counts money: 10^-6 of a dollar. */
export function worstOfAllSubsets(
  engine: Engine,
  account: AccountId,
  instrument: InstrumentId,
): bigint | null {
  const { orders, ordersOf } = engine.rooms.trading
  const own = ordersOf
    .of(account)
    .filter((row) => orders.instrument.get(row) === instrument)
    .filter((row) => orders.terms.get(row).link?.isWaiting !== true)
  if (own.length > ORDERS_MAX) return null
  let worst = 0n
  for (let set = 1; set < 1 << own.length; set += 1) {
    const cost = costOf(
      engine,
      account,
      instrument,
      own.filter((_row, place) => (set & (1 << place)) !== 0),
    )
    if (cost > worst) worst = cost
  }
  return worst
}

/** How much less money is free once all of these are filled at their prices. */
function costOf(
  { rooms: { trading, market } }: Engine,
  account: AccountId,
  instrument: InstrumentId,
  rows: readonly Row[],
): bigint {
  const { orders } = trading
  const at = market.instruments.row(instrument)
  const units = 10n ** BigInt(market.instruments.quantityScale.get(at))
  const isContract = market.instruments.kind.get(at) === 'event_contract'
  const before = trading.held(account, instrument) as bigint
  let [after, paid] = [before, 0n]
  for (const row of rows) {
    const open = orders.quantity.get(row) - orders.filled.get(row)
    const price = orders.reservePrice.get(row)
    const isBuy = orders.side.get(row) === 'buy'
    const money = (price * open) / units
    paid += isBuy ? money : -money
    const fee = feeOf(
      market.feesOf(at, orders.feeSchedule.get(row), orders.side.get(row)),
      isResting(orders, row),
      price,
      open,
      units,
    )
    // What was charged beyond the exact fee, by rounding up, is not charged again.
    const ahead = orders.takerFees.get(row) * UNIT - orders.feeExact.get(row)
    if (fee > 0n && fee > ahead) paid += fee - ahead
    after += isBuy ? open : -open
  }
  const locked = isContract ? ((shortOf(after) - shortOf(before)) * ONE) / units : 0n
  return (paid + locked) / UNIT
}

const shortOf = (held: bigint): bigint => (held < 0n ? -held : 0n)

function isResting(orders: Engine['rooms']['trading']['orders'], row: Row): boolean {
  const isStanding = orders.stopPrice.get(row) === null || orders.isTriggered.get(row)
  return isStanding && !orders.terms.get(row).allOrNone
}

/** The exact fee in 10^-18; a rebate is not counted on. */
function feeOf(
  fees: ReturnType<Engine['rooms']['market']['feesOf']>,
  isMaker: boolean,
  price: bigint,
  open: bigint,
  units: bigint,
): bigint {
  if (fees === null) return 0n
  const rate = isMaker || fees.makerRate > fees.takerRate ? fees.makerRate : fees.takerRate
  if (rate <= 0n) return 0n
  return fees.kind === 'quadratic'
    ? (rate * open * price * (ONE - price)) / (units * ONE * ONE)
    : (rate * open * price) / (units * ONE)
}
