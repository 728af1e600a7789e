/** Transfers in batches over HTTP, each command on its own. */
import type { Benchmark } from './benchmark.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import { closeAll, DEPTH, keyMaker, measureTransfers, transferMaker, withBook } from './transfers.js'
import { API_KEY } from './world.js'

const CONNECTIONS = 4

/** Counts the commands that a batch says are done. */
function countBatch(status: number, body: Buffer, size: number): { done: number; refused: number } {
  if (status !== 200) return { done: 0, refused: size }
  let done = 0
  for (let at = body.indexOf(DONE); at >= 0; at = body.indexOf(DONE, at + DONE.length)) done += 1
  return { done, refused: size - done }
}
const DONE = Buffer.from('{"status":200,')

export const transfersBatch: Benchmark = {
  name: 'transfers-batch',
  run: (options) =>
    withBook(options, async (fresh) => {
      for (const size of [50, 500])
        await fresh(async ({ server, book }) => {
          const channels = await Promise.all(
            Array.from({ length: CONNECTIONS }, () => HttpChannel.open(server.port)),
          )
          const request = requestMaker('/stemma/v1/batch', API_KEY)
          const transfer = transferMaker(book)
          const key = keyMaker(`batch${size}`)
          const command = (): string =>
            `{"operation":"transfers.create","idempotency_key":"${key()}","input":${transfer()}}`
          const message = (): string =>
            request(`{"mode":"each","commands":[${Array.from({ length: size }, command).join(',')}]}`, null)
          const load = { accounts: book.accounts.length, depth: DEPTH, per: `batches of ${size}, mode each` }
          const count = (status: number, body: Buffer) => countBatch(status, body, size)
          const rest = { load, server, channels, inFlight: 1, message, count }
          await measureTransfers({ bench: `transfers.batch.${size}`, ...rest }, options)
          closeAll(channels)
        })
    }),
}
