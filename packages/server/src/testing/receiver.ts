/** A real HTTP server that takes what is posted to it and answers as a test wants. Not exported. */
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: readonly Received[]
  /** From now on. */
  answer(status: number, headers?: OutgoingHttpHeaders): void
  /** Resolves when that many have come in all. */
  hasReceived(count: number): Promise<readonly Received[]>
  close(): void
}

export interface Listening {
  readonly url: string
  close(): void
}

export async function listen(handler: RequestListener): Promise<Listening> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  let [status, headers]: [number, OutgoingHttpHeaders] = [200, {}]
  const { url, close } = await listen(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    received.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(status, headers).end()
    for (const look of [...waiting]) look()
  })
  return {
    url,
    received,
    close,
    answer(nextStatus, nextHeaders = {}) {
      status = nextStatus
      headers = nextHeaders
    },
    hasReceived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (received.length < count) return
          waiting.delete(look)
          resolve(received)
        }
        waiting.add(look)
        look()
      }),
  }
}
