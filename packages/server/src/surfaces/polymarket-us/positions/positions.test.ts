/** What orders leave behind: positions then and now, balances, and both ledgers. Figures by hand, from section 10. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Acme } from '../../../testing/acme.js'
import { ACCOUNT, type Desk, OTHER_ACCOUNT, openContract, SYMBOL } from '../../../testing/market.js'
import { openTwoFirms, type TwoFirms } from '../../../testing/two-firms.js'
import type { Venue } from '../../../testing/venue.js'

let venue: Venue
let acme: Acme
let instrument: number
let own: Desk
let other: Desk
let signInAgain: TwoFirms['signInAgain']

beforeEach(async () => {
  ;({ venue, acme, instrument, own, other, signInAgain } = await openTwoFirms({
    contract: { feeSchedule: null },
  }))
})
afterEach(() => venue.close())

async function trade(side: 'BUY' | 'SELL', orderQty: number, price: number, symbol = SYMBOL): Promise<void> {
  const opposite = side === 'BUY' ? 'SELL' : 'BUY'
  await other.place({ side: `SIDE_${opposite}`, orderQty, price, symbol })
  await own.place({ side: `SIDE_${side}`, orderQty, price, symbol })
}
const positions = (query = '') => own.get(`/v1/positions?name=${ACCOUNT}${query}`)
const balanceOf = async (desk: Desk, name: string) =>
  (await desk.post('/v1/positions/balance', { name, currency: 'USD' })).body

describe('positions', () => {
  test('have quantity, cost and result; what is promised to orders is not available', async () => {
    await trade('BUY', 100, 36)
    await trade('SELL', 40, 40)
    await own.place({ side: 'SIDE_SELL', orderQty: 10, price: 50 })
    const { body } = await positions()
    // 100 at 0.36 cost 36.00; 40 of them leave with 14.40 and bring 16.00.
    expect(body).toEqual({
      positions: [
        {
          account: ACCOUNT,
          symbol: SYMBOL,
          netPosition: '60',
          qtyBought: '100',
          qtySold: '40',
          cost: '2160',
          realized: '160',
          bodPosition: '0',
          expired: false,
          updateTime: '2026-01-05T15:00:00.000000Z',
        },
      ],
      availablePosition: ['50'],
      nextPageToken: '',
      eof: true,
    })
    const short = await other.get(`/v1/positions?accountId=${OTHER_ACCOUNT}`)
    expect(short.body.positions[0]).toMatchObject({ netPosition: '-60', cost: '-2160', realized: '-160' })
  })

  test('as they stood at a time, and at the end of a business date', async () => {
    await trade('BUY', 100, 36)
    venue.move(3600)
    await signInAgain()
    await trade('SELL', 100, 40)
    venue.move(86_400)
    await signInAgain()
    await trade('BUY', 7, 36)
    const net = async (query: string) =>
      (await positions(query)).body.positions.map(
        ({ netPosition, bodPosition }: { netPosition: string; bodPosition: string }) =>
          `${netPosition} ${bodPosition}`,
      )
    expect(await net('')).toEqual(['7 0'])
    expect(await net('&asOfTime=2026-01-05T15:30:00Z')).toEqual(['100 0'])
    expect(await net('&asOfTime=2026-01-05T15:00:00Z')).toEqual(['100 0'])
    expect(await net('&asOfTime=2026-01-05T14:59:59Z')).toEqual([])
    expect(await net('&asOfDate.year=2026&asOfDate.month=1&asOfDate.day=5')).toEqual(['0 0'])
    expect(await net('&asOfDate.year=2026&asOfDate.month=1&asOfDate.day=5&nonZeroOnly=true')).toEqual([])
    expect(await net('&asOfDate.year=2026&asOfDate.month=1&asOfDate.day=4')).toEqual([])
  })

  test('by symbol, in pages, without what is flat or over', async () => {
    const ended = await openContract(venue, 'ended', { feeSchedule: null })
    await openContract(venue, 'flat', { feeSchedule: null })
    await trade('BUY', 1, 36)
    await trade('BUY', 2, 36, 'ended')
    await trade('BUY', 3, 36, 'flat')
    await trade('SELL', 3, 36, 'flat')
    await venue.run('instruments.set_state', { instrument: ended, state: 'expired', version: null })
    const symbols = async (query: string) =>
      (await positions(query)).body.positions.map(({ symbol }: { symbol: string }) => symbol)
    expect(await symbols('')).toEqual([SYMBOL, 'ended', 'flat'])
    expect(await symbols('&nonZeroOnly=true')).toEqual([SYMBOL, 'ended'])
    expect(await symbols('&activeOnly=true')).toEqual([SYMBOL, 'flat'])
    expect(await symbols('&symbol=ended')).toEqual(['ended'])
    const first = (await positions('&pageSize=2')).body
    expect([first.positions.length, first.eof]).toEqual([2, false])
    const rest = (await positions(`&pageSize=2&pageToken=${first.nextPageToken}`)).body
    expect([rest.positions.length, rest.eof, rest.nextPageToken]).toEqual([1, true, ''])
  })

  test.each([
    ['', 400],
    [`?name=${OTHER_ACCOUNT}`, 404],
    ['?name=nobody', 404],
    ['?name=acme-main&symbol=nothing', 404],
    ['?name=acme-main&pageSize=1001', 400],
    ['?name=acme-main&asOfTime=yesterday', 400],
    ['?name=acme-main&asOfDate.year=2026&asOfDate.month=2&asOfDate.day=30', 400],
    ['?name=acme-main&asOfTime=2026-01-05T15:00:00Z&asOfDate.year=2026&asOfDate.month=1&asOfDate.day=5', 400],
    ['?name=acme-main&nonZeroOnly=perhaps', 400],
    ['?name=acme-main&pageToken=x', 400],
  ])('%s answers %i', async (query, status) => {
    expect((await own.get(`/v1/positions${query}`)).status).toBe(status)
  })
})

describe('balances', () => {
  test('keep the payout behind a short, and the worst case behind open orders', async () => {
    // 100 sold at 0.36 bring 36.00 and require 100.00; 10 bid at 0.30 would cost 3.00 and give 10.00 back.
    await trade('SELL', 100, 36)
    await own.place({ symbol: SYMBOL, side: 'SIDE_SELL', orderQty: 10, price: 40 })
    expect(await balanceOf(own, ACCOUNT)).toEqual({
      balance: '1036.00',
      capitalRequirement: '100.00',
      excessCapital: '936.00',
      buyingPower: '930.00',
      openOrders: '6.00',
      unsettledFunds: '0.00',
      marginRequirement: '100.00',
      securities: {},
      totalSecurityNotionalValue: '0',
      totalSecurityAvailableValue: '0',
      alternateCapitalRequirement: '0',
      alternateCapitalRequirementCurrency: '',
      updateTime: '2026-01-05T15:00:00.000000Z',
    })
    const { body } = await own.post('/v1/positions/balances', { name: ACCOUNT })
    expect(body.balances.USD.buyingPower).toBe('930.00')
    const { accounts } = (await own.get('/v1/accounts/accounts')).body
    expect(accounts[0]).toMatchObject({ buyingPower: '930.00', riskLimits: {} })
    expect(accounts[0].balances).toEqual([{ currency: 'USD', balance: '1036.00', buyingPower: '930.00' }])
  })

  test('settle to the payout of who was right', async () => {
    await trade('BUY', 100, 60)
    await venue.run('instruments.set_state', { instrument, state: 'expired', version: null })
    await venue.run('instruments.settle', { instrument, price: 10n ** 18n, version: null })
    while (venue.server.engine.nextDueAt() !== undefined) {
      venue.move(1)
      venue.host.tick()
      if ((await balanceOf(own, ACCOUNT)).balance === '1040.00') break
    }
    expect(await balanceOf(own, ACCOUNT)).toMatchObject({ balance: '1040.00', marginRequirement: '0.00' })
    expect(await balanceOf(other, OTHER_ACCOUNT)).toMatchObject({
      balance: '960.00',
      marginRequirement: '0.00',
    })
    const { entries } = (await own.get(`/v1/funding/balance-ledger?account=${ACCOUNT}&entryTypes=RESOLUTION`))
      .body
    expect(entries).toEqual([
      expect.objectContaining({
        entryType: 'LEDGER_ENTRY_TYPE_BALANCE_RESOLUTION',
        symbol: SYMBOL,
        description: 'Settled 100 @ 1',
        beforeBalance: '940.00',
        afterBalance: '1040.00',
      }),
    ])
  })

  test('show shares as securities, which lend nothing', async () => {
    const share = await openContract(venue, 'ACME', {
      kind: 'equity',
      priceLow: null,
      priceHigh: null,
      settlementDays: 1,
      feeSchedule: null,
    })
    const cost = 42_000_000n
    const adjust = {
      account: acme.main,
      instrument: share,
      quantity: 10n,
      cost,
      description: 'from elsewhere',
    }
    await venue.run('positions.adjust', adjust)
    const { securities, totalSecurityAvailableValue } = await balanceOf(own, ACCOUNT)
    expect([securities.ACME.balance, totalSecurityAvailableValue]).toEqual(['10', '0'])
  })
})

describe('the ledgers of a trade', () => {
  test('name the deal, its type and its symbol', async () => {
    await openContract(venue, 'fees')
    await trade('BUY', 10, 36, 'fees')
    // 0.0695 × 10 × 0.36 × 0.64 = 0.16
    const { entries } = (await own.get(`/v1/funding/balance-ledger?account=${ACCOUNT}&symbol=fees`)).body
    const told = entries.map((entry: Record<string, string>) => [
      entry.entryType?.replace('LEDGER_ENTRY_TYPE_BALANCE_', ''),
      entry.description,
      entry.symbol,
      entry.beforeBalance,
      entry.afterBalance,
    ])
    expect(told).toEqual([
      ['ORDER_EXECUTION', 'Buy 10 @ 0.36', 'fees', '1000.00', '996.40'],
      ['COMMISSION', 'Buy 10 @ 0.36', 'fees', '996.40', '996.24'],
    ])
    const path = `/v1/funding/balance-ledger?account=${ACCOUNT}`
    expect((await own.get(`${path}&symbol=nothing`)).body.entries).toEqual([])
    expect((await own.get(`${path}&description=buy%2010`)).body.entries).toHaveLength(2)
    expect((await own.get(`${path}&entryTypes=COMMISSION`)).body.entries).toHaveLength(1)
  })

  test('the position ledger replays to the position, and downloads', async () => {
    await trade('BUY', 100, 36)
    await trade('SELL', 40, 40)
    const path = `/v1/positions/ledger?account=${ACCOUNT}`
    const { entries, eof } = (await own.get(path)).body
    expect([entries.length, eof]).toEqual([2, true])
    expect(entries[1]).toEqual({
      id: expect.stringMatching(/^pl_\d+_\d+$/),
      account: ACCOUNT,
      symbol: SYMBOL,
      quantityChange: '-40',
      costChange: '-1440',
      realizedChange: '160',
      netPosition: '60',
      cost: '2160',
      realized: '160',
      updateTime: '2026-01-05T15:00:00.000000Z',
      updateBusinessDate: '2026-01-05',
      description: 'Sell 40 @ 0.4',
    })
    const newest = (await own.get(`${path}&newestFirst=true&pageSize=1&symbol=${SYMBOL}`)).body
    expect([newest.entries[0].netPosition, newest.eof]).toEqual(['60', false])
    expect((await own.get(`${path}&startTime=2026-01-05T15:00:01Z`)).body.entries).toEqual([])
    const { text, headers } = await own.get(`/v1/positions/ledger/download?account=${ACCOUNT}`)
    expect(headers.get('content-type')).toContain('text/csv')
    expect(text.split('\n')).toHaveLength(4)
  })

  test('the position ledger needs an account within reach, and is limited', async () => {
    expect((await own.get('/v1/positions/ledger')).status).toBe(400)
    expect((await own.get(`/v1/positions/ledger?account=${OTHER_ACCOUNT}`)).status).toBe(404)
    for (let count = 0; count < 3; count += 1) await own.get('/v1/positions/ledger')
    expect((await own.get('/v1/positions/ledger')).status).toBe(429)
    const download = `/v1/positions/ledger/download?account=${ACCOUNT}`
    const empty = await own.get(download)
    expect([empty.status, empty.text]).toEqual([200, ''])
    expect((await own.get(download)).headers.get('retry-after')).toBe('12')
  })
})
