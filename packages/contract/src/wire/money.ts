/** Wire types of money: currencies, and amounts as decimal text that find their currency beside them. */
import {
  type Amount,
  type CurrencyCode,
  currencyOf,
  findCurrency,
  formatAmount,
  parseAmount,
} from '@stemma/core/money'
import { refuse } from '@stemma/core/refusals'
import { z } from 'zod'
import { malformed, type Wire } from './wire.js'

export function currency(description = 'Code of a kept currency, such as `USD`'): Wire<string> {
  return {
    schema: z
      .string()
      .regex(/^[A-Z][A-Z0-9]{1,9}$/)
      .describe(description),
    decode(value, at) {
      if (typeof value !== 'string' || !/^[A-Z][A-Z0-9]{1,9}$/.test(value))
        return malformed(at, 'the code of a currency', value)
      return findCurrency(value) === undefined
        ? refuse('currency_unknown', `expected a kept currency, was ${value}`, { field: at })
        : value
    },
    encode: (value) => value,
  }
}

const FAULTS = {
  not_a_decimal: 'plain decimal text such as "1250.00"',
  too_many_digits: 'no more decimals than the currency has',
  too_long: 'at most 64 characters',
}

/** Decimal text in the currency that the field `beside` of the same object names; declare that field first. */
export function amount(beside = 'currency', description?: string): Wire<string> {
  const schema = z
    .string()
    .max(64)
    .regex(/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/)
  return {
    schema: description === undefined ? schema : schema.describe(description),
    decode(value, at, parent) {
      if (typeof value !== 'string') return malformed(at, 'an amount as decimal text', value)
      const named = findCurrency(String(parent[beside]))
      if (named === undefined) return malformed(at, `the currency beside it in ${beside}`, undefined)
      const parsed = parseAmount(value, named)
      return typeof parsed === 'bigint'
        ? parsed
        : refuse('malformed', `expected ${FAULTS[parsed]}`, { field: at })
    },
    encode: (value, parent) =>
      typeof value === 'string'
        ? value
        : formatAmount(value as Amount, currencyOf(parent[beside] as CurrencyCode)),
  }
}
