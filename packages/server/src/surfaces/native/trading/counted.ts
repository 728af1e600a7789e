/**
 * Where requests about instruments become what the engine takes: a symbol becomes an id, and decimal text a count in
 * the instrument's own units. Every operation of trading is read here and nowhere else.
 */
import { currencyOf, type Plain, parseAmount, parseQuantity, Refused, refuse } from '@stemma/core'
import type { InstrumentUnits } from '../../../host/market-view.js'
import type { Host } from '../../../services.js'
import { refuseUnauthorized } from '../authorized.js'
import type { Call, Input } from '../call.js'

/** Fields of the input that are counted in the instrument's units. */
interface Counted {
  readonly quantities: readonly string[]
  readonly amounts: readonly string[]
}

const OF_ORDER: Counted = {
  quantities: ['quantity', 'minimumQuantity', 'displayQuantity'],
  amounts: ['cash'],
}
const OF_POSITION: Counted = { quantities: ['quantity'], amounts: [] }
const OF_LIMITS: Counted = { quantities: ['quantityMax'], amounts: ['notionalMax'] }
const OF_ADJUSTMENT: Counted = { quantities: ['quantity'], amounts: ['cost'] }
const NOTHING: Counted = { quantities: [], amounts: [] }

const COUNTED: Readonly<Record<string, Counted>> = {
  'orders.place': OF_ORDER,
  'orders.preview': OF_ORDER,
  'positions.adjust': OF_ADJUSTMENT,
  'margin.of_quantity': OF_POSITION,
}

/** The input with its instruments found and its numbers counted. Who may not ask at all learns nothing of either. */
export async function settledInput(host: Host, call: Call): Promise<Input> {
  try {
    return settled(host, call)
  } catch (thrown) {
    if (thrown instanceof Refused) await refuseUnauthorized(host, call, [])
    throw thrown
  }
}

function settled(host: Host, { operation, input }: Call): Input {
  if (operation.name === 'orders.cross') {
    const orders = input.orders as readonly Input[]
    return { ...input, orders: orders.map((each, at) => found(host, each, OF_ORDER, `/orders/${at}`)) }
  }
  if (operation.name === 'orders.quote') {
    const quotes = input.quotes as readonly Input[]
    return { ...input, quotes: quotes.map((each, at) => quoteFound(host, each, `/quotes/${at}`)) }
  }
  if (operation.name === 'positions.move') {
    const legs = input.legs as readonly Input[]
    return { ...input, legs: legs.map((each, at) => found(host, each, OF_POSITION, `/legs/${at}`)) }
  }
  if (operation.name === 'margin.simulate') {
    const positions = input.positions as readonly Input[]
    return {
      ...input,
      positions: positions.map((each, at) => found(host, each, OF_POSITION, `/positions/${at}`)),
    }
  }
  if (operation.name === 'instruments.update' && input.limits !== null) {
    const units = unitsOf(host, input.instrument as Named, '/instrument')
    const limits = counted(input.limits as Input, units, OF_LIMITS, '/limits')
    return { ...input, instrument: units.id, limits }
  }
  const counts = found(host, input, COUNTED[operation.name] ?? NOTHING, '')
  return operation.name === 'orders.place' ? withLinked(host, counts) : counts
}

/** Orders that hang on the one that is placed are of its instrument. */
function withLinked(host: Host, input: Input): Input {
  const linked = (input.linked ?? null) as Input | null
  if (linked === null) return input
  const units = unitsOf(host, input.instrument as Named, '/instrument')
  const orders = (linked.orders as readonly Input[]).map((each, at) =>
    counted(each, units, { quantities: ['quantity'], amounts: [] }, `/linked/orders/${at}`),
  )
  return { ...input, linked: { ...linked, orders } }
}

/** Both sides of a quote count in the units of its instrument. */
function quoteFound(host: Host, quote: Input, at: string): Input {
  const units = unitsOf(host, quote.instrument as Named, `${at}/instrument`)
  const side = (name: 'bid' | 'ask'): Input | null => {
    const asked = (quote[name] ?? null) as Input | null
    return asked === null ? null : counted(asked, units, OF_ORDER, `${at}/${name}`)
  }
  return { ...quote, instrument: units.id, bid: side('bid'), ask: side('ask') }
}

/** A replacement names its order only: the order says of which instrument it is. */
export async function settledReplacement(host: Host, call: Call): Promise<Input> {
  const { input } = call
  const place = host.placeOfOrder(Number(input.order))
  // What is not open is not replaced, whatever the numbers; the engine says so.
  if (place === null) return { ...input, quantity: null, minimumQuantity: null, displayQuantity: null }
  try {
    return counted(input, unitsOf(host, place.instrument, '/order'), OF_ORDER, '')
  } catch (thrown) {
    const needs = [{ ability: 'reduce', target: { account: place.account as never } }] as const
    if (thrown instanceof Refused) await refuseUnauthorized(host, call, needs)
    throw thrown
  }
}

type Named = number | string
const isNamed = (value: unknown): value is Named => typeof value === 'number' || typeof value === 'string'

function found(host: Host, input: Input, fields: Counted, at: string): Input {
  const { instrument, instruments } = input
  if (Array.isArray(instruments))
    return {
      ...input,
      instruments: instruments.map((each) => unitsOf(host, each as Named, '/instruments').id),
    }
  if (!isNamed(instrument)) return input
  const units = unitsOf(host, instrument, `${at}/instrument`)
  return { ...counted(input, units, fields, at), instrument: units.id }
}

export function unitsOf(host: Host, named: Named, field: string): InstrumentUnits {
  return host.unitsOf(named) ?? refuse('instrument_unknown', 'there is no such instrument', { field })
}

function counted(
  input: Input,
  { quantityScale, currency, symbol }: InstrumentUnits,
  { quantities, amounts }: Counted,
  at: string,
): Input {
  const counts: Record<string, Plain> = {}
  for (const name of quantities)
    counts[name] = count(input[name], (text) => parseQuantity(text, quantityScale), {
      field: `${at}/${snakeCase(name)}`,
      expected: `a quantity with at most ${quantityScale} decimals, as ${symbol} has`,
    })
  const money = currencyOf(currency)
  for (const name of amounts)
    counts[name] = count(input[name], (text) => parseAmount(text, money), {
      field: `${at}/${snakeCase(name)}`,
      expected: `an amount with at most ${money.precision} decimals, as ${currency} has`,
    })
  return { ...input, ...counts }
}

function count(
  value: Plain | undefined,
  parse: (text: string) => bigint | string,
  { field, expected }: { readonly field: string; readonly expected: string },
): Plain {
  if (typeof value !== 'string') return value ?? null
  const counts = parse(value)
  return typeof counts === 'bigint' ? counts : refuse('malformed', `expected ${expected}`, { field })
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
