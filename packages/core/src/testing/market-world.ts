/** A small market for tests: an open book, an instrument, and the shortest way to place orders in it. Not exported. */
import type { Outcome } from '../engine/envelope.js'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import type { Plain } from '../image/index.js'
import type { FeeScheduleId, InstrumentId } from '../market/index.js'
import {
  type CurrencyCode,
  currencyOf,
  type Price,
  parseAmount,
  parsePrice,
  type Quantity,
} from '../money/index.js'
import { type OrderId, PLAIN_LIMIT, type PlaceOrder } from '../trading/index.js'
import { createParty, done, type OpenedBook, openAccount, openBook, run, type With } from './world.js'

export const USD = 'USD' as CurrencyCode
export const usd = (text: string): bigint => parseAmount(text, currencyOf(USD)) as bigint
export const at = (text: string): Price => parsePrice(text) as Price

export interface MarketWorld {
  readonly engine: Engine
  readonly book: OpenedBook
  readonly firm: PartyId
}

export function openMarket(engine: Engine = new Engine()): MarketWorld {
  const book = openBook(engine)
  const firm = createParty(engine, book.party, 'firm', { kind: 'participant' })
  return { engine, book, firm }
}

/** An account with money, of the type that trades event contracts. */
export function trader(
  { engine, book, firm }: MarketWorld,
  name: string,
  money: string,
  type = 'fully_collateralised',
): AccountId {
  const account = openAccount(engine, firm, name, { type })
  if (money !== '0')
    done(engine, 'transfers.create', {
      from: book.accounts.outsideWorld,
      to: account,
      currency: USD,
      amount: usd(money),
      description: null,
    })
  return account
}

/** The fees of the venue since 25 September 2026 (polymarket-us section 10). */
export function venueFees(engine: Engine): FeeScheduleId {
  const input = {
    name: 'venue-2026-09-25',
    kind: 'quadratic',
    takerRate: at('0.0695'),
    makerRate: -at('0.0125'),
    rounding: 'half_even',
  }
  return done<{ feeSchedule: FeeScheduleId }>(engine, 'fee_schedules.create', input).feeSchedule
}

/** An event contract in whole contracts, as the command takes it: one cent a tick, without fees unless it is said. */
export const instrumentInput = (symbol: string, more: Readonly<Record<string, Plain>> = {}) => ({
  symbol,
  displayName: symbol,
  kind: 'event_contract',
  currency: USD,
  tick: at('0.01'),
  quantityScale: 0,
  lot: 1n,
  multiplier: at('1'),
  priceLow: at('0.01'),
  priceHigh: at('0.99'),
  quantityMax: null,
  notionalMax: null,
  settlementDays: 0,
  feeSchedule: null,
  event: null,
  venue: null,
  expiresAt: null,
  metadata: {},
  ...more,
})

/** An open event contract in whole contracts, one cent a tick, without fees unless it is said. */
export function contract(
  engine: Engine,
  symbol = 'rain',
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId {
  const input = instrumentInput(symbol, more)
  const { instrument } = done<{ instrument: InstrumentId }>(engine, 'instruments.create', input)
  done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
  return instrument
}

/** An open share that settles a business day later. */
export const share = (
  engine: Engine,
  symbol = 'ACME',
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  contract(engine, symbol, {
    kind: 'equity',
    priceLow: null,
    priceHigh: null,
    settlementDays: 1,
    ...more,
  })

type Asked = Partial<Omit<PlaceOrder, 'price' | 'stopPrice' | 'quantity'>> & {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly price?: string | null
  readonly stopPrice?: string | null
  readonly quantity?: number | null
}

/** An order as the command takes it; a limit where a price is given, good till cancelled, refused when it fails. */
export function orderInput({ price = null, stopPrice = null, quantity = null, ...asked }: Asked): PlaceOrder {
  return {
    ...PLAIN_LIMIT,
    side: 'buy',
    type: price === null ? 'market' : 'limit',
    timeInForce: price === null ? 'ioc' : 'gtc',
    quantity: quantity === null ? null : (BigInt(quantity) as Quantity),
    price: price === null ? null : at(price),
    stopPrice: stopPrice === null ? null : at(stopPrice),
    ...asked,
  }
}

/** A replacement that asks for nothing. */
export const UNCHANGED = {
  clientOrderId: null,
  price: null,
  stopPrice: null,
  quantity: null,
  timeInForce: null,
  expiresAt: null,
  minimumQuantity: null,
  allOrNone: null,
  postOnly: null,
  strictLimit: null,
  onReject: 'refuse',
} as const

export function place(engine: Engine, asked: Asked, more: With = {}): OrderId {
  return done<{ order: OrderId }>(engine, 'orders.place', orderInput(asked), more).order
}

export const tryPlace = (engine: Engine, asked: Asked, more: With = {}): Outcome =>
  run(engine, 'orders.place', orderInput(asked), more)

/** Why the order was not accepted, by its code; throws where it was. */
export function placeFault(engine: Engine, asked: Asked, more: With = {}): string {
  const outcome = tryPlace(engine, asked, more)
  if (outcome.kind !== 'refused') throw new Error(`expected the order to be refused, was ${outcome.kind}`)
  return String(outcome.refusal.data?.reason ?? outcome.refusal.code)
}

/** One open contract and three who trade it, each with plenty of money: what most scenarios need. */
export function pageWorld(
  more: Readonly<Record<string, Plain>> = {},
  money = '10000.00',
): MarketWorld & { readonly instrument: InstrumentId; readonly people: Readonly<Record<string, AccountId>> } {
  const world = openMarket()
  const people = Object.fromEntries(['anna', 'ben', 'carl'].map((name) => [name, trader(world, name, money)]))
  return { ...world, instrument: contract(world.engine, 'rain', more), people }
}
