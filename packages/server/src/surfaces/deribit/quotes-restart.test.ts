/** Quotes and their groups when the server ends and another begins on the same data: the next message goes on with them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from '../../server.js'
import { basic, type Key } from '../../testing/crypto-desk.js'
import { demoIn, startDemo } from '../../testing/demo-server.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'

const NAME = 'BTC-PERPETUAL'
const directory = mkdtempSync(join(tmpdir(), 'stemma-quotes-'))
let server: RunningServer
let key: Key

const start = () => startDemo(directory)

beforeAll(async () => {
  server = await start()
  key = demoIn(directory).deribit.main
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const result = async (method: string, params: object = {}) => {
  const response = await fetch(`${server.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(key) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result: told, error } = await response.json()
  if (error !== undefined) throw new Error(JSON.stringify(error))
  return told
}
const quote = (quote_id: string, bid: number, ask: number) =>
  result('private/mass_quote', {
    quote_id,
    mmp_group: 'near',
    detailed: true,
    quotes: [
      {
        instrument_name: NAME,
        quote_set_id: 'futures',
        bid: { price: bid, amount: 100 },
        ask: { price: ask, amount: 100 },
      },
    ],
  })

/** Quotes that come over HTTP end with no connection. */
async function cancelWithEveryConnection(): Promise<void> {
  const socket = await openRpcSocket(server.url)
  const { clientId, clientSecret } = key
  await socket.call('public/auth', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  })
  await socket.call('private/enable_cancel_on_disconnect', { scope: 'account' })
  await socket.close()
}

test('stand as they stood, and the next message changes the same orders', async () => {
  await cancelWithEveryConnection()
  await result('private/set_mmp_config', {
    index_name: 'btc_usd',
    mmp_group: 'near',
    interval: 5,
    frozen_time: 30,
    quantity_limit: 1,
    delta_limit: 0,
  })
  await quote('1', 95_000, 105_000)
  const { orders } = await quote('2', 95_100, 104_900)
  const seen = async () => ({
    groups: await result('private/get_mmp_config', { index_name: 'btc_usd', mmp_group: 'near' }),
    quotes: (await result('private/get_open_orders')).filter(
      (order: { quote?: boolean }) => order.quote === true,
    ),
  })
  const before = await seen()
  expect(before.quotes).toHaveLength(2)
  await server.stop()
  server = await start()
  expect(await seen()).toEqual(before)
  const after = await quote('3', 95_200, 104_800)
  const idsOf = (list: readonly { readonly order_id: string }[]) =>
    list.map(({ order_id }) => order_id).sort()
  expect(after.errors).toEqual([])
  expect(idsOf(after.orders)).toEqual(idsOf(orders))
  expect(await result('private/cancel_quotes', { cancel_type: 'all' })).toBe(2)
})
