// Every operation of the registry, over HTTP: its own example runs in a small world, and what a credential that only
// reads may not do is refused for every single write.
import { EXAMPLE, OPERATIONS, type Operation } from '@stemma/contract'
import { COMMANDS, HISTORY, QUERIES } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lockOut, openShare } from '../../testing/holding.js'
import { startWorld, type World } from '../../testing/native-world.js'
import { HISTORIES } from './history.js'

/** Operations that are declared and whose engine part is still on its way; the list shrinks to nothing. */
const NOT_IN_ENGINE_YET = new Set(['nodes.summary', 'book.verify'].filter((name) => !QUERIES.has(name)))
const ready = OPERATIONS.filter(({ name }) => !NOT_IN_ENGINE_YET.has(name))
const COMMAND_OF: Readonly<Record<string, string>> = { 'api_keys.create': 'credentials.create' }

let world: World

/** Replaces the ids of the examples by the real ones, in text and beneath. */
function real(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return ids.get(value) ?? value
  if (Array.isArray(value)) return value.map((part) => real(part, ids))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, real(part, ids)]))
}

function requestOf({ method, path, pathFields, example }: Operation, ids: ReadonlyMap<string, string>) {
  const input = real(example.request, ids) as Record<string, unknown>
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !pathFields.includes(name)))
  const url = path.replaceAll(/\{([a-z_]+)\}/g, (_whole, name: string) =>
    encodeURIComponent(String(input[name])),
  )
  const isInBody = method !== 'GET' && method !== 'DELETE'
  const query = new URLSearchParams(
    isInBody ? [] : Object.entries(rest).map(([name, value]) => [name, String(value)]),
  )
  return { url: `/stemma/v1${url}?${query}`.replace(/\?$/, ''), body: isInBody ? rest : undefined }
}

/** What has to be there before the example of an operation can run: calls of other examples, by the id that they make. */
const BEFORE: Readonly<
  Record<
    string,
    readonly (readonly [
      operation: string,
      input: Record<string, unknown> | null,
      made: string,
      field: string,
    ])[]
  >
> = (() => {
  const group = [
    'groups.create',
    { party: EXAMPLE.client, name: 'growth', display_name: 'Growth' },
    EXAMPLE.group,
    'group',
  ] as const
  const own = [
    'accounts.open',
    { party: EXAMPLE.client, name: 'own', display_name: 'Own', type: 'cash' },
    EXAMPLE.account,
    'account',
  ] as const
  const add = [
    'groups.add_account',
    { group: EXAMPLE.group, account: EXAMPLE.account },
    EXAMPLE.group,
    'group',
  ] as const
  const waiting = [
    'accounts.open',
    { party: EXAMPLE.firm, name: 'waiting', display_name: 'W', type: 'cash', needs_clearing: true },
    EXAMPLE.second,
    'account',
  ] as const
  const forward = [
    'accounts.review',
    { account: EXAMPLE.second, decision: 'forward' },
    EXAMPLE.second,
    'account',
  ] as const
  const key = ['api_keys.create', null, EXAMPLE.key, 'credential'] as const
  const client = ['credentials.create', null, EXAMPLE.key, 'credential'] as const
  const deposit = [
    'deposits.create',
    { account: EXAMPLE.account, currency: 'USD', amount: '5.00' },
    EXAMPLE.deposit,
    'deposit',
  ] as const
  const settled = [
    'deposits.create',
    { account: EXAMPLE.account, currency: 'USD', amount: '5.00', settle: true },
    EXAMPLE.deposit,
    'deposit',
  ] as const
  const withdrawal = ['withdrawals.create', null, EXAMPLE.withdrawal, 'withdrawal'] as const
  const prepared = ['transfers.prepare', null, EXAMPLE.transfer, 'transfer'] as const
  const hold = ['holds.create', null, EXAMPLE.hold, 'hold'] as const
  const policy = [
    'settings.set',
    {
      node: EXAMPLE.firm,
      name: 'approvals.policy',
      value: { money: 'always', rights: 'never', corrections: 'never' },
    },
    'set_0',
    'setting',
  ] as const
  const asked = ['transfers.create', null, EXAMPLE.approval, 'approval'] as const
  const each = <T>(names: readonly string[], calls: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, calls]))
  return {
    ...each(['groups.get', 'groups.update', 'groups.close'], [group]),
    'groups.add_account': [own, group],
    'groups.remove_account': [own, group, add],
    'accounts.review': [waiting],
    ...each(['accounts.approve', 'accounts.reject'], [waiting, forward]),
    'accounts.reactivate': [['accounts.suspend', null, EXAMPLE.account, 'account']],
    'accounts.close': [
      [
        'accounts.open',
        { party: EXAMPLE.firm, name: 'empty', display_name: 'E', type: 'cash' },
        EXAMPLE.account,
        'account',
      ],
    ],
    'parties.reactivate': [['parties.suspend', null, EXAMPLE.firm, 'party']],
    ...each(['processes.get', 'processes.list'], [['accounts.open_many', null, EXAMPLE.process, 'process']]),
    'blocks.lift': [['blocks.set', null, EXAMPLE.block, 'block']],
    'settings.clear': [policy],
    ...each(
      ['templates.update', 'templates.remove'],
      [['templates.create', null, EXAMPLE.template, 'template']],
    ),
    'users.reactivate': [['users.suspend', null, EXAMPLE.user, 'user']],
    ...each(['credentials.get', 'credentials.update', 'credentials.revoke', 'tokens.list'], [key]),
    'credentials.add_key': [client],
    'credentials.remove_key': [client, ['credentials.add_key', null, EXAMPLE.key, 'credential']],
    ...each(['bindings.update', 'bindings.remove'], [['bindings.create', null, EXAMPLE.binding, 'binding']]),
    ...each(['roles.update', 'roles.remove'], [['roles.create', null, EXAMPLE.role, 'role']]),
    ...each(['deposits.acknowledge', 'deposits.complete', 'deposits.cancel', 'deposits.get'], [deposit]),
    'corrections.reverse': [settled],
    ...each(
      ['withdrawals.complete', 'withdrawals.reject', 'withdrawals.cancel', 'withdrawals.get'],
      [withdrawal],
    ),
    ...each(['transfers.confirm', 'transfers.cancel', 'transfers.get'], [prepared]),
    ...each(['holds.capture', 'holds.release', 'holds.get'], [hold]),
    ...each(
      ['approvals.approve', 'approvals.reject', 'approvals.withdraw', 'approvals.get'],
      [policy, asked],
    ),
    ...each(['kyc.get', 'kyc.decide'], [['kyc.start', null, EXAMPLE.kyc, 'application']]),
    'risk_limits.clear': [['risk_limits.set', null, 'rlm_90', 'limit']],
    ...each(
      ['webhooks.update', 'webhooks.remove'],
      [['webhooks.register', null, EXAMPLE.webhook, 'webhook']],
    ),
  } as never
})()

/** Approvals are decided by somebody else than who asked. */
/** What the native surface does not make itself. */
const THERE: Readonly<Record<string, (into: World) => Promise<unknown>>> = {
  'prices.publish': openShare,
  'loss_lockouts.lift': lockOut,
}

const keyFor = (name: string): string =>
  name === 'approvals.approve' || name === 'approvals.reject' ? world.keys.administrator : world.keys.operator

test('what is declared is there', () => {
  const missing = ready.filter(({ name, kind }) =>
    kind === 'command'
      ? !COMMANDS.has(COMMAND_OF[name] ?? name)
      : kind === 'query'
        ? !QUERIES.has(name)
        : !HISTORY.some((table) => table.name === HISTORIES.get(name)?.table),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('the scope that is declared is the scope that is asked for', () => {
  const differing = ready.filter(({ name, scope }) => {
    const spec = COMMANDS.get(COMMAND_OF[name] ?? name) ?? QUERIES.get(name)
    return spec !== undefined && spec.scope !== scope
  })
  expect(differing.map(({ name }) => name)).toEqual([])
})

describe('every example', () => {
  const needsToken = new Set(['tokens.revoke'])
  test.each(ready.filter(({ name }) => !needsToken.has(name)).map((each) => [each.name, each] as const))(
    '%s runs',
    async (name, operation) => {
      world = await startWorld()
      try {
        await THERE[name]?.(world)
        for (const [before, input, made, field] of BEFORE[name] ?? []) {
          const earlier = OPERATIONS.find((each) => each.name === before) as Operation
          const request = requestOf(
            input === null
              ? earlier
              : { ...earlier, example: { ...earlier.example, request: input as never } },
            world.ids,
          )
          const answered = await world.call(earlier.method, request.url, { body: request.body })
          expect(answered.body).toHaveProperty(field)
          world.ids.set(made, answered.body[field])
        }
        const { url, body } = requestOf(operation, world.ids)
        const answered = await world.call(operation.method, url, { key: keyFor(name), body })
        expect(answered.body).not.toHaveProperty('code')
        expect(answered.status).toBe(200)
        expect(operation.output.schema.safeParse(answered.body).error).toBeUndefined()
      } finally {
        await world.stop()
      }
    },
  )
})

describe('a credential that only reads', () => {
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.stop())

  test.each(ready.filter(({ isWrite }) => isWrite).map((each) => [each.name, each] as const))(
    'cannot do %s',
    async (_name, operation) => {
      const before = world.engine.image.head.sequence
      const { url, body } = requestOf(operation, world.ids)
      const answered = await world.call(operation.method, url, { key: world.keys.reader, body })
      expect(answered.body).toMatchObject({ code: expect.stringMatching(/^(scope_missing|not_visible)$/) })
      expect(world.engine.image.head.sequence).toBe(before)
    },
  )
})
