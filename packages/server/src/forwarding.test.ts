// A standby that hands on what comes to it: requests, sockets and gRPC, and for whom it does. Clients have addresses of
// their own on this machine (127.0.0.2 and so on); the processes reach each other by 127.0.0.1.
import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
import { MINUTE } from '@stemma/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ManualClock } from './host/clock.js'
import { MasterKey } from './host/sealing.js'
import { ClientAddresses, FORWARDED_HEADER, FORWARDED_WITHIN, forwardedFor } from './http/client-address.js'
import { PUBLIC_LIMIT } from './surfaces/polymarket-us/limits.js'
import { type GrpcClient, grpcClientAt } from './testing/grpc-client.js'
import { newParty } from './testing/host-world.js'
import { openRpcSocket } from './testing/json-rpc-socket.js'
import { type Member, openSuccession, type Succession, until } from './testing/succession.js'

const [ALICE, BOB] = ['127.0.0.2', '127.0.0.3']
const [NATIVE, DERIBIT] = ['/stemma/v1/ws', '/ws/api/v2']
const HEALTH = 'polymarket.v1.HealthAPI/Check'
const [SERVED, EXHAUSTED, UNAVAILABLE] = [0, 8, 14]

let succession: Succession
let writer: Member
let key: string
const closings: (() => unknown)[] = []

beforeEach(async () => {
  succession = openSuccession()
  writer = await succession.start()
  ;({ key } = await succession.operatorKey(writer))
})
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
  await succession.close()
})

const forwarding = (variables: Readonly<Record<string, string>> = {}): Promise<Member> =>
  succession.start({ STEMMA_STANDBY: 'forward', ...variables })

const rootOf = ({ server }: Member): number => {
  const { parties, root } = server.engine.rooms.hierarchy
  return parties.id(root)
}

interface Asked {
  readonly bearer?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent in pieces of this size. */
  readonly body?: string
}

/** A request by a client of that address. */
async function ask(
  address: string,
  url: string,
  { bearer = key, headers = {}, body }: Asked = {},
): Promise<{
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: unknown
}> {
  const sent = request(url, {
    localAddress: address,
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
    agent: false,
  })
  sent.end(body)
  const [answer] = await once(sent, 'response')
  return { status: answer.statusCode, headers: answer.headers, body: await json(answer) }
}

const whoami = (address: string, { url }: Member, asked?: Asked) =>
  ask(address, `${url}/stemma/v1/whoami`, asked)

function socketAt(address: string, { url }: Member, path: string, bearer = key): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws') + path, {
    localAddress: address,
    headers: { authorization: `Bearer ${bearer}` },
  } as WebSocket.ClientOptions)
  socket.on('error', () => {})
  closings.push(() => socket.terminate())
  return socket
}

/** The answer to the request for a socket that is not opened. */
async function refusalOf(
  socket: WebSocket,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: unknown }> {
  const [, answer] = await once(socket, 'unexpected-response')
  return { status: answer.statusCode, headers: answer.headers, body: await json(answer) }
}

const messagesOf = (socket: WebSocket) => {
  const received: Readonly<Record<string, unknown>>[] = []
  socket.on('message', (data) => received.push(JSON.parse(String(data))))
  return received
}

function grpcAt({ server }: Member): GrpcClient {
  const client = grpcClientAt(`127.0.0.1:${server.grpcPort}`)
  closings.push(() => client.close())
  return client
}

/** gRPC's number for a call by a client of that address, which a stock client cannot choose. */
async function healthCode(address: string, { server }: Member): Promise<number> {
  const port = server.grpcPort as number
  const createConnection = () => connect({ port, host: '127.0.0.1', localAddress: address })
  const session = connectHttp2(`http://127.0.0.1:${port}`, { createConnection })
  closings.push(() => session.destroy())
  const headers = {
    ':method': 'POST',
    ':path': `/${HEALTH}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  }
  const call = session.request(headers)
  let status: unknown
  const look = (given: IncomingHttpHeaders): void => {
    status ??= given['grpc-status']
  }
  call.on('response', look).on('trailers', look)
  // A message of no bytes.
  call.end(Buffer.alloc(5))
  call.resume()
  await once(call, 'close')
  return Number(status)
}

describe('a standby that refuses', () => {
  test('names the writer to whoever asks for a socket, and to gRPC, where it may be tried again', async () => {
    const standby = await succession.start()
    const native = await refusalOf(socketAt(ALICE, standby, NATIVE))
    expect([native.status, native.headers['retry-after'], native.headers['stemma-writer']]).toEqual([
      503,
      '1',
      writer.url,
    ])
    expect(native.body).toMatchObject({ code: 'not_writer', retryable: true, data: { writer: writer.url } })
    const deribit = await refusalOf(socketAt(ALICE, standby, DERIBIT))
    expect([deribit.status, deribit.headers['stemma-writer']]).toEqual([503, writer.url])
    const { code, details, metadata } = await grpcAt(standby).ask(HEALTH)
    expect([code, details, metadata.get('stemma-writer')]).toEqual([
      UNAVAILABLE,
      expect.stringContaining(writer.url),
      [writer.url],
    ])
  })

  test('answers gRPC on the connection that it refused before, once it writes', async () => {
    const standby = await succession.start()
    const client = grpcAt(standby)
    expect((await client.ask(HEALTH)).code).toBe(UNAVAILABLE)
    writer.freeze()
    while (!standby.server.isWriter) await succession.pass(100)
    expect(await client.ask(HEALTH)).toMatchObject({ code: SERVED, message: { status: 'SERVING' } })
  })
})

describe('a standby that hands on', () => {
  test('carries sockets of each surface, commands and events alike', async () => {
    const standby = await forwarding()
    const socket = socketAt(ALICE, standby, NATIVE)
    const received = messagesOf(socket)
    await once(socket, 'open')
    socket.send(JSON.stringify({ id: 1, subscribe: { under: `pty_${rootOf(writer)}`, kinds: ['party.'] } }))
    await until(() => received.length === 1)
    const input = {
      owner: `pty_${rootOf(writer)}`,
      kind: 'clearing_member',
      name: 'acme',
      display_name: 'Acme',
    }
    socket.send(JSON.stringify({ id: 2, operation: 'parties.create', idempotency_key: 'k', input }))
    await until(() => received.length === 3)
    expect(received).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 2, status: 200 }),
        expect.objectContaining({ event: expect.objectContaining({ kind: 'party.created' }) }),
      ]),
    )
    const rpc = await openRpcSocket(standby.url)
    closings.push(() => rpc.close())
    expect(await rpc.call('public/test')).toMatchObject({ result: { version: expect.any(String) } })
  })

  test('carries gRPC', async () => {
    const standby = await forwarding()
    const client = grpcAt(standby)
    for (let count = 0; count < 3; count += 1)
      expect(await client.ask(HEALTH)).toMatchObject({ code: SERVED, message: { status: 'SERVING' } })
  })

  test('hands the refusal of a socket back as the writer gave it', async () => {
    await succession.close()
    succession = openSuccession()
    const variables = { STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS: '1' }
    writer = await succession.start(variables)
    const standby = await forwarding(variables)
    const first = socketAt(ALICE, standby, DERIBIT)
    await once(first, 'open')
    const second = await refusalOf(socketAt(ALICE, standby, DERIBIT))
    expect([second.status, second.body]).toMatchObject([429, { error: { code: 10028 } }])
    // Another client has a connection of its own, though both come by way of the same standby.
    await once(socketAt(BOB, standby, DERIBIT), 'open')
  })

  test('refuses sockets and gRPC that it cannot hand on, because the writer is gone', async () => {
    const standby = await forwarding()
    await succession.pass(100)
    standby.server.services.admission.writer = 'http://127.0.0.1:1'
    expect((await refusalOf(socketAt(ALICE, standby, NATIVE))).body).toMatchObject({ code: 'not_writer' })
    const { code, details } = await grpcAt(standby).ask(HEALTH)
    expect([code, details]).toEqual([UNAVAILABLE, expect.stringContaining('http://127.0.0.1:1')])
  })

  test('hands nothing on to who writes and is reached by nobody, as one that compacts the journal', async () => {
    const standby = await forwarding()
    await succession.pass(100)
    standby.server.services.admission.writer = 'compacting'
    const { status, body } = await whoami(ALICE, standby)
    expect([status, body]).toMatchObject([503, { code: 'not_writer', data: { writer: 'compacting' } }])
    expect((await refusalOf(socketAt(ALICE, standby, NATIVE))).status).toBe(503)
    expect((await grpcAt(standby).ask(HEALTH)).code).toBe(UNAVAILABLE)
    expect((await fetch(`${standby.url}/health/ready`)).status).toBe(503)
  })

  test('refuses a request whose body is larger than what is under way, when the writer is gone', async () => {
    const standby = await forwarding()
    await succession.pass(100)
    standby.server.services.admission.writer = 'http://127.0.0.1:1'
    const answer = await ask(ALICE, `${standby.url}/stemma/v1/parties`, { body: ' '.repeat(900_000) })
    expect([answer.status, answer.body]).toMatchObject([503, { code: 'not_writer' }])
  })

  test('ends what it had handed on when it takes over itself, and answers anew', async () => {
    const standby = await forwarding()
    const socket = socketAt(ALICE, standby, NATIVE)
    await once(socket, 'open')
    const client = grpcAt(standby)
    expect((await client.ask(HEALTH)).code).toBe(SERVED)
    const closed = once(socket, 'close')
    writer.freeze()
    while (!standby.server.isWriter) await succession.pass(100)
    await closed
    await once(socketAt(ALICE, standby, NATIVE), 'open')
    expect((await client.ask(HEALTH)).code).toBe(SERVED)
    await standby.server.host.execute(newParty(rootOf(standby), 'later'))
  })
})

describe('the address of a client behind a standby', () => {
  test('is what a key bound to addresses is held against', async () => {
    const standby = await forwarding()
    const { key: bound } = await succession.operatorKey(writer, [ALICE])
    const { key: ofStandby } = await succession.operatorKey(writer, ['127.0.0.1'])
    const bearer = { bearer: bound }
    expect((await whoami(ALICE, standby, bearer)).status).toBe(200)
    expect((await whoami(BOB, standby, bearer)).status).toBe(401)
    // The address of the standby is nobody's who comes by way of it.
    expect((await whoami(ALICE, standby, { bearer: ofStandby })).status).toBe(401)
    expect((await whoami('127.0.0.1', standby, { bearer: ofStandby })).status).toBe(200)
    const [alice, bob] = [ALICE, BOB].map((address) => socketAt(address, standby, NATIVE, bound)) as [
      WebSocket,
      WebSocket,
    ]
    const received = messagesOf(alice)
    await once(alice, 'open')
    alice.send(JSON.stringify({ id: 1, operation: 'identity.whoami', input: {} }))
    await until(() => received.length === 1)
    expect(received).toMatchObject([{ id: 1, status: 200 }])
    expect((await once(bob, 'close'))[0]).toBe(4401)
  })

  test('has limits of its own, over HTTP and gRPC', async () => {
    const standby = await forwarding()
    const health = `${standby.url}/v1/health`
    for (let count = 0; count < PUBLIC_LIMIT.burst; count += 1)
      expect((await ask(ALICE, health)).status).toBe(200)
    expect((await ask(ALICE, health)).status).toBe(429)
    expect(await healthCode(ALICE, standby)).toBe(EXHAUSTED)
    expect([(await ask(BOB, health)).status, await healthCode(BOB, standby)]).toEqual([200, SERVED])
  })

  test('is not what anybody writes: forged, copied from another request, or of another time', async () => {
    const { key: bound } = await succession.operatorKey(writer, [ALICE])
    const master = MasterKey.open(`${succession.directory}/secret.key`).key
    const signedBy = (secret: Buffer, clock = succession.clock) =>
      new ClientAddresses(secret, clock, writer.server.services.log)
    const shared = master.derive('forwarded requests')
    const line = { method: 'GET', url: '/stemma/v1/whoami' }
    const earlier = new ManualClock(succession.clock.now())
    const right = signedBy(shared).headerFor(line, ALICE)
    const statusWith = async (header: string): Promise<number | undefined> =>
      (await whoami(BOB, writer, { bearer: bound, headers: { [FORWARDED_HEADER]: header } })).status
    expect(await statusWith(right)).toBe(200)
    const forged = [
      '1',
      ALICE,
      `for=${ALICE}`,
      right.replace(ALICE, BOB),
      right.replace(/by=.*/, `by=${'A'.repeat(43)}`),
      `${right}A`,
      signedBy(Buffer.alloc(32)).headerFor(line, ALICE),
      signedBy(master.derive('access tokens')).headerFor(line, ALICE),
      signedBy(shared).headerFor({ ...line, url: '/stemma/v1/parties' }, ALICE),
      signedBy(shared).headerFor({ ...line, method: 'POST' }, ALICE),
    ]
    for (const header of forged) expect([header, await statusWith(header)]).toEqual([header, 401])
    const kept = signedBy(shared, earlier).headerFor(line, ALICE)
    succession.clock.advance(FORWARDED_WITHIN)
    expect(await statusWith(kept)).toBe(200)
    succession.clock.advance(1)
    expect(await statusWith(kept)).toBe(401)
    earlier.advance(2 * FORWARDED_WITHIN + MINUTE)
    expect(await statusWith(signedBy(shared, earlier).headerFor(line, ALICE))).toBe(401)
  })

  test('may name the interface that it is of', () => {
    const addresses = new ClientAddresses(Buffer.alloc(32), succession.clock, writer.server.services.log)
    const line = { method: 'GET', url: '/' }
    for (const address of ['fe80::1%br-lan_0', '::ffff:127.0.0.2', '']) {
      const headers = { [FORWARDED_HEADER]: addresses.headerFor(line, address) }
      const incoming = { ...line, headers } as unknown as IncomingMessage
      addresses.note(incoming)
      expect(forwardedFor(incoming)).toBe(address)
    }
  })

  test('opens no connection of gRPC for who is no standby, and a standby does so for its own gRPC alone', async () => {
    const standby = await forwarding()
    for (const [{ url }, status] of [
      [writer, 404],
      [standby, 503],
    ] as const) {
      const headers = { connection: 'Upgrade', upgrade: 'stemma-grpc' }
      const sent = request(`${url}/stemma/grpc`, { headers })
      sent.end()
      const [answer] = await Promise.race([once(sent, 'response'), once(sent, 'upgrade')])
      expect(answer.statusCode).toBe(status)
      answer.resume()
    }
    const forged = request(`${writer.url}/stemma/grpc`, {
      headers: { connection: 'Upgrade', upgrade: 'stemma-grpc', [FORWARDED_HEADER]: `for=${ALICE}` },
    })
    forged.end()
    const [answer] = await once(forged, 'response')
    expect(answer.statusCode).toBe(404)
    answer.resume()
  })
})
