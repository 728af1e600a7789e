/**
 * The same questions asked of other libraries, in the same process: may the user of this firm transfer from this
 * account, where a firm's users reach everything beneath it. They are asked less than Stemma: no scope of a key, no
 * status of an owner, no block, no end of a binding.
 */
import cedar, { type EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs'
import { newEnforcer, newModelFromString } from 'casbin'
import { type AccessWorld, FIRMS, makeAccessWorld, NOW, Questions } from './access-world.js'
import type { Benchmark } from './benchmark.js'
import { report } from './report.js'
import { median, processorNanoseconds } from './statistics.js'

const ACCOUNTS = 1_000
const ROUNDS = 5

type Ask = (index: number) => boolean

function askStemma(world: AccessWorld, questions: Questions): Ask {
  const { access } = world.engine.rooms
  return (index) =>
    access.permits(
      questions.actor(index),
      'transfers:write',
      [{ ability: 'transfer', target: { account: questions.account(index) } }],
      NOW,
    )
}

const CASBIN_MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[role_definition]
g = _, _
g2 = _, _
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && g(r.sub, p.sub) && g2(r.obj, p.obj)
`

/** The tree as roles of resources: an account is in its client, a client in its partner, up to the house. */
async function askCasbin(world: AccessWorld, questions: Questions): Promise<Ask> {
  const enforcer = await newEnforcer(newModelFromString(CASBIN_MODEL))
  const edges = new Map<string, readonly [string, string]>()
  for (const { account, owners } of world.accounts) {
    const chain = [`acc_${account}`, ...owners.map((owner) => `pty_${owner}`)]
    for (let at = 1; at < chain.length; at += 1)
      edges.set(chain[at - 1] as string, [chain[at - 1] as string, chain[at] as string])
  }
  await enforcer.addNamedGroupingPolicies(
    'g2',
    [...edges.values()].map((edge) => [...edge]),
  )
  for (const [index, firm] of world.firms.entries()) {
    await enforcer.addPolicy(`administrators_${index}`, `pty_${firm}`, 'transfer')
    await enforcer.addGroupingPolicy(`user_${index}`, `administrators_${index}`)
  }
  return (index) =>
    enforcer.enforceSync(`user_${questions.asker(index)}`, `acc_${questions.account(index)}`, 'transfer')
}

const uid = (type: string, id: string): EntityUidJson => ({ type, id })

/** The policies are parsed once; a question brings the entities that it is about, as the library asks for. */
function askCedar(world: AccessWorld, questions: Questions): Ask {
  const policies = world.firms
    .map(
      (firm, index) =>
        `permit(principal in Role::"administrators_${index}", action == Action::"transfer", resource in Party::"${firm}");`,
    )
    .join('\n')
  const parsed = cedar.preparsePolicySet('bench', { staticPolicies: policies })
  if (parsed.type !== 'success') throw new Error(`expected policies, was ${JSON.stringify(parsed)}`)
  return (index) => {
    const { account, owners } = questions.placed(index)
    const asker = questions.asker(index)
    const chain = [uid('Account', String(account)), ...owners.map((owner) => uid('Party', String(owner)))]
    const user = uid('User', String(asker))
    const answer = cedar.statefulIsAuthorized({
      principal: user,
      action: uid('Action', 'transfer'),
      resource: chain[0] as EntityUidJson,
      context: {},
      preparsedPolicySetId: 'bench',
      entities: [
        { uid: user, attrs: {}, parents: [uid('Role', `administrators_${asker}`)] },
        ...chain.map((entity, at) => ({ uid: entity, attrs: {}, parents: chain.slice(at + 1, at + 2) })),
      ],
    })
    if (answer.type !== 'success') throw new Error(`expected a decision, was ${JSON.stringify(answer)}`)
    return answer.response.decision === 'allow'
  }
}

const QUESTION =
  'may the user of this firm transfer from this account, where its users reach everything beneath it'

export const accessPeers: Benchmark = {
  name: 'access-peers',
  async run({ quick }) {
    const world = makeAccessWorld(ACCOUNTS)
    const questions = new Questions(world, ACCOUNTS)
    const stemma = askStemma(world, questions)
    const peers = [
      ['stemma', stemma, quick ? 100_000 : 500_000, 'in process, with scope, statuses, blocks and bindings'],
      ['casbin', await askCasbin(world, questions), quick ? 1_000 : 5_000, 'enforceSync, tree as g2'],
      [
        'cedar',
        askCedar(world, questions),
        quick ? 1_000 : 5_000,
        'wasm, statefulIsAuthorized, entities of the question alone',
      ],
    ] as const
    const rates = new Map<string, number>()
    for (const [name, ask, count, how] of peers) {
      for (let index = 0; index < 500; index += 1)
        if (ask(index) !== stemma(index))
          throw new Error(`expected ${name} to decide question ${index} alike`)
      const rounds = Array.from({ length: ROUNDS }, (_, round) => {
        const nanoseconds = processorNanoseconds(() => {
          for (let index = 0; index < count; index += 1) ask(round * count + index)
        })
        return count / (nanoseconds / 1e9)
      })
      rates.set(name, median(rounds))
      report({
        bench: `access.peer.${name}`,
        value: median(rounds),
        unit: 'decisions/s',
        statistic: `median of ${ROUNDS} rounds, time of the processor`,
        load: { accounts: ACCOUNTS, depth: 6, firms: FIRMS, decisions: count, how, question: QUESTION },
      })
    }
    for (const name of ['casbin', 'cedar'])
      report({
        bench: `access.peer.ratio_to_${name}`,
        value: (rates.get('stemma') ?? Number.NaN) / (rates.get(name) ?? Number.NaN),
        unit: 'ratio',
        statistic: 'ratio of medians',
        load: { accounts: ACCOUNTS, depth: 6 },
      })
  },
}
