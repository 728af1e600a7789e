/**
 * Orders in the engine alone: the pre-trade check by kind of account, and what placing costs, sealed and encoded, with
 * few and with many orders resting in the book.
 */
import {
  type AccountId,
  type Batch,
  type Engine,
  type Instant,
  type InstrumentId,
  judge,
  orderOf,
  PLAIN_LIMIT,
  type PlaceOrder,
} from '@stemma/core'
import { encodeBatch, sizeOf } from '../packages/store/dist/record/codec.js'
import type { Benchmark } from './benchmark.js'
import { report } from './report.js'
import { median, processorNanoseconds, Samples } from './statistics.js'
import { type BenchWorld, makeWorld, openContract } from './world.js'

const DEPTH = 6
const ACCOUNTS = 1_000
const CENT = 10n ** 16n
const CHECKS_OF_SAMPLE = 100
const START = 1_767_603_600_000_000
const OFFERED_FROM = 51

const PERPETUAL = {
  kind: 'perpetual',
  priceHigh: null,
  multiplier: 10n ** 18n,
  feeSchedule: null,
  derivative: {
    style: 'linear',
    base: 'BTC',
    index: 'btc_usd',
    option: null,
    funding: { damper: 0n, cap: 0n },
  },
  marginRates: {
    initial: 2n * CENT,
    maintenance: CENT,
    initialPerUnit: 0n,
    maintenancePerUnit: 0n,
    optionFloor: 0n,
  },
} as const

const KINDS = [
  { name: 'cash', type: 'cash', terms: { kind: 'equity', priceHigh: null, settlementDays: 1 } },
  { name: 'fully_collateralised', type: 'fully_collateralised', terms: {} },
  { name: 'segregated_standard', type: 'segregated_standard', terms: PERPETUAL },
  { name: 'cross_standard', type: 'cross_standard', terms: PERPETUAL },
] as const

/** A limit order for one unit, as the command takes it. */
const limit = (
  account: AccountId,
  instrument: InstrumentId,
  side: 'buy' | 'sell',
  cents: number,
): PlaceOrder => ({
  ...PLAIN_LIMIT,
  account,
  instrument,
  side,
  quantity: 1n as never,
  price: (BigInt(cents) * CENT) as never,
})

export const orders: Benchmark = {
  name: 'orders',
  async run({ quick }) {
    for (const kind of KINDS) await measureCheck(kind, quick ? 200 : 2_000)
    for (const resting of [1, 1_000, 100_000]) await measureMatching(resting, quick ? 2_000 : 20_000)
  },
}

/** The check alone, with an order of the account open already: one that is refused would end early. */
async function measureCheck({ name, type, terms }: (typeof KINDS)[number], samples: number): Promise<void> {
  const { engine, accounts } = await makeWorld({ accounts: ACCOUNTS, depth: DEPTH, type })
  const instrument = openContract(engine, 'checked', terms) as InstrumentId
  const place = placing({ engine, accounts }, instrument)
  if ('derivative' in terms) publishHalf(engine, instrument)
  place(0, 'buy', 40)
  const input = limit(accounts[0] as AccountId, instrument, 'buy', 50)
  const { order } = orderOf(engine.rooms, input, { id: 1 as never, priority: 1 })
  if (judge(engine.rooms, order) !== null) throw new Error('expected the order to be sound')
  const times = new Samples()
  for (let sample = 0; sample < samples * 2; sample += 1) {
    const start = process.hrtime.bigint()
    for (let each = 0; each < CHECKS_OF_SAMPLE; each += 1) judge(engine.rooms, order)
    // The first half warms up.
    if (sample >= samples) times.add(Number(process.hrtime.bigint() - start) / CHECKS_OF_SAMPLE)
  }
  report({
    bench: `orders.check.${name}`,
    value: times.percentile(0.5),
    unit: 'ns',
    statistic: `p50 of ${samples} samples of ${CHECKS_OF_SAMPLE} checks`,
    load: { order: 'limit, one other open', p99_ns: times.percentile(0.99), accounts: ACCOUNTS },
  })
}

/** The mark of a perpetual and its index, at half a dollar. */
function publishHalf(engine: Engine, instrument: InstrumentId): void {
  const price = 50n * CENT
  const input = { prices: [{ instrument, price }], indexes: [{ name: PERPETUAL.derivative.index, price }] }
  const time = Math.max(START, engine.image.head.time) as Instant
  const outcome = engine.execute({ command: 'prices.publish', input, actor: { kind: 'system' }, time })
  if (outcome.kind !== 'done') throw new Error(`expected prices, was ${JSON.stringify(outcome)}`)
}

/** Every second order trades with the one before it; the others rest above it, up to a hundred thousand. */
async function measureMatching(resting: number, count: number): Promise<void> {
  const world = await makeWorld({ accounts: ACCOUNTS, depth: DEPTH, type: 'fully_collateralised' })
  const instrument = openContract(world.engine) as InstrumentId
  const place = placing(world, instrument)
  for (let number = 0; number < resting; number += 1) {
    place(number, 'sell', OFFERED_FROM + (number % 49))
    if (number % 1_000 === 999) world.engine.takeBatch()
  }
  world.engine.takeBatch()
  const rounds: { readonly decide: number; readonly encode: number; readonly bytes: number }[] = []
  for (let round = 0; round < 6; round += 1) {
    const batches: Batch[] = []
    const decide = processorNanoseconds(() => {
      for (let number = 0; number < count; number += 1) {
        place(number, number % 2 === 0 ? 'sell' : 'buy', 50)
        if (number % 64 === 63) batches.push(world.engine.takeBatch() as Batch)
      }
    })
    let bytes = 0
    const encode = processorNanoseconds(() => {
      for (const batch of batches) bytes += sizeOf(encodeBatch(batch))
    })
    world.engine.takeBatch()
    if (round > 0) rounds.push({ decide: decide / count, encode: encode / count, bytes: bytes / count })
  }
  const of = (field: 'decide' | 'encode' | 'bytes'): number => median(rounds.map((each) => each[field]))
  report({
    bench: `orders.match.${resting}`,
    value: of('decide'),
    unit: 'ns/order',
    statistic: 'median of 5 rounds, time of the processor, decided and sealed',
    load: {
      resting,
      orders_a_round: count,
      batch: 64,
      trades: 'every second order',
      encode_ns: of('encode'),
      bytes_an_order: of('bytes'),
    },
  })
}

function placing(
  { engine, accounts }: Pick<BenchWorld, 'engine' | 'accounts'>,
  instrument: InstrumentId,
): (number: number, side: 'buy' | 'sell', cents: number) => void {
  return (number, side, cents) => {
    const input = limit(accounts[number % accounts.length] as AccountId, instrument, side, cents)
    const time = Math.max(START, engine.image.head.time) as Instant
    const outcome = engine.execute({ command: 'orders.place', input, actor: { kind: 'system' }, time })
    if (outcome.kind !== 'done') throw new Error(`expected an order, was ${JSON.stringify(outcome)}`)
  }
}
