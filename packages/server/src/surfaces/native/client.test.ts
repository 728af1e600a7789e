// The client against the server over a network that loses answers and cuts connections, and on behalf of others.
import { StemmaClient, StemmaRefusal, StemmaUnreachable } from '@stemma/client'
import { type CuttingProxy, openCuttingProxy } from '@stemma/store'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
let proxy: CuttingProxy
let client: StemmaClient

beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())
beforeEach(async () => {
  proxy = await openCuttingProxy(world.url)
  client = clientOf()
})
afterEach(() => proxy.close())

const clientOf = (more: object = {}) =>
  new StemmaClient({ baseUrl: proxy.url, apiKey: world.keys.operator, backoffMs: 1, ...more })
const idOf = <P extends string>(example: string) => world.ids.get(example) as `${P}_${number}`
const transfer = (amount = '1.00') => ({
  from: idOf<'acc'>('acc_1042'),
  to: idOf<'acc'>('acc_1043'),
  currency: 'USD',
  amount,
})
const head = () => world.engine.image.head.sequence

describe('an answer that is lost', () => {
  test('of a write is asked for again, and the write happens once', async () => {
    const before = head()
    proxy.loseAnswers(3)
    const { sequence } = await client.transfers.create(transfer())
    expect(sequence).toBe(before + 1)
    expect(head()).toBe(before + 1)
    expect(proxy.connections).toBe(4)
  })

  test('for the fourth time is given up, and a repeat under the same key tells what became of it', async () => {
    const before = head()
    const options = { idempotencyKey: 'given-up' }
    proxy.loseAnswers(4)
    await expect(client.transfers.create(transfer(), options)).rejects.toBeInstanceOf(StemmaUnreachable)
    expect(head()).toBe(before + 1)
    expect(await client.transfers.create(transfer(), options)).toMatchObject({ sequence: before + 1 })
    expect(head()).toBe(before + 1)
  })

  test('of a read is asked for again', async () => {
    proxy.loseAnswers(1)
    expect(await client.identity.whoami({})).toHaveProperty('user')
    expect(proxy.connections).toBe(2)
  })

  test('is not waited for by who has stopped', async () => {
    proxy.loseAnswers(1)
    const signal = AbortSignal.abort()
    await expect(client.identity.whoami({}, { signal })).rejects.toBeInstanceOf(StemmaUnreachable)
  })
})

test('a refusal is not repeated: a balance does not grow by asking', async () => {
  const refused = await client.transfers.create(transfer('99999999.00')).catch((thrown: unknown) => thrown)
  expect(refused).toBeInstanceOf(StemmaRefusal)
  expect(refused).toMatchObject({ code: 'insufficient_available_balance', isRetryable: true })
})

describe('a stream that is cut', () => {
  test('goes on behind the last event, without gap or repeat', async () => {
    const first = (await client.transfers.create(transfer())).sequence
    const signal = new AbortController()
    const filter = { under: idOf('pty_15'), kinds: ['transfer.completed'], after: `${first - 1}.0` }
    const seen: number[] = []
    for await (const { sequence } of client.events(filter, signal.signal)) {
      seen.push(sequence)
      if (seen.length === 4) signal.abort()
      else {
        proxy.cut()
        await direct().transfers.create(transfer())
      }
    }
    expect(seen).toEqual([first, first + 1, first + 2, first + 3])
    expect(proxy.connections).toBeGreaterThan(3)
  })

  test('before anything happened goes on from where it began', async () => {
    const signal = new AbortController()
    const stream = client.events({ under: idOf('pty_15'), kinds: ['transfer.'] }, signal.signal)
    const next = stream.next()
    while (proxy.answers === 0) await direct().identity.whoami({})
    const meanwhile = new Promise<number>((resolve) => {
      proxy.beforeNext(async () => resolve((await direct().transfers.create(transfer())).sequence))
    })
    proxy.cut()
    expect((await next).value?.sequence).toBe(await meanwhile)
    signal.abort()
    await stream.return(undefined)
  })

  test('of a reader that has lost its right ends with the refusal', async () => {
    const reader = await direct().api_keys.create({ user: idOf<'usr'>('usr_21'), display_name: 'Short' })
    const following = clientOf({ apiKey: reader.secret }).events({ under: idOf('pty_1') })
    await expect(following.next()).rejects.toMatchObject({ status: 403, code: 'scope_missing' })
  })
})

const direct = () => new StemmaClient({ baseUrl: world.url, apiKey: world.keys.operator })

describe('on behalf of a user', () => {
  const trader = () => idOf<'usr'>('usr_21')
  let firmKey: string

  beforeAll(async () => {
    for (const target of [idOf('acc_1042'), idOf('acc_1043')])
      await direct().bindings.create({ user: trader(), target_kind: 'account', target, level: 'full' })
    const scopes = ['balances:read', 'transfers:write', 'accounts:read']
    firmKey = await world.keyOf(null, { party: Number(idOf('pty_15').slice(4)), scopes })
  })

  test('a credential of its firm acts with what that user has, and events name both', async () => {
    const own = clientOf({ apiKey: firmKey })
    expect(await own.identity.whoami({})).toMatchObject({ user: null })
    await expect(own.transfers.create(transfer())).rejects.toMatchObject({ code: 'not_visible' })
    const acting = clientOf({ apiKey: firmKey, actingUser: trader() })
    expect(await acting.identity.whoami({})).toMatchObject({ user: { id: trader() } })
    const { sequence } = await acting.transfers.create(transfer())
    const { items } = await direct().events.list({ under: idOf('pty_15'), after: `${sequence - 1}.0` })
    expect(items.find((event) => event.sequence === sequence)).toMatchObject({ user: trader() })
  })

  test.each([
    ['a user of another firm', 'stranger', 404],
    ['a user that is not there', 'usr_999999', 404],
    ['what is no user', 'acc_1', 400],
  ])('%s is not acted for', async (_who, actingUser, status) => {
    const named = actingUser === 'stranger' ? await strangerId() : actingUser
    const refused = clientOf({ apiKey: firmKey, actingUser: named }).identity.whoami({})
    await expect(refused).rejects.toMatchObject({ status })
  })

  test('a credential of a user acts for nobody else', async () => {
    const refused = clientOf({ apiKey: world.keys.stranger, actingUser: trader() }).identity.whoami({})
    await expect(refused).rejects.toMatchObject({ status: 404 })
  })

  const strangerId = async () => (await whoami(world.keys.stranger)).id
  const whoami = async (key: string) => (await world.call('GET', '/stemma/v1/whoami', { key })).body.user
})
