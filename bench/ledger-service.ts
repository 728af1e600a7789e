/**
 * The peer as a service, in a process of its own: what stands behind such a function where clients do not have the
 * database's password. A body of JSON is read, the function is called, a body of JSON is answered. It asks nobody who
 * they are.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import type { Move, MoveMany } from './ledger-process.js'

const CONNECTIONS = 64

const pool = new pg.Pool({ connectionString: process.argv[2], max: CONNECTIONS })

async function move(request: IncomingMessage): Promise<unknown> {
  const body = JSON.parse(await text(request))
  const { source, target, amount, key } = body as Move
  if (request.url === '/move') {
    const values = [source, target, amount, key]
    return pool.query({ name: 'move', text: 'SELECT move($1, $2, $3, $4)', values })
  }
  const { sources, targets, keys } = body as MoveMany
  const values = [`{${sources.join()}}`, `{${targets.join()}}`, amount, `{${keys.join()}}`]
  return pool.query({ name: 'move_many', text: 'SELECT move_many($1, $2, $3, $4)', values })
}

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
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
