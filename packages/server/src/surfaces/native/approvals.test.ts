// Maker and checker over HTTP: what waits answers 202 and changes nothing; who may decide, and what comes of it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
let main: string
let second: string

beforeAll(async () => {
  world = await startWorld()
  main = world.ids.get('acc_1042')!
  second = world.ids.get('acc_1043')!
  const value = { money: { above: { USD: '10.00' } }, rights: 'always', corrections: 'never' }
  const { status } = await world.call(
    'PUT',
    `/stemma/v1/settings/${world.ids.get('pty_15')}/approvals.policy`,
    {
      body: { value },
    },
  )
  expect(status).toBe(200)
})
afterAll(() => world.stop())

const transfer = (amount: string) => ({ from: main, to: second, currency: 'USD', amount })
const ask = (amount = '10.01', headers = {}) =>
  world.call('POST', '/stemma/v1/transfers', { body: transfer(amount), headers })
const decide = (approval: string, verb: string, key = world.keys.administrator) =>
  world.call('POST', `/stemma/v1/approvals/${approval}/${verb}`, { key, body: { reason: 'as agreed' } })
const read = (approval: string) => world.call('GET', `/stemma/v1/approvals/${approval}`)
const available = async () => {
  const { body } = await world.call('GET', `/stemma/v1/accounts/${second}/balances`)
  return body.items.find(({ currency }: { currency: string }) => currency === 'USD')?.available ?? '0.00'
}

describe('an operation that policy asks a second person for', () => {
  let approval: string

  beforeEach(async () => {
    const before = await available()
    const asked = await ask()
    expect(asked.status).toBe(202)
    expect(asked.body).toEqual({ approval: expect.stringMatching(/^apr_\d+$/), sequence: expect.any(Number) })
    expect(await available()).toBe(before)
    approval = asked.body.approval
  })

  test('waits, and is carried out once somebody else approves it', async () => {
    expect((await read(approval)).body).toMatchObject({ id: approval, state: 'open' })
    expect((await decide(approval, 'approve', world.keys.operator)).body).toMatchObject({
      status: 403,
      code: 'approval_is_makers',
    })
    const before = Number(await available())
    expect((await decide(approval, 'approve')).status).toBe(200)
    expect(Number(await available())).toBeCloseTo(before + 10.01, 2)
    expect((await read(approval)).body).toMatchObject({ state: 'approved' })
    expect((await decide(approval, 'approve')).body).toMatchObject({ status: 409, code: 'approval_closed' })
  })

  test.each([
    ['reject', 'rejected', 'administrator'],
    ['withdraw', 'withdrawn', 'operator'],
  ] as const)('is not carried out after %s', async (verb, state, who) => {
    const before = await available()
    expect((await decide(approval, verb, world.keys[who])).status).toBe(200)
    expect((await read(approval)).body).toMatchObject({ state })
    expect(await available()).toBe(before)
  })

  test('is not there for another firm', async () => {
    for (const verb of ['approve', 'reject'])
      expect((await decide(approval, verb, world.keys.stranger)).status).toBe(404)
  })
})

test('below the amount nobody is asked', async () => {
  expect((await ask('10.00')).body).toHaveProperty('transfer')
})

test('a repeat under the same key is the same request, again 202', async () => {
  const headers = { 'idempotency-key': 'asked-once' }
  const first = await ask('20.00', headers)
  const again = await ask('20.00', headers)
  expect([again.status, again.body]).toEqual([202, first.body])
  expect(again.headers.get('idempotency-replayed')).toBe('true')
})

test('a dry run says that it would wait, and asks nobody', async () => {
  const before = world.engine.image.head.sequence
  const { body } = await world.call('POST', '/stemma/v1/transfers?dry_run=true', { body: transfer('20.00') })
  expect(body).toMatchObject({ outcome: 'would_succeed', events: [{ kind: 'approval.requested' }] })
  expect(world.engine.image.head.sequence).toBe(before)
})

test('in a batch each result says for itself whether it waits', async () => {
  const commands = ['1.00', '50.00'].map((amount) => ({
    operation: 'transfers.create',
    input: transfer(amount),
  }))
  const { body } = await world.call('POST', '/stemma/v1/batch', { body: { commands } })
  expect(body.results.map(({ status }: { status: number }) => status)).toEqual([200, 202])
})
