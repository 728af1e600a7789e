/**
 * Connections of an address, HTTP and WebSocket together (sections 1.6 and 11.5): one is counted from the first request
 * that comes to the surface on it until it closes. One over which HTTP has been spoken for a quarter of an hour is closed
 * with the next answer.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Instant, SECOND } from '@stemma/core'
import { clientAddress } from '../../http/client-address.js'

/** How long HTTP is spoken over one connection. */
export const HTTP_SECONDS_MAX = 15 * 60

export class Connections {
  private readonly since = new Map<Socket, Instant>()
  private readonly counts = new Map<string, number>()

  constructor(private readonly most: number) {}

  /** Whether there is room for the connection of a request; one that is counted already has it. */
  take(request: IncomingMessage, now: Instant): boolean {
    const { socket } = request
    if (this.since.has(socket)) return true
    const address = clientAddress(request)
    const count = this.counts.get(address) ?? 0
    if (count >= this.most) return false
    this.since.set(socket, now)
    this.counts.set(address, count + 1)
    socket.once('close', () => this.leave(socket, address))
    return true
  }

  isOld(socket: Socket, now: Instant): boolean {
    const since = this.since.get(socket)
    return since !== undefined && now - since >= HTTP_SECONDS_MAX * SECOND
  }

  private leave(socket: Socket, address: string): void {
    this.since.delete(socket)
    const count = (this.counts.get(address) ?? 1) - 1
    if (count === 0) this.counts.delete(address)
    else this.counts.set(address, count)
  }
}
