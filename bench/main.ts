/**
 * `npm run bench`: runs every benchmark, each in a process of its own, so that what one leaves in memory does not slow
 * the next. `--quick`: less work, all in under two minutes; `--only NAME`: one of them, and the only way to run a long
 * one; `--list`: their names.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { access } from './access.js'
import { accessPeers } from './access-peers.js'
import type { Benchmark } from './benchmark.js'
import { ceiling } from './ceiling.js'
import { deribitNotifications } from './deribit-notifications.js'
import { deribitOrders } from './deribit-orders.js'
import { engine } from './engine.js'
import { growth } from './growth.js'
import { idempotency } from './idempotency.js'
import { orders } from './orders.js'
import { ordersHttp } from './orders-http.js'
import { ordersSocket } from './orders-socket.js'
import { rollup } from './rollup.js'
import { start } from './start.js'
import { store } from './store.js'
import { takeOver } from './take-over.js'
import { transfersBatch } from './transfers-batch.js'
import { transfersHttp } from './transfers-http.js'
import { transfersLong } from './transfers-long.js'
import { transfersPostgres } from './transfers-postgres.js'
import { transfersSocket } from './transfers-socket.js'

const BENCHMARKS: readonly Benchmark[] = [
  transfersHttp,
  transfersSocket,
  transfersBatch,
  ceiling,
  transfersPostgres,
  access,
  accessPeers,
  rollup,
  engine,
  growth,
  orders,
  ordersHttp,
  ordersSocket,
  deribitOrders,
  deribitNotifications,
  store,
  idempotency,
  start,
  transfersLong,
  takeOver,
]

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const { quick, list, only } = values

if (list) {
  for (const { name, isLong } of BENCHMARKS)
    console.log(isLong === true ? `${name} (only when asked for)` : name)
} else if (only !== undefined) {
  const benchmark = BENCHMARKS.find(({ name }) => name === only)
  if (benchmark === undefined)
    throw new Error(`expected one of ${BENCHMARKS.map(({ name }) => name).join(', ')}, was ${only}`)
  // An interrupted benchmark leaves neither a server nor a directory behind.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))
  await benchmark.run({ quick })
} else {
  const failed = BENCHMARKS.filter(({ isLong }) => isLong !== true)
    .map(({ name }) => name)
    .filter((name) => !runAlone(name))
  if (failed.length > 0) {
    console.error(`could not be measured: ${failed.join(', ')}`)
    process.exitCode = 1
  }
}

/** The loader of TypeScript stands in the arguments of this process: another one needs the same. */
function runAlone(name: string): boolean {
  const flags = ['--expose-gc', ...process.execArgv]
  const args = [import.meta.filename, '--only', name, ...(quick ? ['--quick'] : [])]
  return spawnSync(process.execPath, [...flags, ...args], { stdio: 'inherit' }).status === 0
}
