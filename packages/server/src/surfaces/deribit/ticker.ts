/** What an instrument stands at: ticker, book, index (sections 7 and 7.3). */
import { type BookLevel, type BookView, type IndexView, type Instant, toMilliseconds } from '@stemma/core'
import type { Call, Method } from './call.js'
import { answered, invalidParam } from './errors.js'
import { optionShown } from './greeks.js'
import { quoteOf, stateShown } from './instrument-methods.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyNamed,
  filterAsked,
  isInverse,
  isOfFilter,
  isOver,
  isSpot,
  SYSTEM,
} from './instruments.js'
import { amountShown, priceOr, priceShown, quantityShown } from './numbers.js'

const DEPTHS = [1, 5, 10, 20, 50, 100, 1_000] as const
const DEPTH_DEFAULT = 5

export type Levels = Pick<BookView, 'bids' | 'offers'>

export const levelShown = ({ quantityScale }: Contract, { price, quantity }: BookLevel): [number, number] => [
  priceShown(price),
  quantityShown(quantity, quantityScale),
]

export async function levelsOf(
  { host }: Pick<Call, 'host'>,
  { id }: Contract,
  depth: number,
): Promise<BookView> {
  return answered(await host.read<BookView>('books.get', SYSTEM, { instrument: id, depth }))
}

/** The best of each side; an empty side is 0 and 0. */
export function quoteShown(contract: Contract, { bids, offers }: Levels): Readonly<Record<string, number>> {
  const [bid = [0, 0], ask = [0, 0]] = [bids[0], offers[0]].map((level) =>
    level === undefined ? undefined : levelShown(contract, level),
  )
  return { best_bid_price: bid[0], best_bid_amount: bid[1], best_ask_price: ask[0], best_ask_amount: ask[1] }
}

export function tickerShown(
  contract: Contract,
  levels: Levels,
  now: Instant,
): Readonly<Record<string, unknown>> {
  const { statistics, quantityScale } = contract
  const index = priceOr(contract.indexPrice, 0)
  const change =
    statistics?.close == null || statistics.last === null
      ? 0
      : Number(
          (
            ((priceShown(statistics.last) - priceShown(statistics.close)) * 100) /
            priceShown(statistics.close)
          ).toFixed(4),
        )
  return {
    instrument_name: contract.symbol,
    timestamp: toMilliseconds(now),
    state: stateShown(contract),
    stats: {
      high: priceOr(statistics?.high ?? null, null),
      low: priceOr(statistics?.low ?? null, null),
      ...volumeShown(contract),
      price_change: change,
    },
    ...(isSpot(contract) ? {} : { open_interest: quantityShown(contract.openInterest, quantityScale) }),
    ...quoteShown(contract, levels),
    last_price: priceOr(statistics?.last ?? null, null),
    mark_price: priceOr(contract.valuationPrice, null),
    index_price: index,
    min_price: priceOr(contract.priceLow, null),
    max_price: priceOr(contract.priceHigh, null),
    ...(isSpot(contract) ? {} : { settlement_price: priceOr(contract.session?.price ?? null, 0) }),
    ...deliveryShown(contract),
    estimated_delivery_price: index,
    ...(contract.kind === 'perpetual' ? fundingShown(contract) : {}),
    ...(contract.kind === 'option' ? optionShown(contract, levels, now) : {}),
  }
}

/** What it was delivered at, once it was. */
const deliveryShown = (contract: Contract): { readonly delivery_price?: number } =>
  isOver(contract) && contract.settlementPrice !== null
    ? { delivery_price: priceShown(contract.settlementPrice) }
    : {}

/** Of the day: in coin, in what is quoted in, and in dollars where contracts are dollars. An option's premium is neither. */
function volumeShown(contract: Contract): Readonly<Record<string, number>> {
  const { statistics, quantityScale, currency, kind } = contract
  const quantity = statistics === null ? 0 : quantityShown(statistics.volume, quantityScale)
  const notional = statistics === null ? 0 : amountShown(statistics.notional, currency)
  if (kind === 'option') return { volume: quantity }
  return isInverse(contract)
    ? { volume: notional, volume_usd: quantity, volume_notional: quantity }
    : { volume: quantity, volume_notional: notional }
}

function fundingShown({ session }: Contract): Readonly<Record<string, number>> {
  return {
    current_funding: session === null ? 0 : priceShown(session.fundingRate),
    funding_8h: session === null ? 0 : priceShown(session.fundingOfPeriod),
    interest_value: 0,
  }
}

/** One of the depths that there are: the next deeper where it is none of them. */
export function depthAsked(given: number | null): number {
  if (given !== null && given < 1) throw invalidParam('depth', 'must be positive')
  return DEPTHS.find((depth) => depth >= (given ?? DEPTH_DEFAULT)) ?? 1_000
}

async function ticker(call: Call): Promise<unknown> {
  const contract = await contractAsked(call)
  return tickerShown(contract, await levelsOf(call, contract, 1), call.host.now())
}

async function orderBook(call: Call): Promise<unknown> {
  const contract = await contractAsked(call)
  const answer = await call.host.read<BookView>('books.get', SYSTEM, {
    instrument: contract.id,
    depth: depthAsked(call.params.whole('depth')),
  })
  const levels = answered(answer)
  const shown = (side: readonly BookLevel[]) => side.map((level) => levelShown(contract, level))
  return {
    ...tickerShown(contract, levels, call.host.now()),
    bids: shown(levels.bids),
    asks: shown(levels.offers),
    change_id: answer.kind === 'answer' ? answer.sequence : 0,
  }
}

async function indexes({ host }: Call): Promise<readonly IndexView[]> {
  return answered(await host.read<{ items: readonly IndexView[] }>('indexes.list', SYSTEM, {})).items
}

async function indexPrice(call: Call): Promise<unknown> {
  const name = call.params.requiredText('index_name')
  const found = (await indexes(call)).find((index) => index.name === name)
  if (found === undefined) throw invalidParam('index_name', 'index not found')
  const price = priceShown(found.price)
  return { index_price: price, estimated_delivery_price: price }
}

/** With `extended` each says that nobody makes combos on it. */
async function indexNames(call: Call): Promise<unknown> {
  const isExtended = call.params.flag('extended')
  return (await indexes(call)).map(({ name }) =>
    isExtended ? { name, future_combo_creation_enabled: false, option_combo_creation_enabled: false } : name,
  )
}

/** Between the best of both sides, where both are there. */
const midOf = (bid: number, ask: number): number | null =>
  bid === 0 || ask === 0 ? null : Number(((bid + ask) / 2).toPrecision(15))

async function summary(call: Call, contract: Contract): Promise<unknown> {
  const now = call.host.now()
  const levels = await levelsOf(call, contract, 1)
  const { stats, best_bid_price, best_ask_price, bid_iv, ask_iv, greeks, ...shown } = tickerShown(
    contract,
    levels,
    now,
  )
  return {
    ...shown,
    ...(stats as Readonly<Record<string, unknown>>),
    bid_price: best_bid_price === 0 ? null : best_bid_price,
    ask_price: best_ask_price === 0 ? null : best_ask_price,
    mid_price: midOf(Number(best_bid_price), Number(best_ask_price)),
    last: shown.last_price,
    base_currency: contract.base,
    quote_currency: quoteOf(contract),
    creation_timestamp: toMilliseconds(now),
  }
}

async function summaries(call: Call): Promise<unknown> {
  currencyNamed(call.params)
  const filter = filterAsked(call.params)
  const wanted = (await contracts(call)).filter((each) => isOfFilter(each, filter) && !isOver(each))
  return Promise.all(wanted.map((contract) => summary(call, contract)))
}

export const TICKER_METHODS: readonly Method[] = [
  { name: 'public/ticker', kind: 'public', answer: ticker },
  { name: 'public/get_order_book', kind: 'public', answer: orderBook },
  { name: 'public/get_index_price', kind: 'public', answer: indexPrice },
  {
    name: 'public/get_index_price_names',
    kind: 'public',
    answer: indexNames,
  },
  { name: 'public/get_book_summary_by_currency', kind: 'public', answer: summaries },
  {
    name: 'public/get_book_summary_by_instrument',
    kind: 'public',
    answer: async (call) => [await summary(call, await contractAsked(call))],
  },
]
