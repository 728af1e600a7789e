// Events over SSE and the socket: order, resuming, filters, revocation; and commands over the socket.
import { once } from 'node:events'
import { StemmaClient } from '@stemma/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
let firm: string
let client: StemmaClient

beforeAll(async () => {
  world = await startWorld()
  firm = world.ids.get('pty_15')!
  client = new StemmaClient({ baseUrl: world.url, apiKey: world.keys.operator })
})
afterAll(() => world.stop())

const input = (amount = '1.00') => ({
  from: world.ids.get('acc_1042') as `acc_${number}`,
  to: world.ids.get('acc_1043') as `acc_${number}`,
  currency: 'USD',
  amount,
})

/** A socket whose messages are awaited one by one. */
async function openSocket(key: string | null) {
  const headers = key === null ? {} : { authorization: `Bearer ${key}` }
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/stemma/v1/ws`, { headers })
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  const received: any[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()))
    waiting.shift()?.()
  })
  await once(socket, 'open')
  return {
    socket,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () => {
      if (received.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return received.shift()
    },
  }
}

test('a list takes whole kinds, and says so', async () => {
  const kinds = (text: string) => world.call('GET', `/stemma/v1/events?under=${firm}&kinds=${text}`)
  const found = await kinds('account.approved')
  expect(found.body.items.map(({ kind }: { kind: string }) => kind)).toEqual([
    'account.approved',
    'account.approved',
  ])
  expect((await kinds('account.')).body).toMatchObject({ status: 400, field: '/kinds' })
})

test('a list behind an event begins with the next one, within its sequence too, in both orders', async () => {
  const places = async (query: string): Promise<string[]> => {
    const { body } = await world.call('GET', `/stemma/v1/events?under=pty_1&limit=500${query}`)
    return body.items.map(({ id }: { id: string }) => id)
  }
  const all = await places('')
  expect(all.length).toBeGreaterThan(10)
  for (const [at, id] of all.entries()) {
    expect(await places(`&after=${id}`)).toEqual(all.slice(at + 1))
    if (at % 5 === 0)
      expect(await places(`&after=${id}&newest_first=true`)).toEqual(all.slice(at + 1).reverse())
  }
  const page = await world.call('GET', `/stemma/v1/events?under=pty_1&limit=2&after=${all[3]}`)
  const rest = await places(`&after=${all[3]}&cursor=${page.body.next_cursor}`)
  expect(rest).toEqual(all.slice(6))
})

describe('the stream', () => {
  test('begins behind any event, in order, and goes on live', async () => {
    const first = await client.transfers.create(input())
    const second = await client.transfers.create(input())
    const signal = new AbortController()
    const filter = {
      under: firm,
      kinds: ['transfer.'],
      after: `${(first as { sequence: number }).sequence}.0`,
    }
    const seen: number[] = []
    for await (const event of client.events(filter, signal.signal) as AsyncIterable<{ sequence: number }>) {
      seen.push(event.sequence)
      if (seen.length === 1) await client.transfers.create(input())
      if (seen.length === 2) signal.abort()
    }
    expect(seen[0]).toBe((second as { sequence: number }).sequence)
    expect(seen[1]).toBeGreaterThan(seen[0]!)
  })

  test('of a party out of reach is not visible', async () => {
    const answered = await world.call('GET', `/stemma/v1/events/stream?under=${firm}`, {
      key: world.keys.stranger,
    })
    expect(answered.body).toMatchObject({ status: 404, code: 'not_visible' })
  })

  test.each([
    ['under=usr_1', '/under'],
    [`under=pty_1&after=x`, '/after'],
  ])('refuses %s', async (query, field) => {
    const answered = await world.call('GET', `/stemma/v1/events/stream?${query}`)
    expect(answered.body).toMatchObject({ status: 400, field })
  })

  test('ends at once when its key is revoked', async () => {
    const key = await world.keyOf(Number(world.ids.get('usr_21')!.slice(4)))
    const made = await client.api_keys.create({
      user: world.ids.get('usr_21') as `usr_${number}`,
      display_name: 'Other',
    })
    expect(key).not.toBe((made as { secret: string }).secret)
    const administrators = await client.credentials.list({
      party: null,
      user: (await whoami(world.keys.administrator)).user.id,
    })
    const response = await fetch(`${world.url}/stemma/v1/events/stream?under=${firm}`, {
      headers: { authorization: `Bearer ${world.keys.administrator}` },
    })
    await client.credentials.revoke({ credential: administrators.items[0]!.id })
    expect(await response.text()).toContain('"reason":"revoked"')
  })
})

const whoami = async (key: string) => (await world.call('GET', '/stemma/v1/whoami', { key })).body

describe('the socket', () => {
  test('runs commands by name, pipelined, and answers each under its id', async () => {
    const { send, next, socket } = await openSocket(world.keys.operator)
    for (let id = 1; id <= 5; id += 1) send({ id, operation: 'transfers.create', input: input() })
    const answers = [await next(), await next(), await next(), await next(), await next()]
    expect(answers.map(({ id, status }) => [id, status]).sort()).toEqual(
      [1, 2, 3, 4, 5].map((id) => [id, 200]),
    )
    send({ id: 'dry', operation: 'transfers.create', input: input(), dry_run: true })
    expect(await next()).toMatchObject({ id: 'dry', result: { outcome: 'would_succeed' } })
    send({ id: 'no', operation: 'transfers.create', input: { ...input(), amount: 1 } })
    expect(await next()).toMatchObject({
      id: 'no',
      status: 400,
      problem: { code: 'malformed', field: '/input/amount' },
    })
    send('{"id":1,"id":2}')
    expect(await next()).toMatchObject({ id: null, status: 400 })
    socket.close()
  })

  test('is proven by its first message, and by nothing less', async () => {
    const { send, next, socket } = await openSocket(null)
    send({ id: 1, operation: 'identity.whoami', input: {} })
    expect(await next()).toMatchObject({ id: 1, status: 401 })
    send({ id: 2, auth: { token: 'x' } })
    expect(await next()).toMatchObject({ id: 2, status: 401 })
    send({ id: 3, auth: { token: world.keys.operator } })
    expect(await next()).toMatchObject({ id: 3, status: 200 })
    send({ id: 4, operation: 'identity.whoami', input: {} })
    expect(await next()).toMatchObject({ id: 4, status: 200 })
    socket.close()
  })

  test('follows events from where it was, until it unsubscribes', async () => {
    const made = (await client.transfers.create(input())) as unknown as { sequence: number }
    const { send, next, socket } = await openSocket(world.keys.operator)
    send({
      id: 1,
      subscribe: { under: firm, kinds: ['transfer.completed'], after: `${made.sequence - 1}.0` },
    })
    const both = [await next(), await next()]
    expect(both).toContainEqual({ id: 1, status: 200, result: { subscription: 'sub_1' } })
    expect(both.find((each) => each.event)?.event).toMatchObject({
      sequence: made.sequence,
      kind: 'transfer.completed',
    })
    send({ id: 2, unsubscribe: { subscription: 'sub_1' } })
    const ended = [await next(), await next()]
    expect(ended).toContainEqual({ subscription: 'sub_1', closed: 'unsubscribed' })
    send({ id: 3, subscribe: { under: firm, kinds: 7 } })
    expect(await next()).toMatchObject({ id: 3, status: 400, problem: { field: '/kinds' } })
    socket.close()
  })
})

describe('the client', () => {
  test('throws what the server refuses, with its code', async () => {
    await expect(
      client.transfers.create(input('99999999.00'), { idempotencyKey: 'k' }),
    ).rejects.toMatchObject({
      code: 'insufficient_available_balance',
      status: 422,
      isRetryable: true,
    })
  })

  test('walks lists to their end', async () => {
    const names: string[] = []
    for await (const party of client.items('parties.list', { limit: 2 }))
      names.push((party as { name: string }).name)
    expect(names).toEqual(['operator', 'member', 'firm', 'client', 'foreign-firm'])
  })
})
