/**
 * The laws of trading, added up the slow way: every buyer has a seller, an open book is not crossed, and what positions
 * and orders need is there.
 */
import type { Engine } from '@stemma/core'
import type { Finding } from './finding.js'

const PAYOUT = 10n ** 18n

export function auditTrading(engine: Engine): Finding[] {
  return [
    ...instrumentsSumToZero(engine),
    ...noBookIsCrossed(engine),
    ...everythingIsPaidFor(engine),
    ...nothingIsHeldOfPairs(engine),
    ...locksAreOpenOrders(engine),
  ]
}

/** What a trade in a pair leaves are balances. */
function nothingIsHeldOfPairs({ rooms: { trading, market } }: Engine): Finding[] {
  const { positions } = trading
  return [...positions.each()]
    .filter((row) => market.pairs.base(market.instruments.row(positions.instrument.get(row))) !== null)
    .map((row) => ({ law: 'nobody has a position in a pair', detail: `pos_${positions.id(row)}` }))
}

/** What is locked of a currency: of bids in pairs at least what they cost, of offers what they would give. */
function locksAreOpenOrders({ rooms: { trading, market } }: Engine): Finding[] {
  const { orders } = trading
  const given = new Map<string, bigint>()
  for (const row of orders.each()) {
    const instrument = market.instruments.row(orders.instrument.get(row))
    const base = market.pairs.base(instrument)
    // One that waits for another locks nothing before it is live.
    if (base === null || orders.terms.get(row).link?.isWaiting === true) continue
    const open = (orders.quantity.get(row) - orders.filled.get(row)) as never
    const isBid = orders.side.get(row) === 'buy'
    const currency = isBid ? market.instruments.currency.get(instrument) : base
    const amount = isBid
      ? market.termsOf(instrument).notional(orders.reservePrice.get(row), open)
      : market.pairs.baseAmount(instrument, open)
    const key = `${orders.account.get(row)} ${currency}`
    given.set(key, (given.get(key) ?? 0n) + amount)
  }
  return [...given].flatMap(([key, sum]) => {
    const [account, currency] = key.split(' ') as [string, string]
    const locked = trading.openOrders.locked(Number(account) as never, currency as never)
    if (locked >= sum) return []
    return [{ law: 'open exchanges are locked', detail: `acc_${key}: ${locked} for ${sum}` }]
  })
}

function instrumentsSumToZero({ rooms: { trading } }: Engine): Finding[] {
  const sums = new Map<number, bigint>()
  for (const row of trading.positions.each()) {
    const instrument = trading.positions.instrument.get(row)
    sums.set(instrument, (sums.get(instrument) ?? 0n) + trading.positions.quantity.get(row))
  }
  return [...sums]
    .filter(([, sum]) => sum !== 0n)
    .map(([id, sum]) => ({ law: 'instruments sum to zero', detail: `ins_${id} sums to ${sum}` }))
}

/** The best of each side, found order by order: what waits for a trigger or for all of it is not displayed. */
function noBookIsCrossed({ rooms: { trading, market } }: Engine): Finding[] {
  const { orders } = trading
  const best = new Map<number, { bid: bigint | null; offer: bigint | null }>()
  for (const row of orders.each()) {
    const price = orders.price.get(row)
    const isWaiting = orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row)
    const { allOrNone, link } = orders.terms.get(row)
    if (price === null || isWaiting || allOrNone || link?.isWaiting === true) continue
    const book = best.get(orders.instrument.get(row)) ?? { bid: null, offer: null }
    best.set(orders.instrument.get(row), book)
    if (orders.side.get(row) === 'buy') book.bid = book.bid === null || price > book.bid ? price : book.bid
    else book.offer = book.offer === null || price < book.offer ? price : book.offer
  }
  return [...best].flatMap(([id, { bid, offer }]) => {
    const isOpen = market.state(market.instruments.row(id as never)) === 'open'
    if (!isOpen || bid === null || offer === null || bid < offer) return []
    return [{ law: 'an open book is not crossed', detail: `ins_${id}: bid ${bid}, offer ${offer}` }]
  })
}

/** The money of a customer is at least what its shorts may pay out; nobody is short of a share. */
function everythingIsPaidFor({ rooms: { trading, market, ledger, hierarchy } }: Engine): Finding[] {
  const { positions } = trading
  const needed = new Map<string, bigint>()
  const findings: Finding[] = []
  for (const row of positions.each()) {
    const quantity = positions.quantity.get(row)
    const account = positions.account.get(row)
    if (quantity >= 0n || hierarchy.accounts.book.get(hierarchy.accounts.row(account)) !== 'customer')
      continue
    const instrument = market.instruments.row(positions.instrument.get(row))
    const kind = market.instruments.kind.get(instrument)
    // What stands behind a short of these follows from prices, and is the margin model's.
    if (kind !== 'equity' && kind !== 'event_contract') continue
    if (kind === 'equity')
      findings.push({ law: 'nobody is short of a share', detail: `pos_${positions.id(row)} has ${quantity}` })
    const key = `${account} ${market.instruments.currency.get(instrument)}`
    const payout = market.termsOf(instrument).notional(PAYOUT as never, -quantity as never, 'up')
    needed.set(key, (needed.get(key) ?? 0n) + payout)
  }
  for (const [key, sum] of needed) {
    const [account, currency] = key.split(' ') as [string, string]
    const row = ledger.find(Number(account) as never, currency as never)
    if (ledger.posted(row) - ledger.held(row) < sum)
      findings.push({
        law: 'a short is collateralised',
        detail: `acc_${key}: ${ledger.posted(row)} for ${sum}`,
      })
  }
  return findings
}
