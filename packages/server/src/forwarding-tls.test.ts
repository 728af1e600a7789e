// A standby that hands on to a writer behind `https`: real processes, since Node reads whom it trusts as it starts. What
// ends TLS before the writer passes on what it is sent, as a proxy in front of a server does.
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { createServer, type TLSSocket } from 'node:tls'
import { createTestDatabase, type TestDatabase } from '@stemma/store'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freshFolder } from './testing/book-server.js'
import { type GrpcClient, grpcClientAt } from './testing/grpc-client.js'
import { openRpcSocket } from './testing/json-rpc-socket.js'
import { openNativeSocket } from './testing/native-socket.js'
import { selfSigned } from './testing/self-signed.js'
import { type ServerProcess, startOnBookOf } from './testing/server-process.js'

const HEALTH = 'polymarket.v1.HealthAPI/Check'
const [SERVED, UNAVAILABLE] = [0, 14]

let directory: string
let database: TestDatabase
let writer: ServerProcess
let standby: ServerProcess
let stranger: ServerProcess
/** By what name the writer was called, on each connection that came by TLS. */
const calledBy: unknown[] = []
const closings: (() => unknown)[] = []

beforeAll(async () => {
  directory = freshFolder()
  database = await createTestDatabase()
  const { certificate, key } = selfSigned('localhost')
  const trusted = join(directory, 'localhost.pem')
  writeFileSync(trusted, certificate)
  const front = createServer({ cert: certificate, key }, (near) => {
    calledBy.push((near as TLSSocket & { servername: unknown }).servername)
    const far = connect(Number(new URL(writer.url).port), '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.pipe(other).on('error', () => one.destroy())
  }).listen(0, 'localhost')
  front.on('tlsClientError', () => {})
  await once(front, 'listening')
  const peer = `https://localhost:${(front.address() as AddressInfo).port}`
  const start = (name: string, variables: Readonly<Record<string, string>>): Promise<ServerProcess> =>
    startOnBookOf(join(directory, name), {
      store: database.url,
      secretKeyFile: join(directory, 'secret.key'),
      variables: { STEMMA_STANDBY: 'forward', ...variables },
    })
  writer = await start('writer', { STEMMA_PEER_URL: peer })
  standby = await start('standby', { NODE_EXTRA_CA_CERTS: trusted })
  stranger = await start('stranger', {})
  for (const { url } of [standby, stranger])
    expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ role: 'standby', writer: peer })
})
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
})
afterAll(async () => {
  for (const { kill, ended } of [writer, standby, stranger]) {
    kill('SIGKILL')
    await ended
  }
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** As a client of the service asks, that calls it by a name of its own. */
async function whoami({ url }: ServerProcess): Promise<readonly [number | undefined, unknown]> {
  const sent = request(`${url}/stemma/v1/whoami`, {
    headers: { authorization: `Bearer ${writer.key}`, host: 'stemma.example' },
    agent: false,
  }).end()
  const [answer] = await once(sent, 'response')
  return [answer.statusCode, await json(answer)]
}

function grpcAt({ grpc }: ServerProcess): GrpcClient {
  const client = grpcClientAt(grpc)
  closings.push(() => client.close())
  return client
}

test('requests reach the writer by TLS, whatever name the client calls the service by', async () => {
  expect(await whoami(standby)).toMatchObject([200, { user: expect.any(Object) }])
  expect(new Set(calledBy)).toEqual(new Set(['localhost']))
})

test('events come back by server-sent events and by the native socket, and commands go there', async () => {
  const stream = await fetch(`${standby.url}/stemma/v1/events/stream?under=pty_1&kinds=party.`, {
    headers: { authorization: `Bearer ${writer.key}` },
  })
  expect(stream.status).toBe(200)
  const { socket, call, close } = await openNativeSocket(standby.url, writer.key)
  closings.push(close)
  expect(await call('identity.whoami', {})).toMatchObject({ status: 200 })
  const told = new Promise<unknown>((resolve) => {
    socket.on('message', (data) => {
      const { event } = JSON.parse(String(data))
      if (event !== undefined) resolve(event.kind)
    })
  })
  socket.send(JSON.stringify({ id: 'events', subscribe: { under: 'pty_1', kinds: ['party.'] } }))
  const input = { owner: 'pty_1', kind: 'clearing_member', name: 'acme', display_name: 'Acme' }
  expect(await call('parties.create', input, { idempotency_key: 'acme' })).toMatchObject({ status: 200 })
  expect(await told).toBe('party.created')
  let read = ''
  for await (const text of (stream.body as ReadableStream).pipeThrough(new TextDecoderStream())) {
    read += text
    if (read.includes('event: party.created')) break
  }
})

test('the socket of a venue is answered', async () => {
  const rpc = await openRpcSocket(standby.url)
  closings.push(() => rpc.close())
  expect(await rpc.call('public/test')).toMatchObject({ result: { version: expect.any(String) } })
})

test('gRPC is answered', async () => {
  const client = grpcAt(standby)
  for (let count = 0; count < 3; count += 1)
    expect(await client.ask(HEALTH)).toMatchObject({ code: SERVED, message: { status: 'SERVING' } })
})

test('a standby that does not trust the certificate of the writer hands nothing on, and says why', async () => {
  expect(await whoami(stranger)).toMatchObject([503, { code: 'not_writer' }])
  await expect(openRpcSocket(stranger.url)).rejects.toThrow('503')
  expect((await grpcAt(stranger).ask(HEALTH)).code).toBe(UNAVAILABLE)
  expect(stranger.said()).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
})
