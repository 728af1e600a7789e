/** Access decisions a second: one actor after another asks for random accounts of a tree six levels deep. */
import type { Id } from '@stemma/core'
import { type AccessWorld, makeAccessWorld, NOW, Questions } from './access-world.js'
import type { Benchmark } from './benchmark.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'

/** The worlds take turns: what disturbs one disturbs the others, and the median forgets it. */
const ROUNDS = 7

/** `asked`: among how many accounts the questions are spread; what is asked for again is still in the cache. */
interface Case {
  readonly name: string
  readonly world: AccessWorld
  readonly asked: number
}

/** Decides so many questions and says how many nanoseconds one took. */
function decider({ world, asked }: Case): (count: number) => number {
  const { access } = world.engine.rooms
  const questions = new Questions(world, asked)
  // As after decoding a request: the needs are fresh in the cache, what they lead to is not.
  const target = { account: 0 as Id }
  const needs = [{ ability: 'transfer' as const, target }]
  return (count) => {
    let allowed = 0
    const nanoseconds = processorNanoseconds(() => {
      for (let index = 0; index < count; index += 1) {
        target.account = questions.account(index)
        if (access.permits(questions.actor(index), 'transfers:write', needs, NOW)) allowed += 1
      }
    })
    if (allowed < count * 0.7 || allowed > count * 0.8)
      throw new Error(`expected three of four to be allowed, were ${allowed} of ${count}`)
    return nanoseconds / count
  }
}

export const access: Benchmark = {
  name: 'access',
  run({ quick }) {
    const decisions = quick ? 400_000 : 2_000_000
    const size = quick ? 100_000 : 1_000_000
    const wide = makeAccessWorld(size)
    const cases: readonly Case[] = [
      { name: '1000', world: makeAccessWorld(1_000), asked: 1_000 },
      { name: `${size}.same_questions`, world: wide, asked: 1_000 },
      { name: `${size}.spread_questions`, world: wide, asked: size },
    ]
    const deciders = cases.map(decider)
    const taken = cases.map(() => [] as number[])
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round += 1)
      for (const [at, decide] of deciders.entries()) {
        const nanoseconds = decide(decisions)
        if (round > 0) taken[at]?.push(nanoseconds)
      }
    const [small = Number.NaN] = taken.map(median)
    for (const [at, { name, world, asked }] of cases.entries()) {
      const nanoseconds = median(taken[at] ?? [])
      const load = {
        accounts: world.accounts.length,
        asked_accounts: asked,
        depth: 6,
        decisions_a_round: decisions,
        allowed: 'three of four',
        question:
          'may this API key transfer from this account: scope, chain of owners, blocks, bindings, path',
        ns: nanoseconds,
      }
      const statistic = `median of ${ROUNDS} rounds in turn, time of the processor`
      report({ bench: `access.${name}`, value: 1e9 / nanoseconds, unit: 'decisions/s', statistic, load })
      if (at > 0)
        report({
          bench: `access.growth.${name}`,
          value: nanoseconds / small,
          unit: 'time of a decision, ratio to 1000 accounts',
          statistic: 'ratio of medians',
          load,
        })
    }
  },
}
