/** Derivatives for tests: an index, contracts on it, and accounts with coin. Not exported. */
import type { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import type { Plain } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { type CurrencyCode, currencyOf, formatAmount, parseAmount } from '../money/index.js'
import { at, contract, type MarketWorld, openMarket } from './market-world.js'
import { done, openAccount } from './world.js'

export const BTC = 'BTC' as CurrencyCode
export const USDC = 'USDC' as CurrencyCode
export const money = (text: string, currency: CurrencyCode): bigint =>
  parseAmount(text, currencyOf(currency)) as bigint

/** The published rates of BTC: 2 % + size × 0.005 %, 1 % + size × 0.005 % (rules/margin section 17.1). */
const RATES = {
  initial: at('0.02'),
  maintenance: at('0.01'),
  initialPerUnit: at('0.00005'),
  maintenancePerUnit: at('0.00005'),
  optionFloor: 0n,
}
/** Of options: 15 % less what is out of the money, at least 10 %; 7.5 % (section 17.2). */
const OPTION_RATES = {
  initial: at('0.15'),
  maintenance: at('0.075'),
  initialPerUnit: 0n,
  maintenancePerUnit: 0n,
  optionFloor: at('0.1'),
}
/** No funding within 0.05 % of the index, and never more than 0.5 % in eight hours. */
const FUNDING = { damper: at('0.0005'), cap: at('0.005') }

const base = { base: BTC, index: 'btc_usd', option: null, funding: null }

export interface DerivativesWorld extends MarketWorld {
  readonly engine: Engine
}

export function openDerivatives(index = '100000'): DerivativesWorld {
  const world = openMarket()
  publish(world.engine, [], { btc_usd: index })
  return world
}

/** Dollars of a coin, worth quantity / price in it; ten dollars a lot. */
export const inversePerpetual = (
  engine: Engine,
  symbol = 'BTC-PERPETUAL',
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  contract(engine, symbol, {
    kind: 'perpetual',
    currency: BTC,
    tick: at('0.5'),
    lot: 10n,
    priceLow: at('0.5'),
    priceHigh: null,
    derivative: { ...base, style: 'inverse', funding: FUNDING },
    marginRates: RATES,
    ...more,
  })

/** Coin that settles in dollars; a ten-thousandth of a coin a lot. */
export const linearPerpetual = (
  engine: Engine,
  symbol = 'BTC_USDC-PERPETUAL',
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  contract(engine, symbol, {
    kind: 'perpetual',
    currency: USDC,
    tick: at('0.5'),
    quantityScale: 4,
    priceLow: null,
    priceHigh: null,
    derivative: { ...base, style: 'linear', funding: FUNDING },
    marginRates: RATES,
    ...more,
  })

export const future = (
  engine: Engine,
  style: 'linear' | 'inverse',
  expiresAt: number,
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  (style === 'inverse' ? inversePerpetual : linearPerpetual)(engine, `BTC-FUTURE-${style}`, {
    kind: 'future',
    derivative: { ...base, style },
    expiresAt,
    ...more,
  })

/** An option on one coin; a tenth of a coin a lot. */
export const option = (
  engine: Engine,
  style: 'linear' | 'inverse',
  type: 'call' | 'put',
  strike: string,
  expiresAt: number,
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  contract(engine, `BTC-${strike}-${type}-${style}`, {
    kind: 'option',
    currency: style === 'inverse' ? BTC : USDC,
    tick: style === 'inverse' ? at('0.0005') : at('5'),
    quantityScale: 1,
    priceLow: null,
    priceHigh: null,
    derivative: { ...base, style, option: { type, strike: at(strike) } },
    marginRates: OPTION_RATES,
    expiresAt,
    ...more,
  })

/** One currency for another, in ten-thousandths of the base. */
export const pair = (
  engine: Engine,
  base: CurrencyCode,
  quote: CurrencyCode,
  more: Readonly<Record<string, Plain>> = {},
): InstrumentId =>
  contract(engine, `${base}_${quote}`, {
    kind: 'currency_pair',
    baseCurrency: base,
    currency: quote,
    tick: at('0.5'),
    quantityScale: 4,
    priceLow: null,
    priceHigh: null,
    ...more,
  })

/** An account under standard margin with money in one currency or more. */
export function margined(
  { engine, book, firm }: MarketWorld,
  name: string,
  balances: Readonly<Record<string, string>>,
  type = 'segregated_standard',
  main: AccountId | null = null,
): AccountId {
  const account = openAccount(engine, firm, name, { type, main })
  for (const [currency, text] of Object.entries(balances))
    done(engine, 'transfers.create', {
      from: book.accounts.outsideWorld,
      to: account,
      currency,
      amount: money(text, currency as CurrencyCode),
      description: null,
    })
  return account
}

export const balance = ({ rooms: { ledger } }: Engine, account: AccountId, currency: CurrencyCode): string =>
  formatAmount(ledger.posted(ledger.find(account, currency)), currencyOf(currency))

/** Marks of instruments and prices of indexes. */
export const publish = (
  engine: Engine,
  marks: readonly (readonly [InstrumentId, string])[],
  indexes: Readonly<Record<string, string>> = {},
  time = engine.image.head.time,
): void => {
  const prices = marks.map(([instrument, price]) => ({ instrument, price: at(price) }))
  const named = Object.entries(indexes).map(([name, price]) => ({ name, price: at(price) }))
  done(engine, 'prices.publish', { prices, indexes: named }, { time })
}
