/** Candles when the server ends and another begins on the same data: those that are over, and those that run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MINUTE, SECOND, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import type { RunningServer } from '../../server.js'
import { basic } from '../../testing/crypto-desk.js'
import { demoIn, startDemo } from '../../testing/demo-server.js'
import { START } from '../../testing/venue.js'

const directory = mkdtempSync(join(tmpdir(), 'stemma-candles-'))
const clock = new ManualClock(START)
const BEGIN = toMilliseconds(START)
const NAME = 'BTC_USDC-PERPETUAL'
let server: RunningServer

const start = () => startDemo(directory, { clock })

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function call<Told>(method: string, params: object): Promise<Told> {
  const { deribit } = demoIn(directory)
  const third = deribit.subaccounts[2] ?? deribit.main
  const response = await fetch(`${server.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(third) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { readonly result?: Told; readonly error?: unknown }
  if (result === undefined) throw new Error(JSON.stringify(error))
  return result
}
const trade = (side: 'buy' | 'sell', amount: number) =>
  call(`private/${side}`, { instrument_name: NAME, amount, type: 'market' })

interface Chart {
  readonly ticks: readonly number[]
  readonly volume: readonly number[]
  readonly cost: readonly number[]
  readonly close: readonly number[]
}
const chart = (resolution: string): Promise<Chart> =>
  call('public/get_tradingview_chart_data', {
    instrument_name: NAME,
    start_timestamp: BEGIN,
    end_timestamp: toMilliseconds(clock.now()),
    resolution,
  })
const charts = async (): Promise<readonly Chart[]> => Promise.all(['1', '3', '60', '1D'].map(chart))

test('are the same, and the running ones go on where they were', async () => {
  // The demo bought 0.1 at 100,010 in the first minute; 0.2 are sold at 99,990 in the third, which is over then.
  clock.advance(2 * MINUTE)
  await trade('sell', 0.2)
  clock.advance(2 * MINUTE)
  await trade('buy', 0.05)
  const before = await charts()
  await server.stop()
  server = await start()
  expect(await charts()).toEqual(before)
  const [minutes, , hours] = before as [Chart, Chart, Chart, Chart]
  expect(minutes).toMatchObject({
    ticks: [0, 1, 2, 3, 4].map((minute) => BEGIN + minute * 60_000),
    volume: [0.1, 0, 0.2, 0, 0.05],
    close: [100_010, 100_010, 99_990, 99_990, 100_010],
    // 0.1 × 100,010; 0.2 × 99,990; 0.05 × 100,010.
    cost: [10_001, 0, 19_998, 0, 5_000.5],
  })
  expect(hours.volume).toEqual([0.35])
  clock.advance(SECOND)
  await trade('buy', 0.01)
  const [latest, , hour, day] = (await charts()) as [Chart, Chart, Chart, Chart]
  expect(latest.volume.at(-1)).toBeCloseTo(0.06, 9)
  expect([hour.volume, day.volume]).toEqual([[0.36], [0.36]])
  // 34,999.5 and 0.01 × 100,010.
  expect(day.cost).toEqual([35_999.6])
})
