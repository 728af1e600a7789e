/** Orders as the venue shows them (sections 6.4 and 6.5), open ones and those that have ended. */
import {
  type AccountId,
  type Amount,
  type HistoryRow,
  type OrderTerms,
  type OrderType,
  type Price,
  type Quantity,
  type Rate,
  termsOfTold,
  toMilliseconds,
} from '@stemma/core'
import type { Host } from '../../services.js'
import { VenueError } from './errors.js'
import { type Contract, contractSize, isSpot, SYSTEM } from './instruments.js'
import { priceOr, priceShown, quantityShown } from './numbers.js'
import { reasonShown } from './reasons.js'
import type { Advanced } from './words.js'

/** What is kept of an order, by the names of the core's own views. */
export interface OrderFacts {
  readonly id: number
  readonly account: AccountId
  readonly instrument: number
  readonly side: 'buy' | 'sell'
  readonly type: OrderType
  readonly timeInForce: string
  readonly state: string
  readonly price: Price | null
  readonly stopPrice: Price | null
  readonly isTriggered: boolean
  readonly quantity: Quantity
  readonly filled: Quantity
  readonly cost: bigint
  readonly terms: OrderTerms
  readonly feeSchedule: number | null
  readonly createdAt: number
  /** Later than its creation where it was replaced. */
  readonly enteredAt: number
  readonly updatedAt: number
  readonly reason?: string | null
}

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())

/** A row of history by the same names, or a view, with all of its terms. */
export function factsOf(row: HistoryRow): OrderFacts {
  const named = Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value]))
  return { ...named, terms: termsOfTold(row.terms) } as unknown as OrderFacts
}

/** An order as it stands, open or ended; null where there is none. */
export async function findFacts(host: Host, order: number): Promise<OrderFacts | null> {
  const [row] = await host.history('orders', { equals: { id: order }, limit: 1 })
  const facts = row === undefined ? null : factsOf(row)
  return facts === null || !movesSilently(facts) ? facts : ((await openFactsOf(host, order)) ?? facts)
}

/** Whether it changes without a report: its stop follows a price, or the tip that it shows is refreshed. */
const movesSilently = ({ terms }: OrderFacts): boolean =>
  terms.trailingOffset !== undefined || terms.displayQuantity !== undefined

/** The same as the engine has it, where it is open. */
async function openFactsOf(host: Host, order: number): Promise<OrderFacts | null> {
  const answer = await host.read<HistoryRow>('orders.get', SYSTEM, { order })
  return answer.kind === 'refused' ? null : factsOf(answer.result)
}

/**
 * Ids of what settles in BTC are digits alone; others begin with their currency, those of a pair with both (section 6.4).
 */
export function numberShown(id: number, contract: Contract): string {
  const { currency, symbol } = contract
  if (isSpot(contract)) return `${symbol}-${id}`
  return currency === 'BTC' ? String(id) : `${currency}-${id}`
}

export function orderIdRead(text: string): number {
  const number = numberRead(text)
  if (number === null) throw new VenueError(10025)
  return number
}

/** The number behind the currency or the pair; null where it is none. */
export function numberRead(text: string): number | null {
  const [, digits] = /^(?:[A-Z]{3,5}(?:_[A-Z]{3,5})?-)?([1-9]\d{0,15})$/.exec(text) ?? []
  return digits === undefined ? null : Number(digits)
}

export const TYPES_SHOWN: Readonly<Record<OrderType, string>> = {
  market: 'market',
  limit: 'limit',
  // What is left of it rests as a limit order; `original_order_type` says what it was.
  market_to_limit: 'limit',
  stop: 'stop_market',
  stop_limit: 'stop_limit',
  take: 'take_market',
  take_limit: 'take_limit',
  trailing_stop: 'trailing_stop',
}
const TIMES_SHOWN: Readonly<Record<string, string>> = {
  gtc: 'good_til_cancelled',
  day: 'good_til_day',
  gtd: 'good_til_day',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
}
export const TRIGGERS_SHOWN = {
  last_trade: 'last_price',
  published_price: 'mark_price',
  index_price: 'index_price',
} as const

/** Placed by the house, to close what an account cannot keep. */
export const isLiquidation = ({ terms }: Pick<OrderFacts, 'terms'>): boolean =>
  terms.tags.origin === 'liquidation'

export function stateShown({ state, stopPrice, isTriggered, terms }: OrderFacts): string {
  switch (state) {
    case 'filled':
    case 'rejected':
      return state
    case 'cancelled':
    case 'expired':
      return 'cancelled'
    default:
      return (stopPrice !== null && !isTriggered) || terms.link?.isWaiting === true ? 'untriggered' : 'open'
  }
}

export function orderShown(facts: OrderFacts, contract: Contract): Readonly<Record<string, unknown>> {
  const { terms, quantity, filled } = facts
  const scale = contract.quantityScale
  const amount = quantityShown(quantity, scale)
  const state = stateShown(facts)
  return {
    order_id: numberShown(facts.id, contract),
    order_state: state,
    order_type: TYPES_SHOWN[facts.type],
    ...(facts.type === 'market_to_limit' ? { original_order_type: 'market_limit' } : {}),
    time_in_force: TIMES_SHOWN[facts.timeInForce] ?? facts.timeInForce,
    instrument_name: contract.symbol,
    direction: facts.side,
    price: priceOr(facts.price, 'market_price'),
    amount,
    contracts: contractsShown(amount, contract),
    filled_amount: quantityShown(filled, scale),
    average_price: averageShown(contract, facts.cost as Amount, filled),
    label: terms.label ?? '',
    post_only: terms.postOnly,
    ...(terms.postOnly ? { reject_post_only: !terms.reprices } : {}),
    ...(isSpot(contract)
      ? { is_rebalance: false }
      : { reduce_only: terms.reduceOnly, is_liquidation: isLiquidation(facts) }),
    replaced: facts.enteredAt > facts.createdAt,
    api: true,
    web: false,
    mmp: terms.isProtected === true,
    risk_reducing: false,
    creation_timestamp: toMilliseconds(facts.createdAt as never),
    last_update_timestamp: toMilliseconds(facts.updatedAt as never),
    ...(facts.stopPrice === null
      ? {}
      : {
          trigger: TRIGGERS_SHOWN[terms.trigger ?? 'last_trade'],
          trigger_price: priceShown(facts.stopPrice),
          triggered: facts.isTriggered,
        }),
    ...trailingShown(facts),
    ...icebergShown(facts, scale),
    ...linkShown(facts, contract),
    ...(terms.quote === undefined ? {} : { quote: true, mmp_group: terms.quote.group }),
    ...quoteIdsShown(facts),
    ...advancedShown(facts),
    ...(state === 'cancelled' ? reasonShown(facts.reason ?? null) : {}),
  }
}

/** What a quote was called by its maker; its trades carry it too. */
export const quoteIdsShown = ({ terms: { quote } }: Pick<OrderFacts, 'terms'>) =>
  quote === undefined
    ? {}
    : { quote_id: quote.id, ...(quote.set === null ? {} : { quote_set_id: quote.set }) }

/** The unit in which its owner gave the price. */
export function advancedOf({ terms: { usdPrice, volatility } }: Pick<OrderFacts, 'terms'>): Advanced | null {
  return usdPrice !== undefined ? 'usd' : volatility !== undefined ? 'implv' : null
}

/** What its price follows; a volatility is in percent. */
function advancedShown(facts: OrderFacts) {
  const { usdPrice, volatility, isRepriced } = facts.terms
  const advanced = advancedOf(facts)
  if (advanced === null) return {}
  return {
    advanced,
    ...(usdPrice === undefined ? {} : { usd: priceShown(usdPrice) }),
    ...(volatility === undefined ? {} : { implv: priceShown((volatility * 100n) as Rate) }),
    auto_replaced: isRepriced === true,
  }
}

/** What it has followed so far, and how far behind that it waits. */
function trailingShown({ terms: { trailingOffset }, stopPrice, side }: OrderFacts) {
  if (trailingOffset === undefined || stopPrice === null) return {}
  const followed = (side === 'sell' ? stopPrice + trailingOffset : stopPrice - trailingOffset) as Price
  return {
    trigger_offset: priceShown(trailingOffset),
    trigger_reference_price: priceShown(followed),
  }
}

/** The tip, and what is left of the one that is shown now. */
function icebergShown({ terms, quantity, filled }: OrderFacts, scale: number) {
  const { displayQuantity, shownUntil } = terms
  if (displayQuantity === undefined) return {}
  const end = shownUntil === undefined || shownUntil > quantity ? quantity : shownUntil
  const left = (end > filled ? end - filled : 0n) as Quantity
  return {
    display_amount: quantityShown(displayQuantity, scale),
    refresh_amount: quantityShown(left, scale),
  }
}

/** How it hangs together with others (section 6.4). */
function linkShown({ id, terms: { link } }: OrderFacts, contract: Contract) {
  if (link === undefined) return {}
  const isPrimary = link.primary === id
  const [other] = link.cancels
  return {
    trigger_fill_condition: link.condition,
    ...(link.triggers.length === 0
      ? {}
      : { oto_order_ids: link.triggers.map((each) => numberShown(each, contract)) }),
    ...(other === undefined ? {} : { oco_ref: numberShown(Math.min(id, other), contract) }),
    ...(link.kind === 'one_cancels_other'
      ? {}
      : isPrimary
        ? { is_primary_otoco: link.kind === 'one_triggers_one_cancels_other' }
        : { is_secondary_oto: true, primary_order_id: numberShown(link.primary, contract) }),
  }
}

/** Whole contracts, free of the noise of binary fractions. */
export const contractsShown = (amount: number, contract: Contract): number =>
  Number((amount / contractSize(contract)).toPrecision(15))

/** What a unit cost on average; 0 where there is none. */
export const averageShown = ({ terms }: Contract, cost: Amount, quantity: Quantity): number =>
  priceOr(terms.averageOnTick(cost, quantity), 0)
