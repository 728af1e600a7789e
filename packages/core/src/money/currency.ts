/**
 * The currencies and their scales. An amount counts 10^-scale of its currency, where scale is the output
 * precision (what may enter and leave) and some guard digits (what a calculation may leave behind).
 * Fiat precision follows the minor units of ISO 4217; coins follow the venues that quote them.
 */
export interface Currency {
  readonly code: CurrencyCode
  /** Digits after the point that may be given and are shown. */
  readonly precision: number
  /** precision + guard digits: the digits that are kept. */
  readonly scale: number
}

export type CurrencyCode = string & { readonly __brand: 'CurrencyCode' }

const FIAT_GUARD_DIGITS = 4
const COIN_GUARD_DIGITS = 2

const FIAT: Readonly<Record<string, number>> = {
  AED: 2,
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNH: 2,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  IDR: 2,
  ILS: 2,
  INR: 2,
  ISK: 0,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  MYR: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PHP: 2,
  PLN: 2,
  RON: 2,
  RUB: 2,
  SAR: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TRY: 2,
  TWD: 2,
  USD: 2,
  VND: 0,
  ZAR: 2,
}

const COINS: Readonly<Record<string, number>> = {
  BTC: 8,
  ETH: 8,
  ETHW: 8,
  SOL: 8,
  BNB: 8,
  XRP: 6,
  USDC: 6,
  USDT: 6,
  USDE: 6,
  EURR: 6,
  USYC: 6,
  PAXG: 8,
  STETH: 8,
  BUIDL: 6,
}

const CURRENCIES: ReadonlyMap<string, Currency> = new Map([
  ...Object.entries(FIAT).map(([code, precision]) => entry(code, precision, FIAT_GUARD_DIGITS)),
  ...Object.entries(COINS).map(([code, precision]) => entry(code, precision, COIN_GUARD_DIGITS)),
])

function entry(code: string, precision: number, guardDigits: number): [string, Currency] {
  return [code, Object.freeze({ code: code as CurrencyCode, precision, scale: precision + guardDigits })]
}

/** The currency of that code, or undefined where none is kept. */
export function findCurrency(code: string): Currency | undefined {
  return CURRENCIES.get(code)
}

/** The currency of a code that was checked before; an unknown one is a broken invariant, not a refusal. */
export function currencyOf(code: CurrencyCode): Currency {
  const currency = CURRENCIES.get(code)
  if (currency === undefined) throw new Error(`expected a known currency, was ${code}`)
  return currency
}

/** All codes, in alphabetical order. */
export function currencyCodes(): readonly CurrencyCode[] {
  return [...CURRENCIES.values()].map((currency) => currency.code).sort()
}
