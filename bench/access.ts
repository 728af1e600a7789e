/** Access decisions a second: one actor after another asks for random accounts of a tree six levels deep. */
import type { Id } from '@stemma/core'
import { type AccessWorld, makeAccessWorld, NOW, Questions } from './access-world.js'
import type { Benchmark } from './benchmark.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'

const ROUNDS = 5

/** `asked`: among how many accounts the questions are spread; what is asked for again is still in the cache. */
function measure(world: AccessWorld, asked: number, decisions: number): number {
  const { access } = world.engine.rooms
  const questions = new Questions(world, asked)
  // As after decoding a request: the needs are fresh in the cache, what they lead to is not.
  const target = { account: 0 as Id }
  const needs = [{ ability: 'transfer' as const, target }]
  let allowed = 0
  const pass = (count: number): number =>
    processorNanoseconds(() => {
      for (let index = 0; index < count; index += 1) {
        target.account = questions.account(index)
        if (access.permits(questions.actor(index), 'transfers:write', needs, NOW)) allowed += 1
      }
    }) / count
  pass(decisions / 4)
  allowed = 0
  const nanoseconds = median(Array.from({ length: ROUNDS }, () => pass(decisions)))
  report({
    bench: `access.${world.accounts.length}`,
    value: 1e9 / nanoseconds,
    unit: 'decisions/s',
    statistic: `median of ${ROUNDS} rounds, time of the processor`,
    load: {
      accounts: world.accounts.length,
      asked_accounts: questions.distinct,
      depth: 6,
      question: 'may this API key transfer from this account: scope, chain of owners, blocks, bindings, path',
      allowed_share: allowed / (decisions * ROUNDS),
      ns: nanoseconds,
    },
  })
  return nanoseconds
}

export const access: Benchmark = {
  name: 'access',
  run({ quick }) {
    const decisions = quick ? 400_000 : 2_000_000
    const small = measure(makeAccessWorld(1_000), 1_000, decisions)
    const size = quick ? 100_000 : 1_000_000
    const wide = makeAccessWorld(size)
    const cached = measure(wide, 1_000, decisions)
    const spread = measure(wide, size, decisions)
    for (const [name, value] of [
      ['same_questions', cached / small],
      ['spread_questions', spread / small],
    ] as const)
      report({
        bench: `access.growth.${name}`,
        value,
        unit: 'time of a decision, ratio to 1000 accounts',
        statistic: 'ratio of medians',
        load: { accounts: size, asked_accounts: name === 'same_questions' ? 1_000 : size, depth: 6 },
      })
  },
}
