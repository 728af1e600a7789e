/** What rows of the transaction log say of equity stays when marks have moved and another server reads the data. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DemoFile } from '@stemma/demo'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from '../../ops/configuration.js'
import { type RunningServer, startServer } from '../../server.js'
import { basic, type Key } from '../../testing/crypto-desk.js'

const directory = mkdtempSync(join(tmpdir(), 'stemma-equity-'))
let server: RunningServer

const start = () =>
  startServer({
    configuration: readConfiguration({
      STEMMA_PORT: '0',
      STEMMA_GRPC_PORT: '0',
      STEMMA_DATA: directory,
      STEMMA_STORE: 'sqlite',
      STEMMA_DEMO: '1',
      STEMMA_LOG_LEVEL: 'silent',
    }),
  })

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

interface Row {
  readonly equity: number | null
  readonly balance: number
}

async function call<Result>(method: string, params: object, key: Key): Promise<Result> {
  const response = await fetch(`${server.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(key) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { readonly result?: Result; readonly error?: object }
  if (result === undefined) throw new Error(JSON.stringify(error))
  return result
}

test('the same numbers before and after', async () => {
  const { deribit } = JSON.parse(readFileSync(join(directory, 'demo.json'), 'utf8')) as DemoFile
  const [first] = deribit.subaccounts as readonly [Key]
  const span = { currency: 'BTC', start_timestamp: 0, end_timestamp: 4_000_000_000_000, count: 250 }
  const read = async () =>
    (await call<{ readonly logs: readonly Row[] }>('private/get_transaction_log', span, first)).logs
  const before = await read()
  // What is worth something beside its cash is there, so that a mark that moves would be seen.
  expect(before.some(({ equity, balance }) => equity !== null && equity !== balance)).toBe(true)
  const { instrument_id } = await call<{ readonly instrument_id: number }>(
    'public/get_instrument',
    { instrument_name: 'BTC-25JUN27' },
    first,
  )
  await server.host.execute({
    command: 'prices.publish',
    actor: { kind: 'system' },
    input: { prices: [{ instrument: instrument_id, price: 104_000n * 10n ** 18n }], indexes: [] },
  })
  expect(await read()).toEqual(before)
  await server.stop()
  server = await start()
  expect(await read()).toEqual(before)
})
