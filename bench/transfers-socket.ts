/** Transfers over WebSocket, one a message, many in flight over a few sockets. */
import type { Benchmark } from './benchmark.js'
import { countOne } from './closed-loop.js'
import { SocketChannel } from './socket-channel.js'
import { closeAll, DEPTH, keyMaker, measureTransfers, transferMaker, withBook } from './transfers.js'
import { API_KEY } from './world.js'

const SOCKETS = 4
const IN_FLIGHT = 256

export const transfersSocket: Benchmark = {
  name: 'transfers-socket',
  run: (options) =>
    withBook(options, (fresh) =>
      fresh(async ({ server, book }) => {
        const channels = await Promise.all(
          Array.from({ length: SOCKETS }, () => SocketChannel.open(server.port, '/stemma/v1/ws', API_KEY)),
        )
        const transfer = transferMaker(book)
        const key = keyMaker('socket')
        await measureTransfers(
          {
            bench: `transfers.socket.${IN_FLIGHT}`,
            load: { accounts: book.accounts.length, depth: DEPTH, per: 'one a message' },
            server,
            channels,
            inFlight: IN_FLIGHT / SOCKETS,
            message: () =>
              `{"operation":"transfers.create","idempotency_key":"${key()}","input":${transfer()}}`,
            count: countOne,
          },
          options,
        )
        closeAll(channels)
      }),
    ),
}
