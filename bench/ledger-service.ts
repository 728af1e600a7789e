/**
 * The peer as a service, in a process of its own: what stands behind such a function where clients do not have the
 * database's password. A body of JSON is read, the function is called, a body of JSON is answered. It asks nobody who
 * they are.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { connected } from '@stemma/store'
import type { Move, MoveMany } from './ledger-moves.js'

const CONNECTIONS = 64

type Client = Awaited<ReturnType<typeof connected>>

const free = await Promise.all(
  Array.from({ length: CONNECTIONS }, () => connected(process.argv[2] as string)),
)
const waiting: ((client: Client) => void)[] = []

/** A connection runs one statement at a time. */
async function onFree<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = free.pop() ?? (await new Promise<Client>((resolve) => waiting.push(resolve)))
  try {
    return await work(client)
  } finally {
    const next = waiting.shift()
    if (next === undefined) free.push(client)
    else next(client)
  }
}

async function move(request: IncomingMessage): Promise<unknown> {
  const body = JSON.parse(await text(request))
  const name = request.url === '/move' ? 'move' : 'move_many'
  const values = name === 'move' ? valuesOfOne(body) : valuesOfMany(body)
  return onFree((client) => client.query({ name, text: `SELECT ${name}($1, $2, $3, $4)`, values }))
}

const valuesOfOne = ({ source, target, amount, key }: Move): unknown[] => [source, target, amount, key]

const valuesOfMany = ({ sources, targets, amount, keys }: MoveMany): unknown[] => [
  `{${sources.join()}}`,
  `{${targets.join()}}`,
  amount,
  `{${keys.join()}}`,
]

const server = createServer((request, response) => {
  move(request).then(
    () => answer(200, '{"state":"done"}'),
    (error: Error) => answer(500, JSON.stringify({ error: error.message })),
  )
  const answer = (status: number, body: string): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': body.length })
      .end(body)
  }
})
/** A connection is used again after all the other sides have had their turn: the default of five seconds is over by then. */
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
