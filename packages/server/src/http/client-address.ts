/**
 * Who is at the other end of a request: the address of the connection, or of the client that a standby speaks for. A
 * standby says so in a header that it signs with a key that all processes of the book have; whatever anybody else
 * writes there counts for nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { MINUTE } from '@stemma/core'
import type { FastifyBaseLogger } from 'fastify'
import type { Clock } from '../host/clock.js'

/** Says that a standby has handed it on: it is never handed on twice. */
export const FORWARDED_HEADER = 'stemma-forwarded'
/** What the clocks of two machines may differ by, and how long a header counts that somebody has copied. */
export const FORWARDED_WITHIN = MINUTE

/** What is signed of a request. */
export interface RequestLine {
  readonly method: string
  readonly url: string
}

/** An address of IPv6 may name the interface that it is of, whose name is the operator's. */
const HEADER = /^for=([\x21-\x3a\x3c-\x7e]{0,64});at=([0-9]{1,16});by=([A-Za-z0-9_-]{43})$/

/** Of requests that a standby handed on, once their header is proven. */
const proven = new WeakMap<IncomingMessage, string>()

/** For whom a standby has handed the request on; null where none has. Known once the request has come to the door. */
export const forwardedFor = (request: IncomingMessage): string | null => proven.get(request) ?? null

/** The address of the client, whether it is at the other end of the connection or behind a standby. */
export const clientAddress = (request: IncomingMessage): string =>
  forwardedFor(request) ?? request.socket.remoteAddress ?? ''

export const isForwarded = ({ headers }: IncomingMessage): boolean => headers[FORWARDED_HEADER] !== undefined

export class ClientAddresses {
  constructor(
    private readonly key: Buffer,
    private readonly clock: Clock,
    private readonly log: Pick<FastifyBaseLogger, 'warn'>,
  ) {}

  /** What a standby writes into the header of a request of that client. */
  headerFor(line: RequestLine, address: string): string {
    const at = this.clock.now()
    return `for=${address};at=${at};by=${this.signature(line, address, at).toString('base64url')}`
  }

  /** Remembers for whom a standby has handed the request on; nobody where none has, whatever the header says. */
  note(request: IncomingMessage): void {
    const address = this.provenIn(request)
    if (address !== null) proven.set(request, address)
  }

  private provenIn({ headers, method = '', url = '' }: IncomingMessage): string | null {
    const match = HEADER.exec(String(headers[FORWARDED_HEADER] ?? ''))
    if (match === null) return null
    const [, address = '', at = '', by = ''] = match
    const expected = this.signature({ method, url }, address, Number(at))
    if (!timingSafeEqual(expected, Buffer.from(by, 'base64url'))) return null
    if (Math.abs(this.clock.now() - Number(at)) <= FORWARDED_WITHIN) return address
    this.log.warn(
      { at: Number(at), now: this.clock.now() },
      'a request that a standby handed on is of another time: do the clocks of the machines differ?',
    )
    return null
  }

  private signature({ method, url }: RequestLine, address: string, at: number): Buffer {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([method, url, address, at]))
      .digest()
  }
}
