/**
 * Roll-ups: what they add to a transfer whose accounts stand beneath six owners, against the same engine whose balances
 * tell them nothing, and how long it takes to read the root of many accounts.
 */
import type { Engine, Instant } from '@stemma/core'
import type { Benchmark } from './benchmark.js'
import { addHoldings, publish } from './holdings.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'
import { type BenchWorld, makeWorld, Pairs, SYSTEM } from './world.js'

const DEPTH = 6
const ACCOUNTS = 10_000
const ROOT_ROUNDS = 7
const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'CAD', 'AUD', 'PLN']

/** The switch that the product does not have: takes the roll-ups off the columns of the balances. */
function withoutRollUps(world: BenchWorld): BenchWorld {
  const { balances } = world.engine.rooms.ledger
  for (const column of [balances.credits, balances.debits, balances.held])
    (column as unknown as { hooks: unknown[] }).hooks.length = 0
  return world
}

type Work = (count: number) => void

/** Whole transfers, as the engine decides them. */
function transfers({ engine, accounts }: BenchWorld): Work {
  const pairs = new Pairs(accounts)
  let number = 0
  return (count) => {
    for (let index = 0; index < count; index += 1) {
      const input = { ...pairs.next(), currency: 'USD', amount: 1n, description: null }
      number += 1
      const time = number as Instant
      const outcome = engine.execute({ command: 'transfers.create', input, actor: SYSTEM, time })
      if (outcome.kind !== 'done') throw new Error(`expected a transfer, was ${JSON.stringify(outcome)}`)
      if (number % 256 === 0) engine.takeBatch()
    }
  }
}

type Move = Parameters<Engine['rooms']['ledger']['move']>

/** The posting alone: two lines booked, undone again so that nothing piles up. */
function postings({ engine, accounts }: BenchWorld): Work {
  const { ledger } = engine.rooms
  const { work } = engine.image
  const pairs = new Pairs(accounts)
  return (count) => {
    for (let index = 1; index <= count; index += 1) {
      const { from, to } = pairs.next()
      ledger.move('USD' as Move[0], 1n as Move[1], from, to, 'transfer')
      if (index % 64 === 0) work.undoTo(0)
    }
    work.undoTo(0)
  }
}

/** Rounds of both in turn: what disturbs one disturbs the other, and the median forgets it. */
function compare(bench: string, withSums: Work, without: Work, count: number, rounds: number): void {
  for (const work of [withSums, without]) work(count)
  const taken = { withSums: [] as number[], without: [] as number[] }
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['withSums', 'without'] as const) : (['without', 'withSums'] as const)
    for (const which of order)
      taken[which].push(
        processorNanoseconds(() => (which === 'withSums' ? withSums(count) : without(count))) / count,
      )
  }
  report({
    bench,
    value: median(taken.withSums) / median(taken.without),
    unit: 'ratio to the same without roll-ups',
    statistic: `ratio of medians of ${rounds} rounds in turn, time of the processor`,
    load: {
      owners_above: DEPTH,
      accounts: ACCOUNTS,
      calls_a_round: count,
      with_ns: median(taken.withSums),
      without_ns: median(taken.without),
    },
  })
}

/** Reading the root of many accounts that hold instruments, and what a price for each of these costs. */
async function measureRoot(quick: boolean): Promise<void> {
  const accounts = quick ? 10_000 : 100_000
  const wide = await makeWorld({ accounts, depth: DEPTH, currencies: CURRENCIES })
  const instruments = addHoldings(wide, CURRENCIES)
  const { engine, root } = wide
  const calls = quick ? 10_000 : 50_000
  const read = (): number =>
    processorNanoseconds(() => {
      for (let index = 0; index < calls; index += 1)
        engine.read('nodes.summary', SYSTEM, { party: root }, 1 as Instant)
    }) / calls
  read()
  const load = {
    accounts,
    instruments: instruments.length,
    currencies: CURRENCIES.length,
    owners_above: DEPTH,
  }
  report({
    bench: 'rollup.root',
    value: median(Array.from({ length: ROOT_ROUNDS }, read)) / 1_000,
    unit: 'us',
    statistic: `median of ${ROOT_ROUNDS} rounds, time of the processor`,
    load: { ...load, question: 'nodes.summary of the root, in the engine: cash, value of positions, margin' },
  })
  const steps: number[] = []
  const published: number[] = []
  for (let round = 1; round <= ROOT_ROUNDS; round += 1) {
    published.push(processorNanoseconds(() => publish(engine, instruments, round)))
    for (let due = engine.nextDueAt(); due !== undefined; due = engine.nextDueAt()) {
      const at = due
      steps.push(processorNanoseconds(() => engine.tick(at)))
    }
    engine.takeBatch()
  }
  const sorted = steps.toSorted((left, right) => left - right)
  report({
    bench: 'rollup.prices',
    value: median(published) / 1_000,
    unit: 'us',
    statistic: `median of ${ROOT_ROUNDS} commands, time of the processor`,
    load: {
      ...load,
      question: 'prices.publish of every instrument; then every portfolio is restated, step by step',
      steps_a_round: steps.length / ROOT_ROUNDS,
      step_p50_us: median(steps) / 1_000,
      step_p99_us: (sorted[Math.floor(sorted.length * 0.99)] ?? 0) / 1_000,
      step_longest_us: (sorted.at(-1) ?? 0) / 1_000,
    },
  })
}

export const rollup: Benchmark = {
  name: 'rollup',
  async run({ quick }) {
    const rolled = await makeWorld({ accounts: ACCOUNTS, depth: DEPTH })
    const bare = withoutRollUps(await makeWorld({ accounts: ACCOUNTS, depth: DEPTH }))
    const rounds = quick ? 7 : 31
    compare('rollup.transfer', transfers(rolled), transfers(bare), quick ? 10_000 : 25_000, rounds)
    compare('rollup.posting', postings(rolled), postings(bare), quick ? 40_000 : 100_000, rounds)
    await measureRoot(quick)
  },
}
