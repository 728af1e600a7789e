// The market as watchers see it: durable views only, in order, changes of a batch as one, and limits at their edge.
import { formatPrice, PLAIN_LIMIT, type Plain, type Price } from '@stemma/core'
import { beforeEach, describe, expect, test } from 'vitest'
import { type HostWorld, newParty, openHost, SYSTEM } from '../testing/host-world.js'
import { openInstrument } from '../testing/instruments.js'
import { WATCHED_DEPTH_MAX, WATCHED_INSTRUMENTS_MAX } from './market-data-hub.js'
import type { MarketTold } from './market-view.js'

let world: HostWorld
let instrument: number
let account: number

const CENT = 10n ** 16n

async function run<Result>(command: string, input: Plain): Promise<Result> {
  const settled = await world.host.execute({ command, input, actor: SYSTEM })
  if (settled.kind !== 'done') throw new Error(`${command}: ${JSON.stringify(settled)}`)
  return settled.result as Result
}

beforeEach(async () => {
  world = await openHost()
  const { party } = await run<{ party: number }>('parties.create', newParty(world.root, 'member').input)
  const opened = await run<{ account: number }>('accounts.open', {
    party,
    main: null,
    template: null,
    name: 'trader',
    displayName: 'trader',
    type: 'fully_collateralised',
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  account = opened.account
  await run('deposits.create', {
    account,
    currency: 'USD',
    amount: 10n ** 12n,
    reference: null,
    description: null,
    settle: true,
  })
  instrument = await openInstrument({ run }, 'rain')
})

const order = (cents: bigint, more: Readonly<Record<string, Plain>> = {}) => ({
  command: 'orders.place',
  input: {
    ...PLAIN_LIMIT,
    account,
    instrument,
    side: 'buy',
    quantity: 1n,
    price: cents * CENT,
    ...more,
  },
  actor: SYSTEM,
})

async function watch(instruments: readonly number[] | 'all', depth = 10, accepts = () => true) {
  const told: MarketTold[] = []
  const answer = await world.host.watchMarket(SYSTEM, 'l2marketdata:read', { instruments, depth }, (each) => {
    told.push(each)
    return accepts()
  })
  if (answer.kind === 'refused') return { told, refusal: answer.refusal, subscription: null }
  return { told, refusal: null, subscription: answer.result }
}

/** Kind, best bid and the number of levels of what was told. */
const brief = (told: readonly MarketTold[]) =>
  told.map(({ kind, view }) => [kind, formatPrice((view.bids[0]?.price ?? 0n) as Price), view.bids.length])

test('a watcher begins with a snapshot, and is told each change behind it', async () => {
  await world.host.execute(order(30n))
  const { told } = await watch([instrument])
  await world.host.execute(order(31n))
  await world.host.drain()
  expect(brief(told)).toEqual([
    ['snapshot', '0.3', 1],
    ['update', '0.31', 2],
  ])
  expect(told[1]?.view).toMatchObject({ symbol: 'rain', state: 'open', currency: 'USD', quantityScale: 0 })
})

test('nothing is told before it is durable, and what a batch changed is told as one', async () => {
  const { told } = await watch([instrument])
  world.store.holdAppends()
  const answers = [order(30n), order(31n), order(32n)].map((each) => world.host.execute(each))
  // A watcher that comes now sees what is not durable yet, and has to wait for it too.
  const late = watch([instrument])
  expect(brief(told)).toEqual([['snapshot', '0', 0]])
  world.store.releaseAppends()
  await Promise.all(answers)
  await world.host.drain()
  expect(brief(told)).toEqual([
    ['snapshot', '0', 0],
    ['update', '0.32', 3],
  ])
  expect(brief((await late).told)).toEqual([['snapshot', '0.32', 3]])
})

test('a view that more was added to before its batch was durable waits for that too', async () => {
  const { told } = await watch([instrument])
  world.store.holdAppends()
  const first = world.host.execute(order(30n))
  // The first batch is on its way to the disk once this turn is over; the second order joins the next one.
  await new Promise((resolve) => setImmediate(resolve))
  const second = world.host.execute(order(31n))
  world.store.releaseAppends()
  await Promise.all([first, second])
  await world.host.drain()
  for (const { view } of told) expect(view.sequence).toBeLessThanOrEqual(world.host.durableSequence)
  expect(brief(told).at(-1)).toEqual(['update', '0.31', 2])
  const sequences = told.map(({ view }) => view.sequence)
  expect(sequences).toEqual([...sequences].sort((left, right) => left - right))
  // At the first commit the image was at the second order already: its view was held, not shown.
  expect(brief(told)).not.toContainEqual(['update', '0.3', 1])
})

test('what changes nothing that is seen is not told', async () => {
  for (const cents of [30n, 29n]) await world.host.execute(order(cents))
  const { told } = await watch([instrument], 1)
  await world.host.execute(order(28n))
  await world.host.execute(order(99n, { price: 995n * 10n ** 15n, onReject: 'record' }))
  await world.host.drain()
  expect(brief(told)).toEqual([['snapshot', '0.3', 1]])
  await run('instruments.set_state', { instrument, state: 'suspended', version: null })
  await world.host.drain()
  expect(told.at(-1)).toMatchObject({ kind: 'update', view: { state: 'suspended' } })
})

test('who watches all is told of what comes later', async () => {
  const { told } = await watch('all')
  const later = await openInstrument({ run }, 'snow')
  await world.host.drain()
  expect(told.filter(({ view }) => view.instrument === later).map(({ kind }) => kind)).toContain('snapshot')
})

describe('published prices', () => {
  const publish = (cents: bigint) => ({
    command: 'prices.publish',
    input: { prices: [{ instrument, price: cents * CENT }] },
    actor: SYSTEM,
  })
  const marks = (told: readonly MarketTold[]) =>
    told.map(({ kind, view }) => [kind, view.statistics?.mark ?? null])

  test('are told as they come, and are in the snapshot of whoever comes later', async () => {
    const { told } = await watch([instrument])
    for (const cents of [40n, 41n, 41n]) await world.host.execute(publish(cents))
    await world.host.drain()
    // The same price again changes nothing that is seen.
    expect(marks(told).slice(0, 3)).toEqual([
      ['snapshot', null],
      ['update', 40n * CENT],
      ['update', 41n * CENT],
    ])
    expect(marks((await watch([instrument])).told)).toEqual([['snapshot', 41n * CENT]])
    expect(marks((await watch('all')).told)).toEqual([['snapshot', 41n * CENT]])
  })

  test('that came while the disk was busy are told as the last of them, once it is durable', async () => {
    const { told } = await watch([instrument])
    world.store.holdAppends()
    const answers = [40n, 41n, 42n].map((cents) => world.host.execute(publish(cents)))
    const late = watch([instrument])
    expect(marks(told)).toEqual([['snapshot', null]])
    world.store.releaseAppends()
    await Promise.all(answers)
    await world.host.drain()
    expect(marks(told)).toEqual([
      ['snapshot', null],
      ['update', 42n * CENT],
    ])
    expect(marks((await late).told)).toEqual([['snapshot', 42n * CENT]])
  })
})

test('a watcher that takes no more is let go, and the others go on', async () => {
  const slow = await watch([instrument], 10, () => false)
  const quick = await watch([instrument])
  expect(await slow.subscription?.closed).toBe('slow')
  await world.host.execute(order(30n))
  await world.host.drain()
  expect(slow.told).toHaveLength(1)
  expect(quick.told).toHaveLength(2)
  quick.subscription?.close()
  expect(await quick.subscription?.closed).toBe('unsubscribed')
  expect(world.host.streams.market.size).toBe(0)
})

test('a stop ends what is watched', async () => {
  const { subscription } = await watch([instrument])
  await world.host.stop()
  expect(await subscription?.closed).toBe('shutdown')
})

describe('limits', () => {
  test(`depth is 1 to ${WATCHED_DEPTH_MAX}`, async () => {
    for (const depth of [1, WATCHED_DEPTH_MAX]) expect((await watch([instrument], depth)).refusal).toBeNull()
    for (const depth of [0, WATCHED_DEPTH_MAX + 1])
      expect((await watch([instrument], depth)).refusal).toMatchObject({ code: 'malformed', field: '/depth' })
  })

  test('an instrument has to be there, and at least one be named', async () => {
    expect((await watch([999_999])).refusal).toMatchObject({ code: 'instrument_unknown' })
    expect((await watch([])).refusal).toMatchObject({ code: 'malformed', field: '/instruments' })
    expect(world.host.streams.market.size).toBe(0)
  })

  test(`at most ${WATCHED_INSTRUMENTS_MAX} instruments, by name and as all`, async () => {
    const ids = [instrument]
    while (ids.length < WATCHED_INSTRUMENTS_MAX) ids.push(await openInstrument({ run }, `s${ids.length}`))
    expect((await watch(ids)).told).toHaveLength(WATCHED_INSTRUMENTS_MAX)
    expect((await watch('all')).told).toHaveLength(WATCHED_INSTRUMENTS_MAX)
    ids.push(await openInstrument({ run }, 'one-more'))
    expect((await watch(ids)).refusal).toMatchObject({ code: 'limit_reached' })
    expect((await watch('all')).refusal).toMatchObject({ code: 'limit_reached' })
  })
})

test('a watcher that cannot be told ends by itself, and the others are told', async () => {
  const broken = await watch([instrument], 10, () => {
    throw new Error('it cannot be told')
  })
  const { told } = await watch([instrument])
  await world.host.execute(order(30n))
  await world.host.drain()
  expect(await broken.subscription?.closed).toBe('failed')
  expect([brief(told), world.fatal]).toEqual([
    [
      ['snapshot', '0', 0],
      ['update', '0.3', 1],
    ],
    [],
  ])
})
