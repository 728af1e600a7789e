/** What an instrument asks of an order, whoever is there to trade with: its state, and which forms, quantities and prices it takes. */
import type { Row } from '../image/index.js'
import { amount as amountOf, currencyOf, formatAmount, formatPrice, formatQuantity } from '../money/index.js'
import { type Fault, fault } from './faults.js'
import { displayFault } from './iceberg.js'
import type { Order } from './order.js'
import type { TradingContext } from './trading.js'

/** The first of the instrument's rules that the order does not meet, or null. */
export function judgeTerms(context: TradingContext, order: Order): Fault | null {
  const instrument = context.market.instruments.row(order.instrument)
  return (
    stateFault(context, order, instrument) ??
    formFault(order) ??
    quantityFault(context, order, instrument) ??
    priceFault(context, order, instrument) ??
    displayFault(context, order, instrument) ??
    notionalFault(context, order, instrument)
  )
}

/** The states in which an instrument takes new orders. */
const ENTERING = new Set(['open', 'preopen', 'auction'])

function stateFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const state = market.state(instrument)
  const data = { state }
  if (!ENTERING.has(state)) return fault('instrument_not_open', `the instrument is ${state}`, data)
  if (state === 'open') return null
  const collects = order.type === 'limit' && ['day', 'gtc', 'gtd'].includes(order.timeInForce)
  const { postOnly, strictLimit, allOrNone } = order.terms
  return collects && !postOnly && !strictLimit && !allOrNone
    ? null
    : fault(
        'instrument_not_open',
        `the order has attributes that cannot be placed while the instrument is ${state}`,
        data,
      )
}

/** Combinations that mean nothing together. */
function formFault({ type, timeInForce, terms }: Order): Fault | null {
  const rests = timeInForce === 'day' || timeInForce === 'gtc' || timeInForce === 'gtd'
  if (terms.postOnly && (!rests || type !== 'limit'))
    return fault('order_type_invalid', 'only a limit order that can rest may be post-only')
  if (terms.strictLimit && type !== 'limit')
    return fault('order_type_invalid', 'only a limit order has a limit to keep to')
  if (terms.allOrNone && terms.minimumQuantity > 0n)
    return fault('order_type_invalid', 'all-or-none leaves no minimum quantity')
  if (terms.minimumQuantity > 0n && timeInForce !== 'ioc')
    return fault('order_type_invalid', 'a minimum quantity goes with immediate-or-cancel only')
  if (type === 'market' && rests && timeInForce !== 'day')
    return fault('order_type_invalid', 'a market order does not rest')
  return null
}

function quantityFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { lot, quantityMax, quantityScale } = market.instruments
  const scale = quantityScale.get(instrument)
  const least = lot.get(instrument)
  const given = formatQuantity(order.quantity, scale)
  if (order.quantity <= order.filled)
    return fault(
      'quantity_invalid',
      `expected more than the ${formatQuantity(order.filled, scale)} that are filled`,
    )
  if (order.quantity < least || order.quantity % least !== 0n)
    return fault(
      'quantity_invalid',
      `minimum trade quantity is ${formatQuantity(least, scale)}, given ${given}`,
    )
  if (order.terms.minimumQuantity > order.quantity)
    return fault('quantity_invalid', 'expected a minimum quantity of at most the quantity')
  const most = quantityMax.get(instrument)
  if (most !== null && order.quantity > most)
    return fault('quantity_limit', `high order size limit is ${formatQuantity(most, scale)}, given ${given}`)
  return null
}

function priceFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { priceLow, priceHigh } = market.instruments
  const terms = market.termsOf(instrument)
  for (const [name, price] of [
    ['price', order.price],
    ['stop_price', order.stopPrice],
  ] as const) {
    if (price === null) continue
    if (!terms.isOnTick(price))
      return fault('price_off_tick', `tick size is ${formatPrice(terms.tick)}, given ${formatPrice(price)}`, {
        price: name,
      })
    const [low, high] = [priceLow.get(instrument), priceHigh.get(instrument)]
    if (low !== null && price < low)
      return fault(
        'price_out_of_bounds',
        `low price limit is ${formatPrice(low)}, given ${formatPrice(price)}`,
        { price: name, bound: 'low', limit: formatPrice(low) },
      )
    if (high !== null && price > high)
      return fault(
        'price_out_of_bounds',
        `high price limit is ${formatPrice(high)}, given ${formatPrice(price)}`,
        { price: name, bound: 'high', limit: formatPrice(high) },
      )
  }
  const { price, stopPrice, side, type } = order
  if (
    type === 'stop_limit' &&
    market.instruments.derivative.get(instrument) === null &&
    market.pairs.base(instrument) === null &&
    price !== null &&
    stopPrice !== null &&
    (side === 'buy' ? stopPrice < price : stopPrice > price)
  )
    return fault(
      'price_out_of_bounds',
      `expected a stop price ${side === 'buy' ? 'at or above' : 'at or below'} the limit`,
    )
  return null
}

function notionalFault({ market }: TradingContext, order: Order, instrument: Row): Fault | null {
  const { notionalMax, currency } = market.instruments
  const most = notionalMax.get(instrument)
  if (most === null) return null
  const given = market.termsOf(instrument).notional(order.reservePrice, order.quantity, 'up')
  if (given <= most) return null
  const kept = currencyOf(currency.get(instrument))
  return fault(
    'notional_limit',
    `high total notional size limit is ${formatAmount(amountOf(most), kept)}, given ${formatAmount(given, kept)}`,
  )
}
