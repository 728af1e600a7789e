/** What everybody is told of instruments, their volumes and their indexes (section 7). */
import type { Plain } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterAll(() => desk.close())

const result = async (method: string, params: object = {}) => {
  const { body } = await desk.call(`public/${method}`, params, null)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}

const run = async (command: string, input: Plain): Promise<{ readonly instrument: number }> => {
  const outcome = await desk.server.host.execute({ command, actor: { kind: 'system' }, input })
  if (outcome.kind === 'refused') throw new Error(`${command}: ${outcome.refusal.detail}`)
  return outcome.result as { readonly instrument: number }
}

/** The demo's trades: 10,000 dollars at 100,010, and a tenth of a coin's option at 0.0805. */
test('volume counts coin, whatever a contract is counted in', async () => {
  const inverse = (await result('ticker', { instrument_name: 'BTC-PERPETUAL' })).stats
  expect(inverse).toMatchObject({ volume_usd: 10_000, volume_notional: 10_000 })
  // 10,000 / 100,010, to the digits that the book keeps.
  expect(inverse.volume).toBeCloseTo(0.0999900009999, 9)
  const option = (await result('ticker', { instrument_name: 'BTC-25JUN27-120000-C' })).stats
  expect(option.volume).toBe(0.1)
  expect(option).not.toHaveProperty('volume_notional')
  await desk.call('private/buy', { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01, type: 'market' })
  const before = { instrument_name: 'BTC_USDC-PERPETUAL' }
  const { stats, last_price } = await result('ticker', before)
  expect(stats).not.toHaveProperty('volume_usd')
  expect(stats.volume_notional / stats.volume).toBeCloseTo(last_price, 0)
})

test('a summary of a book has the same, and what its prices are in', async () => {
  const of = async (instrument_name: string) =>
    (await result('get_book_summary_by_instrument', { instrument_name }))[0]
  expect(await of('BTC-PERPETUAL')).toMatchObject({
    base_currency: 'BTC',
    quote_currency: 'USD',
    volume_usd: 10_000,
  })
  expect(await of('BTC-25JUN27-120000-C')).toMatchObject({ quote_currency: 'BTC', volume: 0.1 })
  expect((await of('BTC_USDC-PERPETUAL')).quote_currency).toBe('USDC')
})

test('instruments come by expiry, futures before options, and say when they settle', async () => {
  const listed: readonly Record<string, unknown>[] = await result('get_instruments')
  expect(listed.map(({ kind }) => kind)).toEqual([
    'future',
    'option',
    'option',
    'future',
    'future',
    'future',
    'spot',
    'spot',
    'spot',
  ])
  // 25 June 2027 is the last Friday of its month.
  expect(listed[0]).toMatchObject({ settlement_period: 'month', future_type: 'reversed' })
  expect(listed[3]).toMatchObject({ settlement_period: 'perpetual' })
  expect(listed[1]).not.toHaveProperty('future_type')
})

test('a contract that expires on another day than the last of its kind in a month is of a week, and says what it was delivered at', async () => {
  const one = 10n ** 18n
  const { instrument } = await run('instruments.create', {
    symbol: 'BTC_USDC-18JUN27',
    displayName: 'BTC 18 June 2027',
    kind: 'future',
    currency: 'USDC',
    tick: one,
    quantityScale: 0,
    lot: 1n,
    multiplier: one,
    priceLow: null,
    priceHigh: null,
    quantityMax: null,
    notionalMax: null,
    settlementDays: 0,
    feeSchedule: null,
    event: null,
    venue: null,
    derivative: { style: 'linear', base: 'BTC', index: 'btc_usd', option: null, funding: null },
    marginRates: {
      initial: one / 50n,
      maintenance: one / 100n,
      initialPerUnit: 0n,
      maintenancePerUnit: 0n,
      optionFloor: 0n,
    },
    expiresAt: Date.UTC(2027, 5, 18, 8) * 1_000,
    metadata: {},
  })
  const shown = await result('get_instrument', { instrument_name: 'BTC_USDC-18JUN27' })
  expect(shown).toMatchObject({ settlement_period: 'week', future_type: 'linear' })

  const ticker = () => result('ticker', { instrument_name: 'BTC_USDC-18JUN27' })
  expect(await ticker()).not.toHaveProperty('delivery_price')
  for (const state of ['open', 'expired'])
    await run('instruments.set_state', { instrument, state, version: null })
  const { index_price } = await result('get_index_price', { index_name: 'btc_usd' })
  expect(await ticker()).toMatchObject({ state: 'delivered', delivery_price: index_price })
})

test('names of indexes are texts, or say whether combos are made on them', async () => {
  const names = await result('get_index_price_names')
  expect(names).toContain('btc_usd')
  expect(await result('get_index_price_names', { extended: true })).toEqual(
    names.map((name: string) => ({
      name,
      future_combo_creation_enabled: false,
      option_combo_creation_enabled: false,
    })),
  )
})

test('every currency of the venue’s summaries has one', async () => {
  const currencies = (await result('get_currencies')).map(({ currency }: { currency: string }) => currency)
  expect([...currencies].sort()).toEqual(
    [
      'BNB',
      'BTC',
      'ETH',
      'ETHW',
      'EURR',
      'PAXG',
      'SOL',
      'STETH',
      'USDC',
      'USDE',
      'USDT',
      'USYC',
      'XRP',
    ].sort(),
  )
  const { body } = await desk.call('private/get_account_summary', { currency: 'ETHW' })
  expect(body.result).toMatchObject({ currency: 'ETHW', balance: 0 })
})
