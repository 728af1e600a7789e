// A real server that is killed without warning in the middle of its work, again and again, on one directory.
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { freshFolder } from './testing/book-server.js'
import { type ServerProcess, startProcess } from './testing/server-process.js'

const CLIENTS = 8
const ROUNDS = [1, 2, 3, 4]

const directory = freshFolder()
let server: ServerProcess
let accounts: readonly [string, string]

/** Everything that was ever asked for, by idempotency key, over all rounds. */
const asked = new Map<string, Transfer>()
/** What was answered to it. */
const acknowledged = new Map<string, string>()

interface Transfer {
  readonly from: string
  readonly to: string
  readonly currency: 'USD'
  readonly amount: string
  readonly description: string
}

/** Numbers that are the same in every run. */
const draw = (seed: number, most: number): number => ((seed * 1_103_515_245 + 12_345) >>> 8) % most

async function get(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${server.url}/stemma/v1${path}`, {
    headers: { authorization: `Bearer ${server.key}` },
  })
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

async function all(path: string): Promise<readonly Record<string, string>[]> {
  const items: Record<string, string>[] = []
  for (let cursor: unknown = ''; cursor !== null; ) {
    const page = await get(`${path}&limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`)
    items.push(...(page.items as Record<string, string>[]))
    cursor = page.next_cursor
  }
  return items
}

async function send(key: string): Promise<{ readonly body: string; readonly isReplayed: boolean }> {
  const response = await fetch(`${server.url}/stemma/v1/transfers`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.key}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(asked.get(key)),
  })
  const body = await response.text()
  expect(response.status, body).toBe(200)
  return { body, isReplayed: response.headers.get('idempotency-replayed') === 'true' }
}

const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))

async function balanceOf(account: string): Promise<bigint> {
  const balances = (await get(`/accounts/${account}/balances`)).items as readonly Record<string, string>[]
  return cents(balances.find(({ currency }) => currency === 'USD')?.posted ?? '0.00')
}

/** Transfers of these tests by key, as the history has them; each key at most once. */
async function transfersByKey(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const { id, description } of await all(`/transfers?account=${accounts[0]}`)) {
    if (!asked.has(description as string)) continue
    expect(found.has(description as string), description).toBe(false)
    found.set(description as string, id as string)
  }
  return found
}

/** Both sides of each of these transfers stand in the entries, once, with the right amounts; nothing else does. */
async function checkEntries(transfers: ReadonlyMap<string, string>): Promise<void> {
  for (const account of accounts) {
    const entries = (await all(`/accounts/${account}/entries?newest_first=true`))
      .filter(({ type, description }) => type === 'transfer' && asked.has(description as string))
      .map(({ subject, description, amount }) => [subject, description, amount] as const)
    const expected = [...transfers].map(([key, id]) => {
      const { from, amount } = asked.get(key) as Transfer
      return [id, key, from === account ? `-${amount}` : amount] as const
    })
    expect([...entries].sort()).toEqual([...expected].sort())
  }
}

/** Works until the server is gone. */
async function client(round: number, number: number, onAnswer: () => void): Promise<void> {
  for (let count = 0; ; count += 1) {
    const key = `round-${round}-client-${number}-${count}`
    const [from, to] = (number + count) % 3 === 0 ? [accounts[1], accounts[0]] : accounts
    const amount = `${number}.${String(1 + (count % 99)).padStart(2, '0')}`
    asked.set(key, { from, to, currency: 'USD', amount, description: key })
    let answer: Awaited<ReturnType<typeof send>>
    try {
      answer = await send(key)
    } catch (error) {
      // Only the end of the connection may end a client.
      if (error instanceof TypeError) return
      throw error
    }
    expect(answer.isReplayed).toBe(false)
    acknowledged.set(key, answer.body)
    onAnswer()
  }
}

beforeAll(async () => {
  server = await startProcess(directory)
  const accountOf = async (name: string): Promise<string> => {
    const [found] = (await get(`/accounts?search=${name}`)).items as readonly { readonly id: string }[]
    return found?.id ?? ''
  }
  accounts = [await accountOf('api-acme-holding'), await accountOf('api-acme-account-1')]
})
afterAll(async () => {
  server.kill('SIGTERM')
  await server.ended
  rmSync(directory, { recursive: true, force: true })
})

test.each(ROUNDS)(
  'killed in round %i: what was answered is there once, the rest wholly or not at all',
  async (round) => {
    const start = [await balanceOf(accounts[0]), await balanceOf(accounts[1])] as const
    const before = new Set(asked.keys())
    const [answersBefore, answersMost] = [acknowledged.size, 40 + draw(round, 400)]
    const onAnswer = (): void => {
      if (acknowledged.size - answersBefore === answersMost) server.kill('SIGKILL')
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(round, at + 1, onAnswer)))
    expect(await server.ended).toBe('SIGKILL')
    expect(acknowledged.size - answersBefore).toBeGreaterThanOrEqual(answersMost)

    server = await startProcess(directory)
    const survived = await transfersByKey()
    for (const [key, body] of acknowledged) expect(survived.get(key), key).toBe(JSON.parse(body).transfer)
    await checkEntries(survived)
    expect(await get('/verify')).toMatchObject({ holds: true })

    for (const key of asked.keys()) {
      if (before.has(key)) continue
      const { body, isReplayed } = await send(key)
      expect(isReplayed, key).toBe(survived.has(key))
      expect(JSON.parse(body).transfer).toEqual(survived.get(key) ?? expect.stringMatching(/^trf_\d+$/))
      if (acknowledged.has(key)) expect(body).toBe(acknowledged.get(key))
      acknowledged.set(key, body)
    }
    const complete = await transfersByKey()
    expect([...complete.keys()].sort()).toEqual([...asked.keys()].sort())
    await checkEntries(complete)
    let moved = 0n
    for (const [key, { from, amount }] of asked)
      if (!before.has(key)) moved += from === accounts[0] ? -cents(amount) : cents(amount)
    expect([await balanceOf(accounts[0]), await balanceOf(accounts[1])]).toEqual([
      start[0] + moved,
      start[1] - moved,
    ])
    expect(await get('/verify')).toMatchObject({ holds: true })
  },
)

test('after all of it the server ends well when it is asked to, and journal, tables and book prove themselves', async () => {
  const { sequence } = await get('/verify')
  server.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  const proof = await verifyData(readConfiguration({ STEMMA_DATA: directory }))
  expect(proof.checks.filter(({ holds }) => !holds)).toEqual([])
  expect(proof).toMatchObject({ holds: true, sequence })
})
