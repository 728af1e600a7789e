// Two real processes on one PostgreSQL, and what becomes of a writer: killed, frozen and let go on, or cut off from the
// database in the middle of a commit. Clients are the SDK, which knows both addresses.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { StemmaClient } from '@stemma/client'
import { type CuttingProxy, createTestDatabase, openCuttingProxy, type TestDatabase } from '@stemma/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshFolder } from './testing/book-server.js'
import { grpcClientAt } from './testing/grpc-client.js'
import { openNativeSocket } from './testing/native-socket.js'
import { type ServerProcess, startOnBookOf, startProcess } from './testing/server-process.js'

const CLIENTS = 4
/** gRPC's number. */
const UNAVAILABLE = 14

let directory: string
let database: TestDatabase
let proxy: CuttingProxy
let writer: ServerProcess
let standby: ServerProcess
let accounts: readonly [`acc_${number}`, `acc_${number}`]

beforeEach(async () => {
  directory = freshFolder()
  database = await createTestDatabase()
  proxy = await openCuttingProxy(database.url)
  const secretKeyFile = join(directory, 'secret.key')
  writer = await startProcess(join(directory, 'writer'), { secretKeyFile, store: proxy.url })
  standby = await startOnBookOf(join(directory, 'standby'), { secretKeyFile, store: database.url })
  const find = async (search: string): Promise<`acc_${number}`> =>
    (await clientOf(writer).accounts.list({ search })).items[0]?.id as `acc_${number}`
  accounts = [await find('api-acme-holding'), await find('api-acme-account-1')]
})
afterEach(async () => {
  for (const { kill, ended } of [writer, standby]) {
    kill('SIGCONT')
    kill('SIGKILL')
    await ended
  }
  proxy.close()
  await database.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** Tries for as long as a taking over can take on a busy machine. */
const clientOf = (...servers: readonly Pick<ServerProcess, 'url'>[]): StemmaClient =>
  new StemmaClient({
    baseUrl: servers.map(({ url }) => url),
    apiKey: writer.key,
    attemptsMax: 40,
    backoffMs: 10,
    timeoutMs: 5_000,
  })
type Answered = Pick<Response, 'status'>
const transfer = (description: string) => ({
  from: accounts[0],
  to: accounts[1],
  currency: 'USD',
  amount: '0.01',
  description,
})
const roleOf = async ({ url }: Pick<ServerProcess, 'url'>): Promise<unknown> =>
  ((await (await fetch(`${url}/health/ready`)).json()) as { role: unknown }).role
const untilStandbyWrites = async (): Promise<void> => {
  while ((await roleOf(standby)) !== 'writer');
}
const descriptions = async (client: StemmaClient): Promise<string[]> => {
  const found: string[] = []
  for await (const each of client.items('transfers.list', { account: accounts[0] }))
    found.push(each.description ?? '')
  return found
}

test('killed under load: what was answered is there once, and clients go on at the one that took over', async () => {
  expect([await roleOf(writer), await roleOf(standby)]).toEqual(['writer', 'standby'])
  const answered = new Map<string, string>()
  const done = new AbortController()
  const work = Array.from({ length: CLIENTS }, async (_, number) => {
    const client = clientOf(writer, standby)
    for (let count = 0; !done.signal.aborted; count += 1) {
      const key = `client-${number}-${count}`
      const made = await client.transfers.create(transfer(key), { idempotencyKey: key })
      answered.set(key, made.transfer)
      if (answered.size === 100) writer.kill('SIGKILL')
      if (answered.size === 200) done.abort()
    }
  })
  await Promise.all(work)
  expect(await writer.ended).toBe('SIGKILL')
  const client = clientOf(standby)
  const there = (await descriptions(client)).filter((each) => each.startsWith('client-'))
  expect(there.sort()).toEqual([...answered.keys()].sort())
  for (const [key, made] of answered)
    expect((await client.transfers.create(transfer(key), { idempotencyKey: key })).transfer).toBe(made)
  expect(await client.book.verify({})).toMatchObject({ holds: true })
  const { items: parties } = await client.parties.list({ limit: 500 })
  const under = parties.find(({ owner }) => owner === null)?.id as `pty_${number}`
  const took = await client.call('events.list', { under, kinds: ['writer.took_over'] })
  expect(took.items.map(({ kind, data }) => [kind, data])).toEqual([
    ['writer.took_over', { epoch: 1, address: writer.url }],
    ['writer.took_over', { epoch: 2, address: standby.url }],
  ])
})

test('frozen and let go on: nothing is answered any more over any way in, no revoked key is honoured, and the process ends', async () => {
  const client = clientOf(standby)
  const authorization = { headers: { authorization: `Bearer ${writer.key}` } }
  const whoami = `${writer.url}/stemma/v1/whoami`
  expect((await fetch(whoami, authorization)).status).toBe(200)
  const native = await openNativeSocket(writer.url, writer.key)
  const grpc = grpcClientAt(writer.grpc)
  expect(await native.call('identity.whoami', {})).toMatchObject({ status: 200 })
  expect((await grpc.ask('polymarket.v1.HealthAPI/Check')).code).toBe(0)
  const closed = once(native.socket, 'close').then(() => Promise.reject(new Error('closed')))
  const orClosed = (answer: Promise<Answered>): Promise<Answered> => Promise.race([answer, closed])
  writer.kill('SIGSTOP')
  // They reach the socket of the frozen process and lie there until it goes on.
  const asked = [
    fetch(whoami, authorization),
    fetch(whoami, { headers: { authorization: 'Bearer nobody' } }),
    fetch(`${writer.url}/stemma/v1/transfers`, {
      method: 'POST',
      headers: { ...authorization.headers, 'content-type': 'application/json', 'idempotency-key': 'late' },
      body: JSON.stringify(transfer('late')),
    }),
    orClosed(native.call('identity.whoami', {})),
    orClosed(native.call('transfers.create', transfer('late'), { idempotency_key: 'late' })),
  ].map((answer) => answer.then(({ status }) => status).catch(() => 'no answer'))
  const called = grpc.ask('polymarket.v1.HealthAPI/Check')
  await untilStandbyWrites()
  const { credential } = await client.identity.whoami({})
  await client.credentials.revoke({ credential: credential.id })
  writer.kill('SIGCONT')
  expect(await Promise.all(asked)).toEqual(asked.map(() => 'no answer'))
  expect((await called).code).toBe(UNAVAILABLE)
  grpc.close()
  expect(await writer.ended).toBe(1)
  expect(writer.said()).toContain('Another process has taken over, so the server has stopped.')
  expect((await fetch(`${standby.url}/stemma/v1/whoami`, authorization)).status).toBe(401)
  const [late] = await database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM stemma_journal.records WHERE epoch = 1 AND batch >
      (SELECT min(batch) FROM stemma_journal.records WHERE epoch = 2)`,
  )
  expect(late?.count).toBe(0)
})

test.each([
  ['before the record arrived', 'loseRequests'],
  ['after the record arrived', 'loseAnswers'],
] as const)('cut off from the database %s: the request under its key happens once', async (_when, lose) => {
  let letIn = (): void => {}
  const door = new Promise<void>((resolve) => {
    letIn = resolve
  })
  proxy.beforeNext(() => door)
  proxy[lose](1)
  const stale = new StemmaClient({ baseUrl: writer.url, apiKey: writer.key, attemptsMax: 1 })
  const lost = stale.transfers
    .create(transfer('once'), { idempotencyKey: 'once' })
    .then(() => 'answered')
    .catch(() => 'no answer')
  await untilStandbyWrites()
  const client = clientOf(standby)
  await client.transfers.create(transfer('once'), { idempotencyKey: 'once' })
  letIn()
  expect(await lost).toBe('no answer')
  expect(await writer.ended).toBe(1)
  expect((await descriptions(client)).filter((each) => each === 'once')).toEqual(['once'])
  expect(await client.book.verify({})).toMatchObject({ holds: true })
})

test('asked to end while the database does not answer: it ends all the same, and what it had under way happens once', async () => {
  const door = new Promise<void>(() => {})
  proxy.beforeNext(() => door)
  proxy.loseRequests(1)
  const stale = new StemmaClient({ baseUrl: writer.url, apiKey: writer.key, attemptsMax: 1 })
  const lost = stale.transfers
    .create(transfer('once'), { idempotencyKey: 'once' })
    .then(() => 'answered')
    .catch(() => 'no answer')
  await untilStandbyWrites()
  writer.kill('SIGTERM')
  expect(await writer.ended).toBe(1)
  expect(await lost).toBe('no answer')
  const client = clientOf(standby)
  await client.transfers.create(transfer('once'), { idempotencyKey: 'once' })
  expect((await descriptions(client)).filter((each) => each === 'once')).toEqual(['once'])
})

test('a writer that is asked to end gives the book free; a standby that is asked to ends too', async () => {
  writer.kill('SIGTERM')
  expect(await writer.ended).toBe(0)
  await untilStandbyWrites()
  expect(await database.query('SELECT epoch::integer, address FROM stemma_journal.writer')).toEqual([
    { epoch: 2, address: standby.url },
  ])
  standby.kill('SIGTERM')
  expect(await standby.ended).toBe(0)
  expect(await database.query('SELECT epoch::integer, address FROM stemma_journal.writer')).toEqual([
    { epoch: 2, address: null },
  ])
})
