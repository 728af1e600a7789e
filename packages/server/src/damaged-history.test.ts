// A row of history that is not as it was written, on a disk and in a database: nobody is shown it, whoever asks hears
// that something is wrong, and what does not need it goes on.
import { rmSync } from 'node:fs'
import { StemmaClient, type StemmaEvent, StemmaRefusal } from '@stemma/client'
import { changeTables, createTestDatabase } from '@stemma/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { freshFolder } from './testing/book-server.js'
import { grpcClientAt } from './testing/grpc-client.js'
import { type ServerProcess, startProcess } from './testing/server-process.js'
import { signIn } from './testing/soak/clients.js'

const WRONG = 'acc_999999999999'
const INTERNAL = 13
const COPY = 'polymarket.v1.DropCopyAPI/CreateDropCopySubscription'
/** Before everything. */
const FIRST = '0.0'

/** Where the tables are kept, and who changes them behind the server's back. */
interface Keeping {
  readonly store: string
  change(statement: string): Promise<unknown>
  end(): Promise<void>
}

const inDirectory = async (directory: string): Promise<Keeping> => ({
  store: 'sqlite',
  change: async (statement) => changeTables(directory, statement),
  end: async () => {},
})

async function inDatabase(): Promise<Keeping> {
  const { url, query, drop } = await createTestDatabase()
  return {
    store: url,
    change: (statement) => query(statement.replaceAll('history_', 'book_0.history_')),
    end: drop,
  }
}

describe.each([
  ['a data directory', inDirectory],
  ['a database', inDatabase],
])('in %s', (_name, keep) => {
  let directory: string
  let kept: Keeping
  let server: ServerProcess
  let client: StemmaClient
  let root: `pty_${number}`

  // One server for both: what the first test damages, the second does not read.
  beforeAll(async () => {
    directory = freshFolder()
    kept = await keep(directory)
    server = await startProcess(directory, { store: kept.store })
    client = new StemmaClient({ baseUrl: server.url, apiKey: server.key, attemptsMax: 1, backoffMs: 1 })
    root = (await client.parties.list({ limit: 500 })).items.find(({ owner }) => owner === null)
      ?.id as typeof root
    while ((await health()).tables_lag_milliseconds > 0);
  })
  afterAll(async () => {
    server.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    await kept.end()
    rmSync(directory, { recursive: true, force: true })
  })

  const health = async () =>
    (await (await fetch(`${server.url}/health/ready`)).json()) as {
      readonly status: string
      readonly tables_lag_milliseconds: number
    }
  const failedStreams = async (): Promise<number> => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    return Number(/^stemma_streams_failed_total (\d+)$/m.exec(text)?.[1])
  }
  const refusalOf = async (asked: Promise<unknown>): Promise<StemmaRefusal> => {
    const thrown = await asked.then(
      () => null,
      (error: unknown) => error,
    )
    if (thrown instanceof StemmaRefusal) return thrown
    throw new Error(`expected a refusal, was ${String(thrown)}`)
  }
  /** What a stream of server-sent events says from the first event on until it ends. */
  const sentEvents = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${server.key}`, 'last-event-id': FIRST }
    return (await fetch(`${server.url}/stemma/v1/events/stream?under=${root}`, { headers })).text()
  }
  const socketMessages = async (): Promise<readonly string[]> => {
    const headers = { authorization: `Bearer ${server.key}` }
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/stemma/v1/ws`, { headers })
    socket.on('open', () => socket.send(JSON.stringify({ id: 1, subscribe: { under: root, after: FIRST } })))
    const messages: string[] = []
    await new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        messages.push(String(data))
        if ('closed' in JSON.parse(String(data))) resolve()
      })
    })
    socket.terminate()
    return messages
  }
  /** The drop copy of the firm from the first event on. */
  const copied = async (): Promise<{ readonly code: number; readonly told: string }> => {
    const token = (await signIn(directory, 'acme-dropcopy-client')) as string
    const grpc = grpcClientAt(server.grpc)
    const { call, ended } = grpc.open(COPY, { resume_token: Buffer.alloc(16) }, { token })
    const told: unknown[] = []
    call.on('data', (message) => told.push(message))
    const { code } = await ended
    grpc.close()
    return { code, told: JSON.stringify(told) }
  }

  test('a damaged event is served over no transport, and streams end with the reason', async () => {
    const { items } = await client.events.list({ under: root, newest_first: true, limit: 4 })
    const damaged = items[2] as StemmaEvent
    const [sequence, index] = damaged.id.split('.')
    await kept.change(
      `UPDATE history_events SET subject = '${WRONG}' WHERE sequence = ${sequence} AND position = ${index}`,
    )

    const refusal = await refusalOf(client.events.list({ under: root, newest_first: true, limit: 4 }))
    expect([refusal.status, refusal.code, refusal.requestId]).toEqual([
      500,
      'internal',
      expect.stringMatching(/^req_/),
    ])
    expect(refusal.message).not.toContain('history_events')
    // What is read without it is right, and is served.
    expect((await client.events.list({ under: root, newest_first: true, limit: 1 })).items).toEqual(
      items.slice(0, 1),
    )

    const sent = await sentEvents()
    expect(sent.endsWith('event: closed\ndata: {"reason":"failed"}\n\n')).toBe(true)
    const messages = await socketMessages()
    expect(JSON.parse(messages.at(-1) as string)).toMatchObject({ closed: 'failed' })
    const { code, told } = await copied()
    expect(code).toBe(INTERNAL)
    for (const text of [sent, ...messages, told]) expect(text).not.toContain(WRONG)

    const followed: string[] = []
    const follow = async (): Promise<void> => {
      for await (const { id } of client.events({ under: root, after: FIRST })) followed.push(id)
    }
    expect((await refusalOf(follow())).code).toBe('internal')
    expect(followed).not.toContain(damaged.id)

    // Once by each of three transports, and twice by the client, which tries once more.
    expect(await failedStreams()).toBe(5)
    expect(server.said()).toContain('history_events')
    expect((await health()).status).toBe('ready')
    // From behind the damage on a stream goes on.
    const live = client.events({ under: root, kinds: ['party.created'], after: items[0]?.id as string })
    const next = live.next()
    await client.parties.create({
      owner: root,
      kind: 'clearing_member',
      name: 'later',
      display_name: 'Later',
    })
    expect((await next).value).toMatchObject({ kind: 'party.created' })
    await live.return(undefined)
  })

  test('a damaged entry of an account is not shown, and its balance is', async () => {
    const { items } = await client.accounts.list({ search: 'api-acme-account-1' })
    const account = items[0]?.id as `acc_${number}`
    const entries = await client.entries.list({ account, newest_first: true, limit: 1 })
    const balances = await client.balances.list({ account })
    expect(entries.items.length).toBe(1)
    const id = Number(account.slice(4))
    await kept.change(
      `UPDATE history_entries SET amount = amount + 1 WHERE account = ${id} AND sequence = (SELECT MAX(sequence) FROM history_entries WHERE account = ${id})`,
    )
    const refusal = await refusalOf(client.entries.list({ account, newest_first: true, limit: 1 }))
    expect([refusal.status, refusal.code]).toEqual([500, 'internal'])
    expect(await client.balances.list({ account })).toEqual(balances)
  })
})
