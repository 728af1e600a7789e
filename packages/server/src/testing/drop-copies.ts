/** What the tests of a firm's streams share: the streams, a trade between the two firms, and the operator's corrections. Not exported. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { Stream } from './grpc-client.js'
import { ACCOUNT, SYMBOL } from './market.js'
import type { TradingVenue } from './trading-venue.js'
import type { Answered } from './venue.js'

const API = 'polymarket.v1.DropCopyAPI'
export const COPY = `${API}/CreateDropCopySubscription`
export const TRADES = `${API}/CreateTradeCaptureReportSubscription`
export const POSITIONS = `${API}/CreatePositionChangeSubscription`
export const STATES = `${API}/CreateInstrumentStateChangeSubscription`
const INSERT = 'polymarket.v1.OrderEntryAPI/InsertOrder'

/** Open and caught up: the first message carries a token and nothing else. */
export async function opened(stream: Stream): Promise<Stream> {
  const { resume_token: token, ...rest } = await stream.next()
  expect(token).toHaveLength(16)
  for (const list of Object.values(rest)) expect(list).toEqual([])
  return stream
}

/** The other firm's order rests, the own one, by gRPC, takes it. */
export async function trade(world: TradingVenue, price = 37, quantity = 1): Promise<string> {
  await world.other.place({ side: 'SIDE_SELL', orderQty: quantity, price })
  const order = {
    account: ACCOUNT,
    symbol: SYMBOL,
    type: 'ORDER_TYPE_LIMIT',
    side: 'SIDE_BUY',
    time_in_force: 'TIME_IN_FORCE_DAY',
    order_qty: quantity,
    price,
  }
  const { code, message } = await world.client.ask(INSERT, order, { token: world.tokens.own })
  expect(code).toBe(0)
  return message.order_id
}

/** Asks the native surface as the operator. */
export async function asOperator(
  world: TradingVenue,
  method: 'GET' | 'POST',
  path: string,
  json?: object,
): Promise<Answered['body']> {
  const { made } = world.venue.server
  if (made === null) throw new Error('expected the file of the operator')
  const { apiKey: key } = JSON.parse(readFileSync(made.credentialsFile, 'utf8')).native.operator
  const headers = { authorization: `Bearer ${key}` }
  const more = json === undefined ? {} : { json }
  const { status, body } = await world.venue.send(method, `/stemma/v1${path}`, { headers, ...more })
  expect(status).toBe(200)
  return body
}
