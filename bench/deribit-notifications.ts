/**
 * How long after an order was sent everybody who follows the market is told: each order makes another best price, which
 * the channel of quotes tells at once. Of 1, 100 and 1,000 followers, each on a socket of its own.
 */
import type { Benchmark, Options } from './benchmark.js'
import { addressNumbered, type Desk, INSTRUMENT, RpcChannel, withDesk } from './deribit-desk.js'
import { report } from './report.js'
import { Samples } from './statistics.js'

const FOLLOWERS = [1, 100, 1_000] as const
const ORDERS = { quick: 20, whole: 80 }
const CHANNEL = `quote.${INSTRUMENT}`
/** Best bids from here on, each a dollar dearer: below the best offer of the demo world. */
const FIRST_PRICE = 99_991
const STEP = 0.5
/** Orders are changed this often, so that the pool of the account lasts. */
const PAUSE_MILLISECONDS = 100

export const deribitNotifications: Benchmark = {
  name: 'deribit-notifications',
  run: (options) => withDesk((desk) => measureAll(desk, options)),
}

async function measureAll({ server, clients }: Desk, { quick }: Options): Promise<void> {
  const [trader] = clients
  if (trader === undefined) throw new Error('expected a client')
  const followers: RpcChannel[] = []
  for (const count of FOLLOWERS) {
    while (followers.length < count) followers.push(await follow(server.port, followers.length))
    await measure(trader, followers, quick ? ORDERS.quick : ORDERS.whole)
  }
  for (const follower of followers) follower.close()
}

async function follow(port: number, number: number): Promise<RpcChannel> {
  const follower = await RpcChannel.open(port, addressNumbered(200 + number))
  await follower.result('public/subscribe', { channels: [CHANNEL] })
  return follower
}

/** One order whose price goes up and down: each change is a new best bid. */
async function measure(trader: RpcChannel, followers: readonly RpcChannel[], changes: number): Promise<void> {
  const latencies = new Samples()
  let price = FIRST_PRICE
  const asked = { instrument_name: INSTRUMENT, amount: 10, type: 'limit', price }
  const { order } = await trader.result<{ readonly order: { readonly order_id: string } }>(
    'private/buy',
    asked,
  )
  for (let change = 1; change <= changes; change += 1) {
    price = FIRST_PRICE + (change % 30) * STEP
    const sentAt = performance.now()
    const told = followers.map(
      (follower) =>
        new Promise<void>((resolve) => {
          follower.onNotification = ({ best_bid_price }) => {
            if (best_bid_price !== price) return
            latencies.add(performance.now() - sentAt)
            follower.onNotification = () => {}
            resolve()
          }
        }),
    )
    await trader.result('private/edit', { order_id: order.order_id, amount: 10, price })
    await Promise.all(told)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  await trader.result('private/cancel', { order_id: order.order_id })
  const load = {
    followers: followers.length,
    changes,
    channel: CHANNEL,
    store: 'sqlite',
    client: 'same machine, the same process for all followers',
  }
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    report({
      bench: `deribit.notifications.${followers.length}.${name}`,
      value: latencies.percentile(share),
      unit: 'ms',
      statistic: `${name} from sending an order to being told, over all followers`,
      load,
    })
}
