/**
 * One connection of HTTP/1.1, kept alive, one request at a time and no pipelining. It reads only what it needs of an
 * answer, so that the client takes little of the processor that it shares with the server.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Answered, Channel } from './channel.js'

export class HttpChannel implements Channel {
  private answered: Answered | null = null
  private rest: Buffer | null = null

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => this.receive(bytes))
    socket.on('close', () => {
      if (this.answered !== null) throw new Error('the server closed a connection that waited for an answer')
    })
  }

  static async open(port: number): Promise<HttpChannel> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new HttpChannel(socket)
  }

  ask(request: string, answered: Answered): void {
    if (this.answered !== null) throw new Error('expected one request at a time')
    if (!this.socket.writable) throw new Error('the server closed the connection between two requests')
    this.answered = answered
    this.socket.write(request, 'latin1')
  }

  close(): void {
    this.socket.destroy()
  }

  private receive(bytes: Buffer): void {
    const all = this.rest === null ? bytes : Buffer.concat([this.rest, bytes])
    this.rest = all
    const headEnd = all.indexOf('\r\n\r\n')
    if (headEnd < 0) return
    const length = /\r\ncontent-length: (\d+)/i.exec(all.toString('latin1', 0, headEnd))?.[1]
    if (length === undefined) throw new Error('expected an answer that says its length')
    const start = headEnd + 4
    if (all.length < start + Number(length)) return
    const { answered } = this
    this.rest = null
    this.answered = null
    answered?.(Number(all.toString('latin1', 9, 12)), all.subarray(start))
  }
}

/** Makes the requests of one route: what does not change is written once. */
export function requestMaker(path: string, apiKey: string): (body: string, key: string | null) => string {
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\n`
  return (body, key) =>
    `${head}${key === null ? '' : `Idempotency-Key: ${key}\r\n`}Content-Length: ${body.length}\r\n\r\n${body}`
}
