// Every operation of the registry, over HTTP: its own example runs in a small world, and what a credential that only
// reads may not do is refused for every single write.
import { inQuery } from '@stemma/client'
import { EXAMPLE, OPERATIONS, type Operation } from '@stemma/contract'
import { COMMANDS, HISTORY, QUERIES } from '@stemma/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catchUp } from '../../testing/catch-up.js'
import { holdPerpetual } from '../../testing/derivatives.js'
import { lockOut, openShare } from '../../testing/holding.js'
import { startWorld, type World } from '../../testing/native-world.js'
import { HISTORIES } from './histories.js'

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
    isInBody ? [] : Object.entries(rest).map(([name, value]) => [name, inQuery(value)]),
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
  const offered = ['deposit_addresses.offer', null, 'dad_0', 'offered'] as const
  const addressed = ['address_book.add', null, EXAMPLE.bookAddress, 'book_address'] as const
  // Another owner's account that takes what is sent to its name.
  const other = [
    [
      'accounts.open',
      { party: EXAMPLE.firm, name: 'heron-main', display_name: 'Heron', type: 'cash' },
      EXAMPLE.second,
      'account',
    ],
    [
      'settings.set',
      { node: EXAMPLE.firm, name: 'transfers.accept_from_others', value: true },
      'set_0',
      'setting',
    ],
    [
      'address_book.add',
      { account: EXAMPLE.account, currency: 'USD', kind: 'transfer', address: 'heron-main', label: 'Heron' },
      EXAMPLE.bookAddress,
      'book_address',
    ],
  ] as const
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
  const instrument = ['instruments.create', null, EXAMPLE.instrument, 'instrument'] as const
  const opened = ['instruments.set_state', null, EXAMPLE.instrument, 'instrument'] as const
  const share = [
    'instruments.create',
    { symbol: 'ACME', display_name: 'ACME', kind: 'equity', currency: 'USD', tick: '0.01', lot: '1' },
    'ins_0',
    'instrument',
  ] as const
  const placed = ['orders.place', null, EXAMPLE.order, 'order'] as const
  // Who sells what it does not hold keeps the payout behind it.
  const seller = [
    'accounts.open',
    { party: EXAMPLE.firm, name: 'short', display_name: 'Short', type: 'fully_collateralised' },
    EXAMPLE.second,
    'account',
  ] as const
  const funded = [
    'transfers.create',
    { from: EXAMPLE.account, to: EXAMPLE.second, currency: 'USD', amount: '200.00' },
    EXAMPLE.transfer,
    'transfer',
  ] as const
  const market = [instrument, opened] as const
  const tradable = [...market, seller, funded] as const
  const crossed = [...tradable, ['orders.cross', null, EXAMPLE.trade, 'trade']] as const
  const subaccount = ['subaccounts.create', null, EXAMPLE.second, 'account'] as const
  const each = <T>(names: readonly string[], calls: readonly T[]) =>
    Object.fromEntries(names.map((name) => [name, calls]))
  return {
    ...each(
      [
        'subaccounts.rename',
        'subaccounts.remove',
        'subaccounts.set_email',
        'subaccounts.set_login',
        'subaccounts.set_notified',
        'logins.get',
      ],
      [subaccount],
    ),
    'subaccounts.withdraw_email': [subaccount, ['subaccounts.set_email', null, EXAMPLE.user, 'user']],
    'logins.remove': [subaccount, ['subaccounts.set_login', null, EXAMPLE.user, 'user']],
    ...each(['groups.get', 'groups.update', 'groups.close'], [group]),
    'protections.reset': [['protections.set', null, 'mmp_93', 'protection']],
    'orders.quote': [
      [
        'protections.set',
        {
          account: EXAMPLE.account,
          index: 'btc_usd',
          group: 'near',
          interval_seconds: 5,
          quantity_limit: '3',
        },
        'mmp_93',
        'protection',
      ],
    ],
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
    ...each(
      [
        'credentials.get',
        'credentials.update',
        'credentials.disable',
        'credentials.enable',
        'credentials.revoke',
        'tokens.list',
      ],
      [key],
    ),
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
    'transfers.send': other,
    'deposit_addresses.assign': [offered],
    'address_book.remove': [addressed],
    ...each(['holds.capture', 'holds.release', 'holds.get'], [hold]),
    ...each(
      ['approvals.approve', 'approvals.reject', 'approvals.withdraw', 'approvals.get'],
      [policy, asked],
    ),
    ...each(['kyc.get', 'kyc.decide'], [['kyc.start', null, EXAMPLE.kyc, 'application']]),
    'risk_limits.clear': [['risk_limits.set', null, 'rlm_90', 'limit']],
    ...each(
      [
        'instruments.update',
        'instruments.set_state',
        'instruments.get',
        'instruments.list',
        'books.get',
        'quotes.get',
        'statistics.get',
        'candles.list',
      ],
      [instrument],
    ),
    ...each(['instruments.settle', 'orders.place', 'orders.preview'], market),
    ...each(
      [
        'orders.replace',
        'orders.cancel',
        'orders.cancel_all',
        'orders.open',
        'orders.list',
        'orders.get',
        'orders.find',
        'executions.list',
        'drop_copy.list',
        'margin.get',
        'margin.of_order',
      ],
      [...market, placed],
    ),
    'orders.cross': tradable,
    ...each(
      [
        'trades.list',
        'trades.bust',
        'trades.correct',
        'positions.list',
        'positions.get',
        'positions.entries',
        'positions.as_of',
        'positions.close',
      ],
      crossed,
    ),
    'positions.adjust': [share],
    ...each(
      ['venues.get', 'venues.update', 'venues.report'],
      [['venues.create', null, EXAMPLE.venue, 'venue']],
    ),
    'factors.remove': [['factors.begin', null, EXAMPLE.factor, 'factor']],
    ...each(
      ['webhooks.update', 'webhooks.remove'],
      [['webhooks.register', null, EXAMPLE.webhook, 'webhook']],
    ),
    ...each(
      ['announcements.withdraw', 'announcements.mark_read'],
      [['announcements.publish', null, EXAMPLE.announcement, 'announcement']],
    ),
  } as never
})()

/** Approvals are decided by somebody else than who asked. */
/** What is protected follows an index. */
async function publishIndex({ run }: World): Promise<unknown> {
  const indexes = [{ name: 'btc_usd', price: 100_000n * 10n ** 18n }]
  return run('prices.publish', { prices: [], indexes })
}

/** What the native surface does not make itself. */
const THERE: Readonly<Record<string, (into: World) => Promise<unknown>>> = {
  'prices.publish': openShare,
  'loss_lockouts.lift': lockOut,
  'positions.move': holdPerpetual,
  'orders.quote': holdPerpetual,
  'protections.set': publishIndex,
  'protections.reset': publishIndex,
  'margin.change_model': holdPerpetual,
  'margin.of_quantity': holdPerpetual,
  'margin.simulate': holdPerpetual,
  'margin.project': holdPerpetual,
  'margin.compare_models': holdPerpetual,
  'funding_hours.list': holdPerpetual,
  'funding_hours.sum': holdPerpetual,
  'instrument_settlements.list': holdPerpetual,
  'settlements.list': holdPerpetual,
  'indexes.hours': holdPerpetual,
  'indexes.volatility': holdPerpetual,
  'factors.begin': askForOneself,
  'factors.list': askForOneself,
  'factors.remove': askForOneself,
  async 'factors.challenge'(into) {
    const user = await askForOneself(into)
    const begun = { ...ONE_TIME_CODES, user, sealedSecret: 'S', registrationChallenge: null, isProven: false }
    const { factor } = await into.run<{ factor: number }>('factors.begin', begun)
    await into.run('factors.confirm', { factor, proof: { step: 0 } })
  },
}

const ONE_TIME_CODES = { kind: 'totp', name: 'phone', assignments: ['account'] }

/** A second factor is its user's own: the examples are asked by the user that they speak of. */
async function askForOneself(into: World): Promise<number> {
  const { id } = (await into.call('GET', '/stemma/v1/whoami')).body.user
  into.ids.set(EXAMPLE.user, id)
  return Number(id.slice('usr_'.length))
}

const keyFor = (name: string): string =>
  name === 'approvals.approve' || name === 'approvals.reject' ? world.keys.administrator : world.keys.operator

test('what is declared is there', () => {
  const missing = OPERATIONS.filter(({ name, kind }) =>
    kind === 'command'
      ? !COMMANDS.has(COMMAND_OF[name] ?? name)
      : kind === 'query'
        ? !QUERIES.has(name)
        : !HISTORY.some((table) => table.name === HISTORIES.get(name)?.table),
  )
  expect(missing.map(({ name }) => name)).toEqual([])
})

test('the scope that is declared is the scope that is asked for', () => {
  const differing = OPERATIONS.filter(({ name, scope }) => {
    const spec = COMMANDS.get(COMMAND_OF[name] ?? name) ?? QUERIES.get(name)
    return spec !== undefined && spec.scope !== scope
  })
  expect(differing.map(({ name }) => name)).toEqual([])
})

/** The same request as a dry run: it would succeed, it says what would happen, and nothing is changed. */
async function expectDryRun({ name, method }: Operation, url: string, body: unknown): Promise<void> {
  catchUp(world.engine)
  const before = world.engine.image.head.sequence
  const answered = await world.call(method, `${url}${url.includes('?') ? '&' : '?'}dry_run=true`, {
    key: keyFor(name),
    body,
  })
  expect(answered.body).toMatchObject({ dry_run: true, outcome: 'would_succeed' })
  expect(world.engine.image.head.sequence).toBe(before)
}

/** What it names is everybody's, so that there are no strangers to it. */
const EVERYBODYS: readonly string[] = ['announcements.mark_read']

/** The administrator of another firm learns from the same request nothing that somebody without any reach would not. */
async function expectNothingForStrangers(
  { name, method, isWrite }: Operation,
  url: string,
  body: unknown,
): Promise<void> {
  if (EVERYBODYS.includes(name)) return
  if (!/\b[a-z]{3}_[0-9]+/.test(`${url}${JSON.stringify(body ?? {})}`)) return
  catchUp(world.engine)
  const before = world.engine.image.head.sequence
  const { body: answer } = await world.call(method, url, { key: world.keys.stranger, body })
  expect(answer).toMatchObject({ code: expect.stringMatching(/^(scope_missing|not_visible)$/) })
  if (answer.code === 'not_visible') expect(answer).not.toHaveProperty('data')
  if (isWrite) expect(world.engine.image.head.sequence).toBe(before)
}

describe('every example', () => {
  // A token comes from a venue's endpoint, and a code is of its minute: these run in tests of their own.
  const elsewhere = new Set(['tokens.revoke', 'factors.confirm', 'factors.update'])
  test.each(OPERATIONS.filter(({ name }) => !elsewhere.has(name)).map((each) => [each.name, each] as const))(
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
        await expectNothingForStrangers(operation, url, body)
        if (operation.isWrite) await expectDryRun(operation, url, body)
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

describe.each(['that only reads', 'for drop copies'])('a credential %s', (what) => {
  let key: string

  beforeAll(async () => {
    world = await startWorld()
    const operator = Number((await world.call('GET', '/stemma/v1/whoami')).body.user.id.slice(4))
    key =
      what === 'that only reads'
        ? world.keys.reader
        : await world.keyOf(operator, { scopes: ['dropcopy:read'] })
  })
  afterAll(() => world.stop())

  test.each(OPERATIONS.filter(({ isWrite }) => isWrite).map((each) => [each.name, each] as const))(
    'cannot do %s, alone or in a batch',
    async (name, operation) => {
      const before = world.engine.image.head.sequence
      const { url, body } = requestOf(operation, world.ids)
      const answered = await world.call(operation.method, url, { key, body })
      expect(answered.body).toMatchObject({ code: expect.stringMatching(/^(scope_missing|not_visible)$/) })
      const commands = [{ operation: name, input: real(operation.example.request, world.ids) }]
      const batch = await world.call('POST', '/stemma/v1/batch', { key, body: { commands } })
      expect(batch.body.results[0].problem.code).toBe(answered.body.code)
      expect(world.engine.image.head.sequence).toBe(before)
    },
  )
})
