/** Durable orders over HTTP, one a request, each with the full pre-trade check, while a stream of events is read. */
import type { Benchmark } from './benchmark.js'
import { countOne } from './closed-loop.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import { followEvents, IN_FLIGHT, orderMaker, WORLD } from './orders-load.js'
import { closeAll, DEPTH, keyMaker, measureTransfers, withBook } from './transfers.js'
import { API_KEY } from './world.js'

export const ordersHttp: Benchmark = {
  name: 'orders-http',
  run: (options) =>
    withBook(
      options,
      (fresh) =>
        fresh(async (bench) => {
          const { server, book } = bench
          const events = await followEvents(server.port)
          const channels = await Promise.all(
            Array.from({ length: IN_FLIGHT }, () => HttpChannel.open(server.port)),
          )
          const request = requestMaker('/stemma/v1/orders', API_KEY)
          const order = orderMaker(bench)
          const key = keyMaker('orders')
          const load = {
            accounts: book.accounts.length,
            depth: DEPTH,
            per: 'one a request',
            event_streams: 1,
          }
          await measureTransfers(
            {
              bench: `orders.http.${IN_FLIGHT}`,
              noun: 'orders',
              load,
              server,
              channels,
              inFlight: 1,
              message: () => request(order(), key()),
              count: countOne,
            },
            options,
          )
          closeAll(channels)
          events.close()
        }),
      WORLD,
    ),
}
