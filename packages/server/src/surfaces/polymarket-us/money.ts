/** Money in a request: `"12.50"`, or `{ "value": "12.50", "currency": "USD" }`. Never a JSON number. */
import {
  type Amount,
  type Currency,
  type CurrencyCode,
  currencyOf,
  findCurrency,
  formatAmount,
  parseAmount,
} from '@stemma/core'
import type { Fields } from './fields.js'

export interface Money {
  readonly currency: CurrencyCode
  readonly amount: Amount
}

export function readMoney(fields: Fields): Money {
  const given = fields.find('amount')
  const message =
    typeof given === 'object' && given !== null ? fields.message('amount', ['value', 'currency']) : null
  const currency = readCurrency(fields, message?.text('currency') ?? fields.text('currency') ?? 'USD')
  const text = message === null ? fields.requiredText('amount') : message.requiredText('value')
  const amount = parseAmount(text, currency)
  if (typeof amount !== 'bigint')
    throw fields.fault(
      'amount',
      `expected decimal text of at most ${currency.precision} digits after the point`,
    )
  if (amount <= 0n) throw fields.fault('amount', 'expected an amount above zero')
  return { currency: currency.code, amount }
}

/** Currency codes are read in either case. */
export function readCurrency(fields: Fields, code: string): Currency {
  const currency = findCurrency(code.toUpperCase())
  if (currency === undefined) throw fields.fault('currency', 'unknown currency')
  return currency
}

export const shownAmount = (amount: unknown, currency: unknown): string =>
  formatAmount(amount as Amount, currencyOf(currency as CurrencyCode))
