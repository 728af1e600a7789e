/**
 * What waits for the end of a window of a channel is bounded (section 8.1). The timer stands, so that no window ends by
 * itself; what a reader leaves unread is tried with the connections.
 */
import { once } from 'node:events'
import { PLAIN_LIMIT } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualTimer } from '../../host/timer.js'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { openRpcSocket, type RpcSocket } from '../../testing/json-rpc-socket.js'

const NAME = 'BTC-PERPETUAL'
/** Follows another instrument than the thousands of orders are of: this process cannot read while it places them. */
const [OTHER, RAW] = ['ETH-PERPETUAL', 'user.orders.ETH-PERPETUAL.raw']
const WINDOWED = 'user.orders.any.any.agg2'
const timer = new ManualTimer()
let desk: CryptoDesk
let instrument: number

beforeAll(async () => {
  desk = await openCryptoDesk(undefined, { timer })
  const { result } = (await desk.call('public/get_instrument', { instrument_name: NAME })).body
  instrument = result.instrument_id
})
afterAll(() => desk.close())

async function follower(channels: readonly string[]): Promise<RpcSocket> {
  const socket = await openRpcSocket(desk.url)
  const { clientId: client_id, clientSecret: client_secret } = desk.main
  await socket.call('public/auth', { grant_type: 'client_credentials', client_id, client_secret })
  expect((await socket.call('private/subscribe', { channels })).result).toEqual(channels)
  return socket
}
/** So many orders are placed: each is one report. */
const place = (count: number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, () =>
      desk.run('orders.place', {
        ...PLAIN_LIMIT,
        account: desk.main.accountId,
        instrument,
        side: 'buy',
        quantity: 10n,
        price: 90_000n * 10n ** 18n,
        label: 'x'.repeat(64),
      }),
    ),
  )
/** Each that is open is cancelled: one more report. */
const cancelAll = async (): Promise<number> => (await desk.call('private/cancel_all')).body.result
/** An order of the account is told to a channel without a window behind all that came before it. */
async function untilTold(raw: RpcSocket): Promise<void> {
  const { result } = await raw.call('private/buy', { instrument_name: OTHER, amount: 1, price: 1_000 })
  await raw.told(RAW, ({ order_id }) => order_id === result.order.order_id)
}

test('a window holds ten thousand reports, and the reader for whom one more would wait is let go', async () => {
  const raw = await follower([RAW])
  const socket = await follower([WINDOWED])
  const closed = once(socket.socket, 'close')
  await place(4_999)
  expect(await cancelAll()).toBe(4_999)
  // Each came and went, and two more say that all of them were told.
  await untilTold(raw)
  await untilTold(raw)
  expect((await socket.call('public/test')).result).toBeDefined()
  expect(socket.frames.some(({ params }) => params?.channel === WINDOWED)).toBe(false)
  await untilTold(raw)
  expect((await closed)[0]).toBe(1011)
  await cancelAll()
  await raw.close()
  // Ten thousand commands: where the machine has other work they take their time.
}, 240_000)
