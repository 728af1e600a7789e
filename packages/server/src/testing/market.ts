/** Something to trade for the venue's own example: instruments, money, and the shortest way to send orders. Not exported. */
import type { CurrencyCode, Plain } from '@stemma/core'
import { currencyOf, parseAmount, parsePrice } from '@stemma/core'
import { openInstrument } from './instruments.js'
import type { Answered, Venue } from './venue.js'

export const SYMBOL = 'tec-nfl-sbw-2026-02-08-kc'
export const ACCOUNT = 'firms/api-acme-participantfirm/accounts/acme-main'
export const OTHER_ACCOUNT = 'firms/other-firm/accounts/other-main'
const USD = 'USD' as CurrencyCode
const price = (text: string): bigint => parsePrice(text) as bigint

/** An open event contract: a tick of a cent, whole contracts, prices from 0.01 to 0.99, the fees of the venue. */
export async function openContract(
  venue: Venue,
  symbol = SYMBOL,
  more: { readonly [key: string]: Plain } = {},
): Promise<number> {
  const { feeSchedule } = await venue.run<{ feeSchedule: number }>('fee_schedules.create', {
    name: `fees-${symbol}`,
    kind: 'quadratic',
    takerRate: price('0.0695'),
    makerRate: -price('0.0125'),
    rounding: 'half_even',
  })
  return openInstrument(venue, symbol, { displayName: `Contract ${symbol}`, feeSchedule, ...more })
}

export const fund = (venue: Venue, account: number, amount: string): Promise<unknown> =>
  venue.run('deposits.create', {
    account,
    currency: USD,
    amount: parseAmount(amount, currencyOf(USD)) as bigint,
    settle: true,
    reference: null,
    description: 'wire',
  })

export interface Desk {
  get(path: string): Promise<Answered>
  post(path: string, json: unknown): Promise<Answered>
  /** A limit, good till cancelled, unless it is said otherwise. */
  order(change: Readonly<Record<string, unknown>>): Promise<Answered>
  /** The id of an order that was received. */
  place(change: Readonly<Record<string, unknown>>): Promise<string>
  /** An order as it stands now. */
  read(id: string): Promise<Readonly<Record<string, never>>>
}

/** A client of the venue that trades for one account. */
export function deskOf(venue: Venue, token: () => string, account: string): Desk {
  const get = (path: string) => venue.send('GET', path, { token: token() })
  const post = (path: string, json: unknown) => venue.send('POST', path, { token: token(), json })
  const order = (change: Readonly<Record<string, unknown>>) =>
    post('/v1/trading/orders', orderOf(account, change))
  return {
    get,
    post,
    order,
    async place(change) {
      const { status, body, text } = await order(change)
      if (status !== 200) throw new Error(`expected an order id, was ${status} ${text}`)
      return body.orderId
    },
    read: async (id) => (await get(`/v1/trading/orders/${id}`)).body.order,
  }
}

export const orderOf = (account: string, change: Readonly<Record<string, unknown>>) => ({
  account,
  symbol: SYMBOL,
  type: 'ORDER_TYPE_LIMIT',
  side: 'SIDE_BUY',
  timeInForce: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
  ...change,
})

/** Takes back the trade of that number, as the operator does. */
export async function bust(venue: Venue, trade: unknown): Promise<void> {
  const rows = await venue.host.history('executions', {
    equals: { trade: trade as Plain },
    oneOf: { type: ['partially_filled', 'filled'] },
    limit: 2,
  })
  const [row] = rows
  const side = (wanted: string) => {
    const found = rows.find(({ side }) => side === wanted)
    return { account: found?.account, order: found?.order, execution: found?.id, fee: found?.fee }
  }
  const { instrument, last_price: price, last_quantity: quantity } = row ?? {}
  const traded = { trade, instrument, price, quantity, buyer: side('buy'), seller: side('sell') }
  await venue.run('trades.bust', { trade, traded } as never)
}
