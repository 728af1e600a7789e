/** The laws of trading as named checks: what is held of each instrument, and what orders and positions keep in accounts. */
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import { amount, type CurrencyCode, NONE, quantity, ZERO } from '../money/index.js'
import {
  contributionOf,
  kindRules,
  NO_OPEN_ORDERS,
  type OpenSums,
  openQuantityOf,
  worsePrice,
} from '../trading/index.js'
import { type Check, checkOf } from './checks.js'
import type { RollUpContext } from './rollup.js'

/** For the whole book: every buyer has a seller. */
export function proveInstruments(context: RollUpContext): Check[] {
  return [heldSumsToZero(context), paidSumsToZero(context)]
}

/** For the accounts that `isInside` says. */
export function proveTrading(context: RollUpContext, isInside: (account: AccountId) => boolean): Check[] {
  const { trading } = context
  const positions = [...trading.positions.each()].filter((row) =>
    isInside(trading.positions.account.get(row)),
  )
  const orders = [...trading.orders.each()].filter((row) => isInside(trading.orders.account.get(row)))
  return [
    lotsMakePositions(context, positions),
    filledWithinQuantity(context, orders),
    // An order that waits for another is in no reserve.
    reservesRestated(
      context,
      orders.filter((row) => trading.orders.terms.get(row).link?.isWaiting !== true),
    ),
    requirementsRestated(context, positions),
  ]
}

/** All accounts, the outside world included, hold nothing of an instrument together. */
function heldSumsToZero({ trading }: RollUpContext): Check {
  const { positions } = trading
  const sums = new Map<number, bigint>()
  for (const row of positions.each())
    addTo(sums, positions.instrument.get(row) as number, positions.quantity.get(row))
  return checkOf(
    'zero sum of instruments',
    firstBroken(sums, (id) => `what is held of ins_${id}`),
  )
}

/**
 * What was paid for an instrument was paid to somebody: the cost of what is open less what was realized is the money
 * that its trades moved, and over all accounts that is nothing.
 */
function paidSumsToZero({ trading }: RollUpContext): Check {
  const { positions } = trading
  const sums = new Map<number, bigint>()
  for (const row of positions.each())
    addTo(
      sums,
      positions.instrument.get(row) as number,
      positions.cost.get(row) - positions.realized.get(row),
    )
  return checkOf(
    'zero sum of costs',
    firstBroken(sums, (id) => `what was paid for ins_${id}`),
  )
}

/** A position that closes lot by lot is its lots; one at average cost has none, and nothing open has no cost. */
function lotsMakePositions({ trading }: RollUpContext, rows: readonly Row[]): Check {
  const { positions, lots, lotsOf } = trading
  const broken = rows.find((row) => {
    let [held, cost] = [0n, 0n]
    for (const lot of lotsOf.of(positions.id(row))) {
      held += lots.quantity.get(lot)
      cost += lots.cost.get(lot)
    }
    if (positions.quantity.get(row) === NONE) return held !== 0n || positions.cost.get(row) !== ZERO
    return positions.netting.get(row) === 'fifo'
      ? held !== positions.quantity.get(row) || cost !== positions.cost.get(row)
      : held !== 0n
  })
  return checkOf(
    'positions are their lots',
    broken === undefined ? null : `pos_${positions.id(broken)} differs from its lots`,
  )
}

function filledWithinQuantity({ trading }: RollUpContext, rows: readonly Row[]): Check {
  const { orders } = trading
  const broken = rows.find(
    (row) => orders.filled.get(row) < 0n || orders.filled.get(row) >= orders.quantity.get(row),
  )
  return checkOf(
    'open orders are open',
    broken === undefined ? null : `ord_${orders.id(broken)} has nothing open`,
  )
}

/** The reserve of each account and currency, added up again from its open orders one by one. */
function reservesRestated(context: RollUpContext, rows: readonly Row[]): Check {
  const { trading, market } = context
  const { orders } = trading
  const open = new Map<AccountId, Map<number, OpenSums>>()
  for (const row of rows) {
    const account = orders.account.get(row)
    const own = open.get(account) ?? new Map<number, OpenSums>()
    open.set(account, own)
    const instrument = orders.instrument.get(row)
    own.set(instrument, withOrder(context, own.get(instrument) ?? NO_OPEN_ORDERS, row))
  }
  const { instruments } = market
  for (const [account, own] of open) {
    const sums = new Map<CurrencyCode, bigint>()
    const locks = new Map<CurrencyCode, bigint>()
    for (const [id, sides] of own) {
      const instrument = instruments.row(id as never)
      const rules = kindRules(instruments.kind.get(instrument))
      const held = trading.held(account, instruments.id(instrument))
      const reserve = rules.worstCost(sides, held, market.termsOf(instrument))
      const base = market.pairs.base(instrument)
      addTo(base === null ? sums : locks, instruments.currency.get(instrument), reserve)
      if (base !== null) addTo(locks, base, market.pairs.baseAmount(instrument, sides.offerQuantity))
    }
    const broken =
      [...sums].find(([currency, sum]) => trading.openOrders.reserved(account, currency) !== sum) ??
      [...locks].find(([currency, sum]) => trading.openOrders.locked(account, currency) !== sum)
    if (broken !== undefined)
      return checkOf('reserves of open orders', `acc_${account} reserves another amount of ${broken[0]}`)
  }
  return checkOf('reserves of open orders', null)
}

function withOrder({ trading, market }: RollUpContext, sums: OpenSums, row: Row): OpenSums {
  const { orders } = trading
  const instrument = market.instruments.row(orders.instrument.get(row))
  const order = orders.read(row)
  const isStanding = order.stopPrice === null || order.isTriggered
  const willTake = !isStanding || order.terms.allOrNone
  // A replacement that waits for a venue's word counts where it asks for more.
  const { pending } = order
  const most = pending !== null && pending.quantity > order.quantity ? pending.quantity : order.quantity
  const reservePrice = worsePrice(order.side, order.reservePrice, pending?.reservePrice)
  const counted = { ...order, reservePrice, quantity: most }
  const added = contributionOf(market, instrument, counted, openQuantityOf(counted), willTake)
  return added.isBid
    ? {
        ...sums,
        bidQuantity: quantity(sums.bidQuantity + added.quantity),
        bidCost: amount(sums.bidCost + added.money),
        bidFees: amount(sums.bidFees + added.fees),
        excess: amount(sums.excess + added.excess),
      }
    : {
        ...sums,
        offerQuantity: quantity(sums.offerQuantity + added.quantity),
        offerProceeds: amount(sums.offerProceeds + added.money),
        offerFees: amount(sums.offerFees + added.fees),
        excess: amount(sums.excess + added.excess),
      }
}

/** What positions require, added up again for each account and currency. */
function requirementsRestated(context: RollUpContext, rows: readonly Row[]): Check {
  const { trading, market, margin } = context
  const { positions } = trading
  const sums = new Map<string, { account: AccountId; currency: CurrencyCode; sum: bigint }>()
  for (const row of rows) {
    const instrument = market.instruments.row(positions.instrument.get(row))
    const rules = kindRules(market.instruments.kind.get(instrument))
    const account = positions.account.get(row)
    const currency = market.instruments.currency.get(instrument)
    const own = sums.get(`${account} ${currency}`) ?? { account, currency, sum: 0n }
    own.sum += rules.requirement(positions.quantity.get(row), market.termsOf(instrument))
    sums.set(`${account} ${currency}`, own)
  }
  const broken = [...sums.values()].find(
    ({ account, currency, sum }) => margin.requirements.of(account, currency) !== sum,
  )
  return checkOf(
    'requirements of positions',
    broken === undefined ? null : `acc_${broken.account} requires another amount of ${broken.currency}`,
  )
}

function addTo<Key>(sums: Map<Key, bigint>, key: Key, change: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + change)
}

function firstBroken(sums: ReadonlyMap<number, bigint>, name: (id: number) => string): string | null {
  const broken = [...sums].sort(([left], [right]) => left - right).find(([, sum]) => sum !== 0n)
  return broken === undefined ? null : `${name(broken[0])} sums to ${broken[1]}`
}
