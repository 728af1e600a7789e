/** The venue's Order object (section 4.6), made of an order as the engine, its history or a report tells of it. */
import {
  type Amount,
  formatInstant,
  formatPrice,
  type HistoryRow,
  type Instant,
  type InstrumentView,
  type OrderTerms,
  type Plain,
  type Price,
  type Quantity,
  type Rate,
  termsOfTold,
} from '@stemma/core'
import type { Listed } from '../instruments.js'
import { commissionShown } from './commissions.js'
import type { Fills } from './fills.js'
import { idShown } from './ids.js'
import type { Lookup } from './lookup.js'
import type { Scales } from './scales.js'
import { ORDER_STATES, ORDER_TYPES, SELF_MATCH, SIDES, TIMES_IN_FORCE } from './words.js'

/** The fields of an order that are shown, as `OrderTold` has them. */
export interface OrderFacts {
  readonly id: number
  readonly account: number
  readonly instrument: number
  readonly symbol: string
  readonly clientOrderId: string | null
  readonly user: number | null
  readonly submittedBy: number | null
  readonly side: string
  readonly type: string
  readonly timeInForce: string
  readonly state: string
  readonly price: Price | null
  readonly stopPrice: Price | null
  readonly quantity: Quantity
  readonly filled: Quantity
  readonly cost: Amount
  readonly fees: Amount
  /** What it is charged by. */
  readonly feeSchedule: number | null
  readonly expiresAt: Instant | null
  readonly terms: OrderTerms
  readonly createdAt: Instant
  readonly enteredAt: Instant
  readonly updatedAt: Instant
}

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** A row of the history of orders, under the names that the engine tells of orders by. */
export const factsOfRow = (row: HistoryRow): OrderFacts =>
  factsTold(Object.fromEntries(Object.entries(row).map(([name, plain]) => [camel(name), plain])))

export const factsTold = (told: Plain | object): OrderFacts => {
  const facts = told as unknown as OrderFacts
  return { ...facts, terms: termsOfTold(facts.terms) }
}

export interface OrderContext {
  readonly lookup: Lookup
  readonly fills: Fills
}

export async function orderShown(
  { lookup, fills }: OrderContext,
  facts: OrderFacts,
  as: { readonly execution?: unknown; readonly state?: string } = {},
): Promise<Readonly<Record<string, unknown>>> {
  const listed = await lookup.instruments.of(facts.instrument)
  const { view, scales } = listed
  const traded = fills.until(facts.id, as.execution ?? null)
  return {
    ...identityOf(facts, view.symbol, await lookup.account(facts.account), as.state ?? stateOf(facts)),
    participant: await lookup.user(facts.user),
    submittingParticipant: await lookup.firmOfCredential(facts.submittedBy),
    ...figuresOf(facts, scales),
    commissionNotionalTotalCollected: commissionsOf(facts, listed),
    ...timesOf(facts),
    ...termsOf(facts.terms),
    ...ratesOf(view),
    priceScale: String(scales.priceScale),
    fractionalQuantityScale: String(scales.quantityScale),
    priceToQuantityFilled: byPrice(traded, scales),
    lastTradeId: traded.length === 0 ? '' : idShown(traded.at(-1)?.trade),
  }
}

/** An order that goes on as its replacement, and has not traded, is REPLACED (section 4.3). */
export const stateOf = ({ state, enteredAt, createdAt }: OrderFacts): string =>
  state === 'new' && enteredAt > createdAt ? 'replaced' : state

const identityOf = (facts: OrderFacts, symbol: string, account: string, state: string) => ({
  id: idShown(facts.id),
  clordId: facts.clientOrderId ?? '',
  type: ORDER_TYPES.shown(facts.type),
  side: SIDES.shown(facts.side),
  state: ORDER_STATES.shown(state),
  timeInForce: TIMES_IN_FORCE.shown(facts.timeInForce),
  symbol,
  account,
})

const isOver = (state: string): boolean => ['filled', 'cancelled', 'expired', 'rejected'].includes(state)

function figuresOf(facts: OrderFacts, scales: Scales) {
  const leaves = isOver(facts.state) ? 0n : facts.quantity - facts.filled
  const price = (of: Price | null): string => (of === null ? '0' : scales.price(of))
  const { cash, minimumQuantity } = facts.terms
  return {
    orderQty: String(facts.quantity),
    cumQty: String(facts.filled),
    leavesQty: String(leaves),
    price: price(facts.price),
    stopPrice: price(facts.stopPrice),
    avgPx: scales.average(facts.cost, facts.filled),
    cashOrderQty: cash === null ? '0' : scales.cash(cash as Amount),
    minQty: String(minimumQuantity),
  }
}

/** All of them at the price that was paid on average. */
const commissionsOf = (facts: OrderFacts, listed: Listed): string =>
  commissionShown(listed, facts.fees, facts, listed.units.terms.average(facts.cost, facts.filled))

const timesOf = ({ createdAt, enteredAt, updatedAt, expiresAt, timeInForce }: OrderFacts) => ({
  createTime: formatInstant(createdAt),
  insertTime: formatInstant(enteredAt),
  lastTransactTime: formatInstant(updatedAt),
  ...(timeInForce === 'gtd' && expiresAt !== null ? { goodTillTime: formatInstant(expiresAt) } : {}),
})

function termsOf(terms: OrderTerms) {
  const tag = (name: string): string => String(terms.tags[name] ?? '')
  const isTagged = (name: string): boolean => terms.tags[name] === 'true'
  const words = (name: string) => (tag(name) === '' ? {} : { [name]: tag(name) })
  return {
    clientAccountId: tag('clientAccountId'),
    clientParticipantId: tag('clientParticipantId'),
    parentOrderId: '',
    crossId: terms.cross ?? '',
    hostCrossId: '',
    ...words('orderCapacity'),
    ...words('manualOrderIndicator'),
    selfMatchPreventionId: terms.selfMatchId ?? '',
    ...(terms.selfMatchInstruction === null
      ? {}
      : { selfMatchPreventionInstruction: SELF_MATCH.shown(terms.selfMatchInstruction) }),
    allOrNone: terms.allOrNone,
    participateDontInitiate: terms.postOnly,
    strictLimit: terms.strictLimit,
    bestLimit: isTagged('bestLimit'),
    immediatelyExecutableLimit: isTagged('immediatelyExecutableLimit'),
    ignorePriceValidityChecks: isTagged('ignorePriceValidityChecks'),
  }
}

const BASIS_POINTS = 10_000n

/** The rates of the instrument's fees, in basis points of what they are reckoned from. */
function ratesOf({ fees }: InstrumentView) {
  const points = (rate: bigint): string => formatPrice((rate * BASIS_POINTS) as Rate)
  return {
    commissionsBasisPoints: fees === null ? '0' : points(fees.takerRate),
    makerCommissionsBasisPoints: fees === null ? '0' : points(fees.makerRate),
  }
}

function byPrice(fills: ReturnType<Fills['until']>, scales: Scales): Readonly<Record<string, string>> {
  const sums = new Map<string, bigint>()
  for (const { price, quantity } of fills) {
    const shown = scales.price(price)
    sums.set(shown, (sums.get(shown) ?? 0n) + quantity)
  }
  return Object.fromEntries([...sums].map(([price, quantity]) => [price, String(quantity)]))
}
