// One writes, others stand by: several servers on one journal, with a time that is moved by hand. The numbers are those
// of the lease: 2 s that a writer may answer after its last proof, 3 s of silence before somebody takes over.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { StemmaClient } from '@stemma/client'
import { type Event, SECOND, stateHash } from '@stemma/core'
import { Deposed } from '@stemma/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { SecretKeyFault } from './host/sealing.js'
import { grpcClient } from './testing/grpc-client.js'
import { newParty, SYSTEM } from './testing/host-world.js'
import { openReceiver } from './testing/receiver.js'
import { type Member, openSuccession, type Succession, until } from './testing/succession.js'
import type { Venue } from './testing/venue.js'

const [LEASE, SILENCE] = [2_000, 3_000]

let succession: Succession
let writer: Member
let key: string
let credential: number
const closings: (() => unknown)[] = []

beforeEach(async () => {
  succession = openSuccession()
  writer = await succession.start()
  ;({ key, credential } = await succession.operatorKey(writer))
})
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
  await succession.close()
})

const hasher = () => {
  const hash = createHash('sha256')
  return { update: (part: string | Uint8Array) => void hash.update(part), digest: () => hash.digest('hex') }
}
const hashOf = ({ server }: Member): string => stateHash(server.engine.image, hasher())
const rootOf = ({ server }: Member): number => {
  const { parties, root } = server.engine.rooms.hierarchy
  return parties.id(root)
}
const ask = (url: string, path: string, more: RequestInit = {}): Promise<Response> =>
  fetch(url + path, { ...more, headers: { authorization: `Bearer ${key}`, ...more.headers } })
const whoami = (url: string, more: RequestInit = {}) => ask(url, '/stemma/v1/whoami', more)
const party = (name: string, idempotencyKey: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
  body: JSON.stringify({
    owner: `pty_${rootOf(writer)}`,
    kind: 'clearing_member',
    name,
    display_name: name,
  }),
})
/** What happens to a request that must never be answered; it is given up at the end of the test. */
const unanswered = (url: string, path: string, more: RequestInit = {}): { readonly answers: number } => {
  const given = new AbortController()
  const heard = { answers: 0 }
  const ended = ask(url, path, { ...more, signal: given.signal }).then(
    () => {
      heard.answers += 1
    },
    () => {},
  )
  closings.push(() => {
    given.abort()
    return ended
  })
  return heard
}
/** The writer lives on, but none of its clocks moves: the standby takes over. */
const takeOver = async (standby: Member): Promise<void> => {
  writer.freeze()
  while (!standby.server.isWriter) await succession.pass(100)
}
const eventsOf = async ({ server }: Member, kind: string): Promise<readonly Event[]> =>
  (await server.host.history('events', { equals: { kind }, limit: 100 })) as unknown as readonly Event[]

describe('a process that stands by', () => {
  test('has the state of the writer, derived tables included, and says what it is', async () => {
    const standby = await succession.start()
    expect([writer.server.isWriter, standby.server.isWriter]).toEqual([true, false])
    for (const name of ['a', 'b', 'c']) await writer.server.host.execute(newParty(rootOf(writer), name))
    await succession.pass(100)
    expect(hashOf(standby)).toBe(hashOf(writer))
    expect(standby.server.engine.verify(hasher).filter(({ holds }) => !holds)).toEqual([])
    expect(await (await fetch(`${writer.url}/health/ready`)).json()).toMatchObject({ role: 'writer' })
    const ready = await fetch(`${standby.url}/health/ready`)
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      {
        status: 'not_ready',
        role: 'standby',
        writer: writer.url,
        durable_sequence: writer.server.host.durableSequence,
      },
    ])
    expect(await (await fetch(`${standby.url}/metrics`)).text()).toContain('\nstemma_writer 0\n')
  })

  test('refuses in the words of each surface, and names the writer', async () => {
    const standby = await succession.start()
    const native = await whoami(standby.url)
    expect([native.status, native.headers.get('retry-after'), native.headers.get('stemma-writer')]).toEqual([
      503,
      '1',
      writer.url,
    ])
    expect(await native.json()).toMatchObject({
      code: 'not_writer',
      retryable: true,
      data: { writer: writer.url },
    })
    const venue = await fetch(`${standby.url}/v1/whoami`)
    expect([venue.status, venue.headers.get('stemma-writer')]).toEqual([503, writer.url])
    expect(await venue.json()).toEqual({
      code: 14,
      message: expect.stringContaining(writer.url),
      details: [],
    })
    const token = await fetch(`${standby.url}/oauth/token`, { method: 'POST', body: '{}' })
    expect([token.status, await token.json()]).toEqual([
      503,
      { error: 'temporarily_unavailable', error_description: expect.stringContaining(writer.url) },
    ])
    const error = { code: 11051, message: 'system_maintenance' }
    for (const method of ['GET', 'POST']) {
      const rpc = await fetch(`${standby.url}/api/v2/public/get_time`, { method })
      expect([rpc.status, rpc.headers.get('stemma-writer'), await rpc.json()]).toEqual([
        400,
        writer.url,
        { jsonrpc: '2.0', error, testnet: false },
      ])
    }
    const rpcSocket = new WebSocket(`${standby.url.replace('http', 'ws')}/ws/api/v2`)
    const [, turnedAway] = await once(rpcSocket, 'unexpected-response')
    const told = await turnedAway.toArray()
    expect([turnedAway.statusCode, JSON.parse(Buffer.concat(told).toString())]).toEqual([
      503,
      { jsonrpc: '2.0', error },
    ])
    rpcSocket.on('error', () => {})
    rpcSocket.terminate()
    const grpc = grpcClient({ server: standby.server } as Venue)
    closings.push(() => grpc.close())
    const answer = await grpc.ask('polymarket.v1.HealthAPI/Check')
    expect([answer.code, answer.details]).toEqual([14, expect.stringContaining(writer.url)])
    const socket = new WebSocket(`${standby.url.replace('http', 'ws')}/stemma/v1/ws`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(503)
    socket.on('error', () => {})
    socket.terminate()
  })

  test('hands requests on where it is told to, streams too, and is then ready', async () => {
    const standby = await succession.start({ STEMMA_STANDBY: 'forward' })
    expect((await fetch(`${standby.url}/health/ready`)).status).toBe(200)
    const made = await ask(standby.url, '/stemma/v1/parties', party('acme', 'k1'))
    expect(made.status).toBe(200)
    const again = await ask(standby.url, '/stemma/v1/parties', party('acme', 'k1'))
    expect([again.headers.get('idempotency-replayed'), await again.json()]).toEqual([
      'true',
      await made.json(),
    ])
    const client = new StemmaClient({ baseUrl: standby.url, apiKey: key })
    const stop = new AbortController()
    const events = client.events({ under: `pty_${rootOf(writer)}` }, stop.signal)
    const first = events.next()
    await until(() => writer.server.host.hub.size === 2)
    await writer.server.host.execute(newParty(rootOf(writer), 'live'))
    expect((await first).value).toMatchObject({ kind: 'party.created' })
    stop.abort()
    await events.next()
  })

  test('does not hand on what another standby has handed on', async () => {
    const standby = await succession.start({ STEMMA_STANDBY: 'forward' })
    const response = await whoami(standby.url, { headers: { 'stemma-forwarded': '1' } })
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'not_writer' }])
  })

  test('refuses what it cannot hand on, because the writer is gone', async () => {
    const standby = await succession.start({ STEMMA_STANDBY: 'forward' })
    await succession.pass(100)
    // The address of a writer that nobody listens at any more.
    standby.server.services.admission.writer = 'http://127.0.0.1:1'
    const response = await whoami(standby.url)
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'not_writer' }])
  })

  test('does nothing that is due, and takes no command', async () => {
    const standby = await succession.start()
    const outcome = await standby.server.host.execute(newParty(rootOf(writer), 'nobody'))
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'not_writer' } })
    expect(standby.server.engine.pending).toBe(0)
  })

  test('ends when it is told to, and the writer goes on', async () => {
    const standby = await succession.start()
    await standby.server.stop()
    await succession.pass(SILENCE)
    expect((await whoami(writer.url)).status).toBe(200)
  })
})

describe('taking over', () => {
  test('happens after three seconds of silence, not before, and stands in the book', async () => {
    const standby = await succession.start()
    writer.freeze()
    await succession.pass(SILENCE - 100)
    expect(standby.server.isWriter).toBe(false)
    await succession.pass(200)
    await until(() => standby.server.isWriter)
    expect((await whoami(standby.url)).status).toBe(200)
    expect((await eventsOf(standby, 'writer.took_over')).map(({ data }) => data)).toEqual([
      { epoch: 1, address: writer.url },
      { epoch: 2, address: standby.url },
    ])
    expect(standby.server.engine.verify(hasher).filter(({ holds }) => !holds)).toEqual([])
  })

  test('does not happen while an idle writer renews', async () => {
    const standby = await succession.start()
    await succession.pass(10 * SILENCE)
    expect([writer.server.isWriter, standby.server.isWriter]).toEqual([true, false])
    expect(writer.fatal).toEqual([])
  })

  test('happens at once where the writer has ended in order', async () => {
    const standby = await succession.start()
    await writer.server.stop()
    await succession.pass(100)
    await until(() => standby.server.isWriter)
  })

  test('is done by one of several', async () => {
    const standbys = [await succession.start(), await succession.start(), await succession.start()]
    writer.freeze()
    await succession.pass(SILENCE + 100)
    await until(() => standbys.some(({ server }) => server.isWriter))
    await succession.pass(2 * SILENCE)
    expect(standbys.filter(({ server }) => server.isWriter).length).toBe(1)
    expect(standbys.flatMap(({ fatal }) => fatal)).toEqual([])
  })

  test('is not for a process that has another secret key than the book', async () => {
    await writer.server.services.sealing.seal(rootOf(writer), 'a secret')
    await writer.server.host.drain()
    const variables = { STEMMA_SECRET_KEY_FILE: join(succession.directory, 'other.key') }
    await expect(succession.start(variables)).rejects.toThrow(SecretKeyFault)
  })

  test('sends what was not delivered again, under its id', async () => {
    const receiver = await openReceiver()
    closings.push(() => receiver.close())
    const standby = await succession.start()
    const sealedSecret = await writer.server.services.sealing.seal(rootOf(writer), `whsec_${'A'.repeat(32)}`)
    const hook = { party: rootOf(writer), url: receiver.url, kinds: ['party.created'], sealedSecret }
    await writer.run('webhooks.register', hook)
    receiver.answer(500)
    await writer.server.host.execute(newParty(rootOf(writer), 'told'))
    await receiver.hasReceived(1)
    await until(() => writer.server.engine.pending === 0)
    await takeOver(standby)
    receiver.answer(200)
    succession.clock.advance(5 * SECOND)
    // Anything that becomes durable makes the server look at what is due by its clock.
    await standby.server.host.execute(newParty(rootOf(standby), 'later'))
    const received = await receiver.hasReceived(3)
    const bodies = received.map(({ body, headers }) => [JSON.parse(body).data.name, headers['webhook-id']])
    const told = bodies.filter(([name]) => name === 'told')
    expect(told.length).toBe(2)
    expect(told[0]).toEqual(told[1])
  })
})

describe('a writer that was frozen and goes on', () => {
  test('answers neither reads nor writes nor those whom it does not know, and stops', async () => {
    const standby = await succession.start()
    expect((await whoami(writer.url)).status).toBe(200)
    await takeOver(standby)
    await standby.run('credentials.revoke', { credential })
    const requests = [
      unanswered(writer.url, '/stemma/v1/whoami'),
      unanswered(writer.url, '/stemma/v1/parties', party('late', 'k-late')),
      unanswered(writer.url, '/stemma/v1/whoami', { headers: { authorization: 'Bearer nobody' } }),
      unanswered(writer.url, '/v1/whoami'),
    ]
    await until(() => writer.fatal.length > 0)
    await succession.pass(SILENCE)
    expect(writer.fatal).toEqual([expect.any(Deposed)])
    expect(requests.map(({ answers }) => answers)).toEqual([0, 0, 0, 0])
    expect((await whoami(standby.url)).status).toBe(401)
  })

  test('answers a reader whose read it had begun only if it still writes', async () => {
    const standby = await succession.start()
    await succession.pass(LEASE)
    let answered = 0
    const count = (): void => {
      answered += 1
    }
    await takeOver(standby)
    void writer.server.host.read('parties.get', SYSTEM, { party: rootOf(writer) }).then(count)
    void writer.server.host.execute(newParty(rootOf(writer), 'late')).then(count)
    void writer.server.host.history('events', { limit: 1 }).then(count)
    await until(() => writer.fatal.length > 0)
    await succession.pass(100)
    expect(answered).toBe(0)
  })

  test('ends the streams that it had open', async () => {
    const standby = await succession.start()
    const answer = await writer.server.host.subscribe(SYSTEM, { under: null, kinds: [] }, null, () => true)
    if (answer.kind !== 'answer') throw new Error('expected a stream')
    await takeOver(standby)
    unanswered(writer.url, '/stemma/v1/whoami')
    expect(await answer.result.closed).toBe('shutdown')
  })
})

describe('a writer that is cut off in the middle of a commit', () => {
  test('before it arrived: nobody was answered, and the same request under its key happens once, elsewhere', async () => {
    const standby = await succession.start()
    writer.store.holdAppends()
    const lost = unanswered(writer.url, '/stemma/v1/parties', party('once', 'k-once'))
    await until(() => writer.server.host.waiting > 0)
    await takeOver(standby)
    const made = await ask(standby.url, '/stemma/v1/parties', party('once', 'k-once'))
    expect([made.status, made.headers.get('idempotency-replayed')]).toEqual([200, null])
    writer.store.releaseAppends()
    await until(() => writer.fatal.length > 0)
    expect([lost.answers, writer.fatal]).toEqual([0, [expect.any(Deposed)]])
    expect((await eventsOf(standby, 'party.created')).length).toBe(1)
  })

  test('after it arrived: the next writer has it, and answers a repeat with it', async () => {
    const standby = await succession.start()
    writer.store.holdAnswers()
    const lost = unanswered(writer.url, '/stemma/v1/parties', party('once', 'k-once'))
    await until(() => writer.server.host.waiting > 0)
    await takeOver(standby)
    const again = await ask(standby.url, '/stemma/v1/parties', party('once', 'k-once'))
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, 'true'])
    writer.store.releaseAppends()
    await until(() => writer.fatal.length > 0)
    expect([lost.answers, writer.fatal]).toEqual([0, [expect.any(Deposed)]])
    expect((await eventsOf(standby, 'party.created')).length).toBe(1)
  })
})

describe('the client', () => {
  test('follows to the writer that a standby names', async () => {
    const standby = await succession.start()
    const client = new StemmaClient({ baseUrl: standby.url, apiKey: key, backoffMs: 1 })
    expect(await client.identity.whoami({})).toHaveProperty('user')
  })

  test('finds the one that took over among the addresses that it was given', async () => {
    const standby = await succession.start()
    const client = new StemmaClient({ baseUrl: [writer.url, standby.url], apiKey: key, backoffMs: 1 })
    expect(await client.identity.whoami({})).toHaveProperty('user')
    await writer.server.stop()
    await succession.pass(100)
    await until(() => standby.server.isWriter)
    expect(await client.identity.whoami({})).toHaveProperty('user')
  })

  test('goes on with its stream of events at the one that took over', async () => {
    const standby = await succession.start()
    const client = new StemmaClient({ baseUrl: [writer.url, standby.url], apiKey: key, backoffMs: 1 })
    const stop = new AbortController()
    const kinds = ['party.created']
    const events = client.events({ under: `pty_${rootOf(writer)}`, kinds }, stop.signal)
    const first = events.next()
    await until(() => writer.server.host.hub.size === 2)
    await writer.server.host.execute(newParty(rootOf(writer), 'before'))
    expect((await first).value).toMatchObject({ data: { name: 'before' } })
    const second = events.next()
    await writer.server.stop()
    await succession.pass(100)
    await until(() => standby.server.isWriter)
    await standby.server.host.execute(newParty(rootOf(standby), 'after'))
    expect((await second).value).toMatchObject({ data: { name: 'after' } })
    stop.abort()
    await events.next()
  })
})
