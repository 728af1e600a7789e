/**
 * The least that a durable service in Node does: reads a body of JSON, keeps it in a file, and answers with it when the
 * file is flushed; all that came while a flush was on its way shares the next. With `bare` it answers at once. It asks
 * nobody who they are, knows no account, and would take the same money twice.
 */
import { open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const [path, mode] = process.argv.slice(2)
const file = await open(path as string, 'w')

let waiting: { readonly bytes: Buffer; readonly answer: () => void }[] = []
let isFlushing = false

async function flush(): Promise<void> {
  while (waiting.length > 0) {
    const kept = waiting
    waiting = []
    await file.writev(kept.map(({ bytes }) => bytes))
    await file.datasync()
    for (const { answer } of kept) answer()
  }
  isFlushing = false
}

function receive(bytes: Buffer, response: ServerResponse): void {
  const body = JSON.stringify(JSON.parse(bytes.toString()))
  const answer = (): void => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body)
  }
  if (mode === 'bare') answer()
  else keep(bytes, answer)
}

function keep(bytes: Buffer, answer: () => void): void {
  waiting.push({ bytes, answer })
  // What arrives in the same turn of the loop is kept together.
  if (isFlushing) return
  isFlushing = true
  setImmediate(() => flush())
}

function read(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => receive(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts), response))
}

const server = createServer(read)
/** A connection is used again after all the other sides have had their turn. */
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
