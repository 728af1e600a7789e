/**
 * Wire types of the market: instruments by id or symbol, prices and rates, and quantities and amounts that are counted
 * in an instrument's own units. Where the instrument is not known yet, such a number stays the text that it came as, and
 * the surface counts it once the instrument is found.
 */
import {
  type Amount,
  type CurrencyCode,
  currencyOf,
  type DecimalFault,
  findCurrency,
  formatAmount,
  formatPrice,
  formatQuantity,
  type Price,
  parseAmount,
  parsePrice,
  parseQuantity,
  QUANTITY_SCALE_MAX,
  type Quantity,
} from '@stemma/core/money'
import { refuse } from '@stemma/core/refusals'
import { z } from 'zod'
import { idNumber } from './values.js'
import { type Core, fromJson, malformed, type Wire } from './wire.js'

export const SYMBOL_LENGTH_MAX = 64
const SYMBOL = /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?$/

/** An instrument as people write it: `ins_80`, or its symbol. An id wins over a symbol that looks like one. */
export function instrumentRef(description = 'The instrument: its id or its symbol'): Wire<string> {
  return {
    schema: z.string().max(SYMBOL_LENGTH_MAX).regex(SYMBOL).describe(description),
    decode(value, at) {
      if (typeof value !== 'string' || value.length > SYMBOL_LENGTH_MAX || !SYMBOL.test(value))
        return malformed(at, 'an id such as ins_80, or a symbol', value)
      return idNumber(value, 'ins_') || value
    },
    encode: (value) => (typeof value === 'number' ? `ins_${value}` : value),
  }
}

const DECIMAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/
const DECIMAL_LENGTH_MAX = 64

/** Why a text is no number of an instrument, in words for the refusal. */
export const DECIMAL_FAULTS: Readonly<Record<DecimalFault, string>> = {
  not_a_decimal: 'plain decimal text such as "12.5"',
  too_many_digits: 'no more decimals than are kept',
  too_long: `at most ${DECIMAL_LENGTH_MAX} characters`,
}

function decimal(description: string, count: (text: string, parent: Parent) => Counted): Wire<string> {
  return {
    schema: z.string().max(DECIMAL_LENGTH_MAX).regex(DECIMAL).describe(description),
    decode(value, at, parent) {
      if (typeof value !== 'string' || value.length > DECIMAL_LENGTH_MAX || !DECIMAL.test(value))
        return malformed(at, 'a number as decimal text', value)
      const counted = count(value, parent)
      return typeof counted === 'bigint' || counted === value
        ? counted
        : refuse('malformed', `expected ${DECIMAL_FAULTS[counted as DecimalFault]}`, { field: at })
    },
    encode: (value) => value,
  }
}
type Parent = Readonly<Record<string, Core>>
type Counted = bigint | string | DecimalFault

/** A price of one unit in the instrument's currency, as decimal text. */
export const price = (description = 'For one unit, in the instrument’s currency'): Wire<string> => ({
  ...decimal(description, parsePrice),
  encode: (value) => (typeof value === 'bigint' ? formatPrice(value as Price) : value),
})

/** A rate, as decimal text: `0.0695`. */
export const rate = (description: string): Wire<string> => price(description)

/** A quantity as decimal text. It is counted by the `quantity_scale` beside it, or else by the surface. */
export const quantity = (description = 'In units of the instrument'): Wire<string> => ({
  ...decimal(description, (text, { quantityScale }) =>
    typeof quantityScale === 'number' && quantityScale <= QUANTITY_SCALE_MAX
      ? parseQuantity(text, quantityScale)
      : text,
  ),
  encode: (value, { quantityScale }) =>
    typeof value === 'bigint' ? formatQuantity(value as Quantity, Number(quantityScale)) : value,
})

/** An amount of the instrument's currency as decimal text, where the currency need not be named beside it. */
export const worth = (description = 'In the instrument’s currency'): Wire<string> => ({
  ...decimal(description, (text, { currency }) => {
    const named = typeof currency === 'string' ? findCurrency(currency) : undefined
    return named === undefined ? text : parseAmount(text, named)
  }),
  encode: (value, { currency }) =>
    typeof value === 'bigint' ? formatAmount(value as Amount, currencyOf(currency as CurrencyCode)) : value,
})

export type PlainValue = string | number | boolean | null

/** An object of the caller's own fields; what may be in it and how much of it is checked where it is kept. */
export function fields(description: string): Wire<Readonly<Record<string, PlainValue>>> {
  return {
    schema: z.record(z.string(), z.union([z.string(), z.int(), z.boolean(), z.null()])).describe(description),
    decode(value, at) {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return malformed(at, 'an object', value)
      for (const [name, part] of Object.entries(value))
        if (!isPlain(part)) malformed(at, 'text, whole numbers, true, false or null in it', part ?? name)
      return value
    },
    encode: (value) => value,
    fromText: fromJson,
  }
}

const isPlain = (part: unknown): boolean =>
  part === null || typeof part === 'string' || typeof part === 'boolean' || Number.isSafeInteger(part)
