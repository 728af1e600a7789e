/**
 * Connections that become sockets: each path has one who takes them, and what nobody serves is answered with 404. They
 * come in by the same door as requests.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Refusal } from '@stemma/core'
import { type Door, WRITER_HEADER } from './door.js'

export interface Upgraded {
  /** A standby's own way to the writer: nobody else is handed on by it. */
  readonly isForStandbys?: boolean
  take(request: IncomingMessage, stream: Duplex, head: Buffer): void
  /** No socket is opened, because another process answers: at `writer`, where it is known. */
  refuse(request: IncomingMessage, stream: Duplex, refusal: Refusal, writer: string | null): void
}

export class Upgrades {
  private readonly served = new Map<string, Upgraded>()

  constructor(
    server: Server,
    private readonly door: Door,
  ) {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
      this.answer(request, stream, head),
    )
  }

  serve(path: string, upgraded: Upgraded): void {
    this.served.set(path, upgraded)
  }

  private answer(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // The target is whatever was written there: it need not be an address at all.
    const upgraded = this.served.get(request.url?.split('?', 1)[0] ?? '')
    if (upgraded === undefined) refuseUpgrade(stream, { status: 404 })
    else if (this.door.isOpenTo(request)) upgraded.take(request, stream, head)
    else this.ask(upgraded, request, stream, head)
  }

  private ask(upgraded: Upgraded, request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy())
    this.door.ask(request, {
      enter: () => upgraded.take(request, stream, head),
      refuse: (refusal, writer) => upgraded.refuse(request, stream, refusal, writer),
      handOn: (forwarding, writer, turnAway) =>
        upgraded.isForStandbys === true
          ? turnAway()
          : forwarding.upgrade(request, stream, head, writer, turnAway),
    })
  }
}

export interface NoSocket {
  readonly status: number
  readonly type?: string
  readonly body?: string
  /** Set where it may be tried again at once, there or here. */
  readonly writer?: string | null
}

/** The reason comes as the answer to the request for a socket. */
export function refuseUpgrade(stream: Duplex, { status, type, body = '', writer }: NoSocket): void {
  stream.on('error', () => stream.destroy())
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(writer === undefined ? [] : ['Retry-After: 1']),
      ...(typeof writer === 'string' ? [`${WRITER_HEADER}: ${writer}`] : []),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
