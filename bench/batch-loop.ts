/** The load of batches of transfers, each command on its own, over a few connections. */
import type { LoopOptions } from './closed-loop.js'
import { HttpChannel, requestMaker } from './http-channel.js'
import type { ServerProcess } from './server.js'
import { type Book, keyMaker, transferMaker } from './transfers.js'
import { API_KEY } from './world.js'

const CONNECTIONS = 4
const DONE = Buffer.from('{"status":200,')

export async function batchLoop(
  server: ServerProcess,
  book: Book,
  size: number,
): Promise<Omit<LoopOptions, 'milliseconds'>> {
  const channels = await Promise.all(Array.from({ length: CONNECTIONS }, () => HttpChannel.open(server.port)))
  const request = requestMaker('/stemma/v1/batch', API_KEY)
  const transfer = transferMaker(book)
  const key = keyMaker(`batch${size}`)
  const command = (): string =>
    `{"operation":"transfers.create","idempotency_key":"${key()}","input":${transfer()}}`
  return {
    channels,
    inFlight: 1,
    message: () =>
      request(`{"mode":"each","commands":[${Array.from({ length: size }, command).join(',')}]}`, null),
    count: (status, body) => countBatch(status, body, size),
  }
}

/** Counts the commands that a batch says are done. */
function countBatch(status: number, body: Buffer, size: number): { done: number; refused: number } {
  if (status !== 200) return { done: 0, refused: size }
  let done = 0
  for (let at = body.indexOf(DONE); at >= 0; at = body.indexOf(DONE, at + DONE.length)) done += 1
  return { done, refused: size - done }
}
