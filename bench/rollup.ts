/**
 * Roll-ups: what they add to a transfer whose accounts stand six levels deep, against the same engine whose balances
 * tell them nothing, and how long it takes to read the root of 100,000 accounts. One JSON line each.
 */
import type { Instant } from '@stemma/core'
import { nanosecondsPerCall, report } from './report.js'
import { type BenchWorld, makeWorld } from './world.js'

const DEPTH = 6
const quick = process.argv.includes('--quick')
const milliseconds = quick ? 200 : 1_000
const rounds = quick ? 3 : 7
const SYSTEM = { kind: 'system' } as const

/** The switch that the product does not have: takes the roll-ups off the columns of the balances. */
function withoutRollUps(world: BenchWorld): BenchWorld {
  const { balances } = world.engine.rooms.ledger
  for (const column of [balances.credits, balances.debits, balances.held])
    (column as unknown as { hooks: unknown[] }).hooks.length = 0
  return world
}

function transfers({ engine, accounts }: BenchWorld): number {
  const currency = 'USD'
  return nanosecondsPerCall(milliseconds, (index) => {
    const from = accounts[index % accounts.length] as number
    const to = accounts[(index * 7 + 1) % accounts.length] as number
    const other = to === from ? (accounts[(index + 1) % accounts.length] as number) : to
    const input = { from, to: other, currency, amount: 1n, description: null }
    const outcome = engine.execute({
      command: 'transfers.create',
      input,
      actor: SYSTEM,
      time: index as Instant,
    })
    if (outcome.kind !== 'done') throw new Error(`expected a transfer, was ${JSON.stringify(outcome)}`)
    if (index % 256 === 255) engine.takeBatch()
  })
}

/** The posting alone: two lines booked, undone again so that nothing piles up. */
function postings({ engine, accounts }: BenchWorld): number {
  const { ledger } = engine.rooms
  const { work } = engine.image
  return nanosecondsPerCall(milliseconds, (index) => {
    const from = accounts[index % accounts.length] as never
    const to = accounts[(index * 7 + 1) % accounts.length] as never
    ledger.move('USD' as never, 1n as never, from, to, 'transfer')
    if (index % 64 === 63) work.undoTo(0)
  })
}

const median = (values: readonly number[]): number =>
  values.slice().sort((left, right) => left - right)[values.length >> 1] as number

const accounts = 10_000
const rolled = makeWorld({ accounts, depth: DEPTH })
const bare = withoutRollUps(makeWorld({ accounts, depth: DEPTH }))
for (const [bench, measure] of [
  ['transfer', transfers],
  ['posting', postings],
] as const) {
  const withSums: number[] = []
  const without: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    withSums.push(measure(rolled))
    without.push(measure(bare))
  }
  report({
    bench: `rollup.${bench}`,
    value: median(withSums) / median(without),
    unit: 'ratio to the same without roll-ups',
    load: { depth: DEPTH, accounts, with_ns: median(withSums), without_ns: median(without) },
  })
}

const wide = makeWorld({ accounts: quick ? 10_000 : 100_000, depth: DEPTH })
const rootNs = nanosecondsPerCall(milliseconds, () => {
  wide.engine.read('nodes.summary', SYSTEM, { party: wide.root }, 1 as Instant)
})
report({
  bench: 'rollup.root',
  value: rootNs / 1_000,
  unit: 'us',
  load: { accounts: wide.accounts.length, depth: DEPTH },
})
