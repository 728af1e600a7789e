/** Drop copy and states of instruments: who sees what, in which order, after every cut. */
import { PLAIN_LIMIT } from '@stemma/core'
import { openCuttingProxy } from '@stemma/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualTimer } from '../../../host/timer.js'
import { KEYS } from '../../../testing/acme.js'
import {
  asOperator,
  COPY,
  opened,
  POSITIONS,
  STATES,
  TRADES,
  trade as tradeIn,
} from '../../../testing/drop-copies.js'
import { grpcAddress, grpcClient, type Stream } from '../../../testing/grpc-client.js'
import { ACCOUNT, OTHER_ACCOUNT, openContract, SYMBOL } from '../../../testing/market.js'
import { addDropCopy, openTradingVenue, type TradingVenue } from '../../../testing/trading-venue.js'
import { signIn } from '../../../testing/venue.js'
import { idMeant } from '../trading/ids.js'

let world: TradingVenue
let timer: ManualTimer
let followed: number

beforeEach(async () => {
  timer = new ManualTimer()
  world = await openTradingVenue(timer, 'sqlite')
  followed = world.venue.host.hub.size
})
afterEach(() => world.close())

const HEARTBEAT_MS = 30_000
const T0 = 1_767_625_200
const INVALID_ARGUMENT = 3
const NOT_FOUND = 5
const PERMISSION_DENIED = 7
const RESOURCE_EXHAUSTED = 8

const open = (method: string, message: object = {}, token: string = world.tokens.copy): Stream =>
  world.client.open(method, message, { token })
const types = (executions: { type: string }[]) =>
  executions.map(({ type }) => type.slice('EXECUTION_TYPE_'.length))

const trade = (price?: number, quantity?: number): Promise<string> => tradeIn(world, price, quantity)

/** What arrives, until so many executions came. */
async function gather(stream: Stream, count: number) {
  const executions = []
  while (executions.length < count) executions.push(...(await stream.next()).executions)
  return executions
}

/** The executions of a firm as the native surface lists them. */
const nativeExecutions = async (firm: number): Promise<{ id: string; event: string }[]> =>
  (await asOperator(world, 'GET', `/drop-copy?under=pty_${firm}&limit=500`)).items
const numberOf = (id: string): number => Number(id.replace(/^[a-z]+_/, ''))
const places = (items: { id: string; event: string }[]) =>
  new Map(items.map(({ id, event }) => [numberOf(id), event.split('.')[0]]))

describe('the drop copy', () => {
  test('of both firms agrees with the native executions, at the same sequences', async () => {
    const copies = [await opened(open(COPY)), await opened(open(COPY, {}, world.tokens.otherCopy))]
    await trade(37, 5)
    const [own, other] = await Promise.all(copies.map((stream) => gather(stream, 2)))
    expect([types(own!), types(other!)]).toEqual([
      ['NEW', 'FILL'],
      ['NEW', 'FILL'],
    ])
    const [mine, theirs] = [own![1], other![1]]
    expect([mine.trade_id, mine.last_px, mine.last_shares, mine.aggressor]).toEqual([
      theirs.trade_id,
      '37',
      '5',
      true,
    ])
    expect([mine.order.account, theirs.order.account]).toEqual([ACCOUNT, OTHER_ACCOUNT])
    const native = await Promise.all([world.acme.firm, world.acme.foreignFirm].map(nativeExecutions))
    expect([own, other].map((each) => each!.map(({ id }) => idMeant(id)))).toEqual(
      native.map((items) => items.map(({ id }) => numberOf(id))),
    )
    const [ownPlaces, otherPlaces] = native.map(places)
    expect(ownPlaces!.get(idMeant(mine.id)!)).toBe(otherPlaces!.get(idMeant(theirs.id)!))
  })

  test('after cuts at random has every execution at least once, in order, and none of another firm', async () => {
    const proxy = await openCuttingProxy(`http://${grpcAddress(world.venue)}`)
    const address = new URL(proxy.url).host
    const rounds = 40
    const trading = (async () => {
      for (let round = 0; round < rounds; round += 1) {
        if (round % 20 === 19) world.venue.move(1)
        await trade(10 + round)
      }
    })()
    // The same cuts in every run: a small generator decides behind which message the line is cut.
    let seed = 20_261_126
    const isCut = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed % 5 === 0
    }
    const seen: { id: string; account: string }[] = []
    const known = new Set<string>()
    let resume: object = { resume_time: { seconds: 1, nanos: 0 } }
    let cuts = 0
    while (known.size < 2 * rounds) {
      const client = grpcClient(world.venue, address)
      const stream = client.open(COPY, resume, { token: world.tokens.copy })
      try {
        while (known.size < 2 * rounds) {
          const { executions, resume_token } = await stream.next()
          for (const { id, order } of executions) {
            seen.push({ id, account: order.account })
            known.add(id)
          }
          // The token is kept once what came with it is; sometimes the line is cut before it is.
          if (isCut()) {
            cuts += 1
            proxy.cut()
            if (cuts % 2 === 0) break
          }
          resume = { resume_token }
        }
      } catch {
        // Cut off: once more, from the last token that was kept.
      }
      client.close()
    }
    await trading
    proxy.close()
    expect(cuts).toBeGreaterThan(3)
    const native = (await nativeExecutions(world.acme.firm)).map(({ id }) => numberOf(id))
    expect(native).toHaveLength(2 * rounds)
    expect([...known].map(idMeant)).toEqual(native)
    expect(seen.every(({ account }) => account === ACCOUNT)).toBe(true)
  })

  test('begins now, behind a token, or at a time', async () => {
    await trade(30)
    world.venue.move(10)
    const live = await opened(open(COPY))
    await trade(31)
    const first = await live.next()
    await trade(32)
    const rest = await gather(open(COPY, { resume_token: first.resume_token }), 4 - first.executions.length)
    expect(rest.at(-1)).toMatchObject({ type: 'EXECUTION_TYPE_FILL', last_px: '32' })
    const later = await gather(open(COPY, { resume_time: { seconds: T0 + 10, nanos: 0 } }), 4)
    expect(later.map(({ order }) => order.price)).toEqual(['31', '31', '32', '32'])
    const all = await gather(open(COPY, { resume_time: { seconds: T0, nanos: 0 } }), 6)
    expect(new Set(all.map(({ id }) => id)).size).toBe(6)
  })

  test('a heartbeat is empty and carries a token that goes on behind what was looked at', async () => {
    const stream = await opened(open(COPY))
    await world.other.place({ side: 'SIDE_SELL', orderQty: 1, price: 90 })
    timer.advance(HEARTBEAT_MS)
    const { executions, resume_token } = await stream.next()
    expect(executions).toEqual([])
    await trade(37)
    expect(types(await gather(open(COPY, { resume_token }), 2))).toEqual(['NEW', 'FILL'])
  })

  test('shows the symbols and the firms that were asked for', async () => {
    await openContract(world.venue, 'snow')
    const snow = await opened(open(COPY, { symbols: ['snow'] }))
    const byName = await opened(open(COPY, { firms: ['firms/api-acme-participantfirm'] }))
    await trade()
    await world.own.place({ symbol: 'snow', orderQty: 1, price: 20 })
    expect(await gather(snow, 1)).toMatchObject([{ order: { symbol: 'snow' } }])
    expect(types(await gather(byName, 3))).toEqual(['NEW', 'FILL', 'NEW'])
  })

  test('tells rejections, with their reasons', async () => {
    const stream = await opened(open(COPY))
    await world.own.place({ orderQty: 9_999, price: 37 })
    expect(await gather(stream, 1)).toMatchObject([
      {
        type: 'EXECUTION_TYPE_REJECTED',
        order_reject_reason: 'ORD_REJECT_REASON_EXCHANGE_OPTION',
        order: { state: 'ORDER_STATE_REJECTED' },
      },
    ])
  })

  const TOKEN = Buffer.alloc(16)
  test.each<[string, object, number, string]>([
    [
      'both ways to resume',
      { resume_token: TOKEN, resume_time: { seconds: 1, nanos: 0 } },
      INVALID_ARGUMENT,
      'invalid resumeToken: resume_token and resume_time exclude each other',
    ],
    ['a token of another form', { resume_token: Buffer.from('x') }, INVALID_ARGUMENT, 'invalid resumeToken'],
    [
      'a token of another book',
      { resume_token: Buffer.alloc(16, 1) },
      INVALID_ARGUMENT,
      'invalid resumeToken',
    ],
    ['another firm', { firms: ['firms/other-firm'] }, NOT_FOUND, 'firm not found'],
    ['an unknown firm', { firms: ['firms/nobody'] }, NOT_FOUND, 'firm not found'],
    ['an unknown symbol', { symbols: ['nothing'] }, NOT_FOUND, 'symbol not found'],
    [
      'more than 1,000 symbols',
      { symbols: Array.from({ length: 1_001 }, (_, at) => `s${at}`) },
      INVALID_ARGUMENT,
      'at most 1000 symbols per subscription',
    ],
  ])('%s is refused', async (_what, message, code, details) => {
    for (const method of [COPY, TRADES, POSITIONS])
      expect(await open(method, message).ended).toMatchObject({ code, details })
  })

  test('needs its scope', async () => {
    expect(await open(COPY, {}, world.tokens.own).ended).toMatchObject({
      code: PERMISSION_DENIED,
      details: 'permission denied: missing required scope read:dropcopy',
    })
  })

  test('ends at once when its right is taken away, and outlives its token', async () => {
    const stream = await opened(open(COPY))
    const orders = world.own
    world.venue.move(100)
    await orders.place({ orderQty: 1, price: 1 })
    await gather(stream, 1)
    world.venue.move(100)
    timer.advance(HEARTBEAT_MS)
    expect((await stream.next()).executions).toEqual([])
    await world.venue.run('credentials.revoke', { credential: world.acme.credentials.dropCopy as number })
    expect((await stream.ended).code).toBe(PERMISSION_DENIED)
  })

  test('of a firm that moves goes on, from every place; that of its former owner has the past alone', async () => {
    const { venue, acme } = world
    const parties = { kind: 'clearing_member', baseCurrency: null, isPartner: false, isLegallyLiable: false }
    const made = { owner: acme.operator, name: 'next-member', displayName: 'Next', sealedPersonal: null }
    const { party: next } = await venue.run<{ party: number }>('parties.create', { ...made, ...parties })
    const copyOf = async (party: number, name: string): Promise<string> => {
      await addDropCopy(venue, party, name)
      return signIn(venue, name, KEYS)
    }
    const [former, latter] = [await copyOf(acme.member, 'former'), await copyOf(next, 'latter')]
    // One of the former owner that names the firm ends with its reach.
    const firms = ['firms/api-acme-participantfirm']
    const reaching = await opened(open(COPY, { firms }, former))
    const [own, theirs] = [await opened(open(COPY)), await opened(open(COPY, { firms: [] }, former))]
    await trade(30)
    const first = await own.next()
    await venue.run('parties.move', { party: acme.firm, owner: next, version: null })
    expect((await reaching.ended).code).toBe(PERMISSION_DENIED)
    const latters = await opened(open(COPY, {}, latter))
    await trade(31)
    const prices = (executions: readonly { order: { price: string } }[]) =>
      executions.map(({ order }) => order.price)
    expect(prices(await gather(own, 4 - first.executions.length)).at(-1)).toBe('31')
    expect(prices(await gather(latters, 2))).toEqual(['31', '31'])
    expect(prices(await gather(open(COPY, { resume_time: { seconds: 1, nanos: 0 } }), 4))).toEqual([
      '30',
      '30',
      '31',
      '31',
    ])
    // Of the former owner: both firms' at 0.30, and of the trade behind the move the other firm's alone.
    const seen = await gather(theirs, 6)
    expect(prices(seen)).toEqual(['30', '30', '30', '30', '31', '31'])
    expect(seen.slice(4).map(({ order }) => order.account)).toEqual([OTHER_ACCOUNT, OTHER_ACCOUNT])
  })

  test('is one of the twenty streams of its firm', async () => {
    const kinds = [COPY, TRADES, POSITIONS]
    for (let count = 0; count < 20; count += 1) await opened(open(kinds[count % 3] as string))
    expect(await open(COPY).ended).toMatchObject({
      code: RESOURCE_EXHAUSTED,
      details: 'a firm can have 20 streams open',
    })
    await opened(open(COPY, {}, world.tokens.otherCopy))
  })

  test('of a reader that does not read is cut', async () => {
    const slow = await opened(open(COPY))
    slow.call.pause()
    const { main, trader } = world.acme
    expect(main + trader).toBeGreaterThan(0)
    const requests = Array.from({ length: 50 }, () => ({
      command: 'orders.place',
      actor: { kind: 'system' } as const,
      input: rejectedOrder(main, world.instrument),
    }))
    for (let rounds = 0; world.venue.host.hub.size > followed; rounds += 1) {
      expect(rounds).toBeLessThan(400)
      await world.venue.host.executeEach(Array.from({ length: 10 }, () => requests).flat())
    }
    slow.call.resume()
    expect((await slow.ended).code).toBe(RESOURCE_EXHAUSTED)
  })
})

/** A price off the tick is a report of its own, and leaves nothing in the book. */
const rejectedOrder = (account: number, instrument: number) => ({
  ...PLAIN_LIMIT,
  account,
  instrument,
  side: 'buy',
  price: 375_000_000_000_000_000n,
  quantity: 1n,
  onReject: 'record',
})

test('states of instruments as they are, and then each change', async () => {
  await openContract(world.venue, 'snow')
  const { admin } = world.tokens
  const all = open(STATES, {}, admin)
  const one = open(STATES, { symbols: ['snow'] }, admin)
  const read = async (stream: Stream) =>
    (await stream.next()).instruments.map(({ symbol, state }: { symbol: string; state: string }) => [
      symbol,
      state.slice('INSTRUMENT_STATE_'.length),
    ])
  expect(await read(all)).toEqual([
    [SYMBOL, 'OPEN'],
    ['snow', 'OPEN'],
  ])
  expect(await read(one)).toEqual([['snow', 'OPEN']])
  // Caught up.
  expect([await read(all), await read(one)]).toEqual([[], []])
  const { instrument } = world
  await world.venue.run('instruments.set_state', { instrument, state: 'halted', version: null })
  expect(await read(all)).toEqual([[SYMBOL, 'HALTED']])
  timer.advance(HEARTBEAT_MS)
  expect(await read(one)).toEqual([])
  expect((await open(STATES, { symbols: ['none'] }, admin).ended).code).toBe(NOT_FOUND)
  expect((await open(STATES).ended).code).toBe(PERMISSION_DENIED)
})
