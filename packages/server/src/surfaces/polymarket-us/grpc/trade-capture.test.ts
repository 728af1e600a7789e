/** Trade capture: each trade once, with the own side, and again when it is busted or corrected. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import { asOperator, COPY, opened, TRADES, trade } from '../../../testing/drop-copies.js'
import type { Stream } from '../../../testing/grpc-client.js'
import { ACCOUNT, OTHER_ACCOUNT, SYMBOL } from '../../../testing/market.js'
import { openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'
import { idMeant } from '../trading/ids.js'

let world: TradingVenue

beforeEach(async () => {
  world = await openTradingVenue(new ManualTimer())
})
afterEach(() => world.close())

const T0 = 1_767_625_200
const open = (method: string, message: object = {}, token: string = world.tokens.copy): Stream =>
  world.client.open(method, message, { token })
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Told = any

const reports = async (stream: Stream): Promise<Told[]> => (await stream.next()).trade_capture_reports
const bothFirms = async (): Promise<readonly Stream[]> => [
  await opened(open(TRADES)),
  await opened(open(TRADES, {}, world.tokens.otherCopy)),
]
const correct = (id: string, price: string): Promise<{ readonly trade: string }> =>
  asOperator(world, 'POST', `/trades/${id}/correct`, { price, reason: 'price of the agreement' })
const bust = (id: string) => asOperator(world, 'POST', `/trades/${id}/bust`, { reason: 'clearly erroneous' })
const nativeId = (shown: string): string => `trd_${idMeant(shown)}`

/** What a stream from that place on tells, until so many reports came. */
async function gather(resume: object, count: number): Promise<Told[]> {
  const stream = await opened(open(TRADES, resume))
  const told: Told[] = []
  while (told.length < count) told.push(...(await reports(stream)))
  return told
}

describe('trade capture', () => {
  test('tells each trade once, with the own side, and again when it is busted', async () => {
    const streams = await bothFirms()
    await trade(world, 37, 3)
    const [[own], [other]] = (await Promise.all(streams.map(reports))) as [Told[], Told[]]
    expect(own).toMatchObject({
      state: 'TRADE_STATE_CLEARED',
      symbol: SYMBOL,
      px: '37',
      qty: '3',
      aggressor: { order: { account: ACCOUNT } },
      passive: null,
    })
    expect(other).toMatchObject({
      id: own.id,
      aggressor: null,
      passive: { order: { account: OTHER_ACCOUNT } },
    })
    await bust(nativeId(own.id))
    for (const stream of streams)
      expect(await reports(stream)).toMatchObject([
        { id: own.id, state: 'TRADE_STATE_BUSTED', px: '37', qty: '3' },
      ])
    // From the beginning both are told again, each as it was.
    const again = await gather({ resume_time: { seconds: 1, nanos: 0 } }, 2)
    expect(again.map(({ state }) => state)).toEqual(['TRADE_STATE_CLEARED', 'TRADE_STATE_BUSTED'])
  })

  test('tells a correction once under the id of the trade, and so the bust of what was corrected', async () => {
    const streams = await bothFirms()
    await trade(world, 37, 3)
    const [[own], [other]] = (await Promise.all(streams.map(reports))) as [Told[], Told[]]
    const { trade: corrected } = await correct(nativeId(own.id), '0.30')
    expect(await reports(streams[0]!)).toMatchObject([
      { id: own.id, state: 'TRADE_STATE_CORRECTED', aggressor: { id: own.aggressor.id }, passive: null },
    ])
    expect(await reports(streams[1]!)).toMatchObject([
      { id: own.id, state: 'TRADE_STATE_CORRECTED', aggressor: null, passive: { id: other.passive.id } },
    ])
    const { trade: again } = await correct(corrected, '0.35')
    for (const stream of streams)
      expect(await reports(stream)).toMatchObject([{ id: own.id, state: 'TRADE_STATE_CORRECTED' }])
    await bust(again)
    for (const stream of streams)
      expect(await reports(stream)).toMatchObject([{ id: own.id, state: 'TRADE_STATE_BUSTED' }])
  })

  test('the drop copy beside it tells neither: the venue has no type of execution for them', async () => {
    const [copy, trades] = [await opened(open(COPY)), await opened(open(TRADES))]
    await trade(world, 37, 3)
    const [own] = await reports(trades)
    const { trade: corrected } = await correct(nativeId(own.id), '0.30')
    await bust(corrected)
    await trade(world, 38, 1)
    const told: Told[] = []
    while (told.length < 4) told.push(...(await copy.next()).executions)
    expect(told.map(({ type, order }) => [type, order.price])).toEqual([
      ['EXECUTION_TYPE_NEW', '37'],
      ['EXECUTION_TYPE_FILL', '37'],
      ['EXECUTION_TYPE_NEW', '38'],
      ['EXECUTION_TYPE_FILL', '38'],
    ])
  })

  test('begins at a time, that moment included, or behind a token', async () => {
    await trade(world, 30)
    world.venue.move(10)
    await trade(world, 31)
    world.venue.move(10)
    await trade(world, 32)
    const prices = async (resume: object, count: number) => (await gather(resume, count)).map(({ px }) => px)
    const from = (seconds: number, nanos = 0) => ({ resume_time: { seconds, nanos } })
    expect(await prices(from(T0), 3)).toEqual(['30', '31', '32'])
    expect(await prices(from(T0 + 10), 2)).toEqual(['31', '32'])
    expect(await prices(from(T0 + 10, 1_000), 1)).toEqual(['32'])
    // A time that is still to come begins now.
    const later = await opened(open(TRADES, from(T0 + 3_600)))
    await trade(world, 33)
    expect(await reports(later)).toMatchObject([{ px: '33' }])
    const live = await opened(open(TRADES))
    await trade(world, 34)
    const { resume_token } = await live.next()
    await trade(world, 35)
    expect(await prices({ resume_token }, 1)).toEqual(['35'])
  })
})
