/**
 * Durable orders over the venue's socket, one a message: the pool of each account's credits, spent as fast as answers
 * come. What the pools hold is what is measured.
 */
import type { Benchmark } from './benchmark.js'
import { type Desk, INSTRUMENT, type RpcChannel, withDesk } from './deribit-desk.js'
import { report } from './report.js'
import { Samples } from './statistics.js'

/** The pool of the highest tier. */
const ORDERS_OF_ACCOUNT = 90
const IN_FLIGHT_OF_ACCOUNT = 4

export const deribitOrders: Benchmark = { name: 'deribit-orders', run: () => withDesk(measure) }

async function measure({ clients }: Desk): Promise<void> {
  const latencies = new Samples()
  const start = performance.now()
  const refused = await Promise.all(clients.map((client) => spend(client, latencies)))
  const seconds = (performance.now() - start) / 1_000
  const orders = clients.length * ORDERS_OF_ACCOUNT
  const load = {
    accounts: clients.length,
    connections: clients.length,
    in_flight: clients.length * IN_FLIGHT_OF_ACCOUNT,
    orders,
    refused: refused.reduce((sum, each) => sum + each, 0),
    per: 'one a message',
    store: 'sqlite',
    client: 'same machine',
  }
  const figure = (name: string, value: number, unit: string, statistic: string): void =>
    report({ bench: `deribit.orders.${name}`, value, unit, statistic, load })
  figure('rate', orders / seconds, 'orders/s', 'mean over the run')
  for (const [name, share] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const)
    figure(`latency_${name}`, latencies.percentile(share), 'ms', name)
}

/** Places what the pool allows, a few at a time, far below the market; says how many were refused. */
async function spend(client: RpcChannel, latencies: Samples): Promise<number> {
  let left = ORDERS_OF_ACCOUNT
  let refused = 0
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const price = 50_000 + left
      const askedAt = performance.now()
      const order = { instrument_name: INSTRUMENT, amount: 10, type: 'limit', price }
      const { error } = await client.call('private/buy', order)
      latencies.add(performance.now() - askedAt)
      if (error !== undefined) refused += 1
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT_OF_ACCOUNT }, one))
  return refused
}
