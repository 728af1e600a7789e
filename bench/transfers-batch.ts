/** Transfers in batches over HTTP, each command on its own. */

import { batchLoop } from './batch-loop.js'
import type { Benchmark } from './benchmark.js'
import { closeAll, DEPTH, measureTransfers, withBook } from './transfers.js'

export const transfersBatch: Benchmark = {
  name: 'transfers-batch',
  run: (options) =>
    withBook(options, async (fresh) => {
      for (const size of [50, 500])
        await fresh(async ({ server, book }) => {
          const loop = await batchLoop(server, book, size)
          const load = { accounts: book.accounts.length, depth: DEPTH, per: `batches of ${size}, mode each` }
          await measureTransfers({ bench: `transfers.batch.${size}`, load, server, ...loop }, options)
          closeAll(loop.channels)
        })
    }),
}
