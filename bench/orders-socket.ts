/** Durable orders over WebSocket, one a message, while a stream of events is read. */
import type { Benchmark } from './benchmark.js'
import { countOne } from './closed-loop.js'
import { followEvents, IN_FLIGHT, orderMaker, WORLD } from './orders-load.js'
import { SocketChannel } from './socket-channel.js'
import { closeAll, DEPTH, keyMaker, measureTransfers, withBook } from './transfers.js'
import { API_KEY } from './world.js'

const SOCKETS = 4

export const ordersSocket: Benchmark = {
  name: 'orders-socket',
  run: (options) =>
    withBook(
      options,
      (fresh) =>
        fresh(async (bench) => {
          const { server, book } = bench
          const events = await followEvents(server.port)
          const channels = await Promise.all(
            Array.from({ length: SOCKETS }, () => SocketChannel.open(server.port, '/stemma/v1/ws', API_KEY)),
          )
          const order = orderMaker(bench)
          const key = keyMaker('orders')
          const load = {
            accounts: book.accounts.length,
            depth: DEPTH,
            per: 'one a message',
            event_streams: 1,
          }
          await measureTransfers(
            {
              bench: `orders.socket.${IN_FLIGHT}`,
              noun: 'orders',
              load,
              server,
              channels,
              inFlight: IN_FLIGHT / SOCKETS,
              message: () => `{"operation":"orders.place","idempotency_key":"${key()}","input":${order()}}`,
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
