/** An instrument that trades at an outside venue, an account with money, and orders for it. Not exported. */
import { type CurrencyCode, currencyOf, PLAIN_LIMIT, type Plain, parseAmount, parsePrice } from '@stemma/core'
import { openInstrument } from './instruments.js'

type Run = <Result>(command: string, input: Plain) => Promise<Result>

export const price = (text: string): bigint => parsePrice(text) as bigint
export const usd = (text: string): bigint => parseAmount(text, currencyOf('USD' as CurrencyCode)) as bigint

/** Shares in whole numbers, a cent a tick, open for trading at the venue of that name. */
export const outsideShare = (run: Run, symbol: string, venue: string): Promise<number> =>
  openInstrument({ run }, symbol, {
    kind: 'equity',
    priceLow: null,
    priceHigh: null,
    settlementDays: 1,
    venue,
  })

export async function fundedAccount(run: Run, party: number, name: string, money: string): Promise<number> {
  const { account } = await run<{ account: number }>('accounts.open', {
    party,
    main: null,
    name,
    displayName: name,
    type: 'cash',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  await run('deposits.create', {
    account,
    currency: 'USD',
    amount: usd(money),
    reference: null,
    description: null,
    settle: true,
  })
  return account
}

export interface Asked {
  readonly account: number
  readonly instrument: number
  readonly side?: 'buy' | 'sell'
  readonly quantity: bigint
  readonly price: string
  readonly clientOrderId?: string
}

/** A limit order that rests until it is filled or cancelled. */
export const limitOrder = ({ price: limit, side = 'buy', clientOrderId, ...asked }: Asked): Plain => ({
  ...PLAIN_LIMIT,
  ...asked,
  side,
  price: price(limit),
  clientOrderId: clientOrderId ?? null,
})

/** A replacement of price and quantity. */
export const replacement = (order: number, quantity: bigint, limit: string): Plain => ({
  order,
  clientOrderId: null,
  price: price(limit),
  stopPrice: null,
  quantity,
  timeInForce: null,
  expiresAt: null,
  minimumQuantity: null,
  allOrNone: null,
  postOnly: null,
  strictLimit: null,
  onReject: 'refuse',
})
