/**
 * The socket: the same operations by name, one command a message, pipelined and answered in order of completion, and
 * subscriptions to events. It is proven by the header of its opening request or by its first message. Orders that came
 * over it end with it, of accounts that asked for that.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { BASE_PATH } from '@stemma/contract'
import { refuse } from '@stemma/core'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { OrdersOfConnection } from '../../host/orders-of-connection.js'
import { clientAddress } from '../../http/client-address.js'
import { refuseUpgrade } from '../../http/upgrades.js'
import type { Services } from '../../services.js'
import { callOf, FIELDS_OF_COMMAND } from './batch.js'
import type { Caller } from './call.js'
import { callerOf, proven, requestIdOf } from './caller.js'
import { replyToFault } from './fault.js'
import type { Performer } from './perform.js'
import { problem, type Reply } from './problem.js'
import { SocketSubscriptions } from './socket-subscriptions.js'
import { streamNamed } from './streams.js'
import { parseStrictJson } from './strict-json.js'
import { UNREAD_BYTES_MAX } from './subscribe.js'
import { textFrames } from './text-frames.js'

export const MESSAGE_BYTES_MAX = 1024 * 1024
export const IN_FLIGHT_MAX = 4_096
export const AUTHENTICATE_WITHIN_MS = 10_000
const PATH = `${BASE_PATH}/ws`

type Message = Readonly<Record<string, unknown>>

/** What a message that names an operation may have. */
const FIELDS = [...FIELDS_OF_COMMAND, 'id', 'dry_run']

export interface SocketDoor {
  close(): void
}

export function openSockets(
  services: Services,
  performers: ReadonlyMap<string, Performer>,
  heartbeatMs: number,
): SocketDoor {
  const sessions = new Set<Session>()
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX })
  services.upgrades.serve(PATH, {
    take(request, stream, head) {
      sockets.handleUpgrade(request, stream, head, (socket) => {
        const session = new Session(services, performers, socket, stream, request)
        sessions.add(session)
        socket.on('close', () => sessions.delete(session))
        session.begin(heartbeatMs)
      })
    },
    refuse({ headers }, stream, refusal, writer) {
      const { status, body } = problem(refusal, requestIdOf(headers))
      refuseUpgrade(stream, { status, type: 'application/problem+json', body, writer })
    },
  })
  return {
    close() {
      for (const session of sessions) session.end(1001, 'the server stops')
      sockets.close()
    },
  }
}

class Session {
  private caller: Caller | null = null
  private readonly orders: OrdersOfConnection
  private readonly subscriptions: SocketSubscriptions
  private inFlight = 0
  private isAlive = true
  /** Answers of this turn, and how much they are. */
  private readonly unsent: string[] = []
  private unsentCharacters = 0
  private readonly requestId: string
  private readonly address: string

  constructor(
    private readonly services: Services,
    private readonly performers: ReadonlyMap<string, Performer>,
    private readonly socket: WebSocket,
    private readonly stream: Duplex,
    private readonly opening: IncomingMessage,
  ) {
    this.requestId = requestIdOf(opening.headers)
    this.orders = new OrdersOfConnection(services)
    this.subscriptions = new SocketSubscriptions((name, reason) => {
      if (reason === 'slow') this.socket.terminate()
      else this.write(`{"subscription":"${name}","closed":"${reason}"}`)
    })
    this.address = clientAddress(opening)
  }

  begin(heartbeatMs: number): void {
    const stopWaiting = this.services.timer.once(AUTHENTICATE_WITHIN_MS, () => {
      if (this.caller === null) this.end(4401, 'nobody was proven in time')
    })
    const heart = setInterval(() => this.beat(), heartbeatMs)
    this.socket.on('pong', () => {
      this.isAlive = true
    })
    this.socket.on('error', () => this.socket.terminate())
    this.socket.on('close', () => {
      stopWaiting()
      clearInterval(heart)
      this.subscriptions.closeAll()
      void this.orders.endUnattended()
    })
    this.socket.on('message', (data, isBinary) => void this.receive(data, isBinary))
    if (this.opening.headers.authorization !== undefined) void this.proveByHeader()
  }

  /** What was said leaves before the last word. */
  end(code: number, reason: string): void {
    this.flush()
    this.socket.close(code, reason)
  }

  /** Nothing more is read until it is known who asks, so that nobody fills the memory who is not proven. */
  private async proveByHeader(): Promise<void> {
    this.socket.pause()
    try {
      this.caller = await callerOf(this.services, this.opening.headers, this.address, this.requestId)
    } catch (thrown) {
      this.answer(null, replyToFault(thrown, this.services, this.requestId))
      this.end(4401, 'nobody is proven')
    } finally {
      this.socket.resume()
    }
  }

  private beat(): void {
    if (!this.isAlive) this.socket.terminate()
    this.isAlive = false
    this.socket.ping()
  }

  private async receive(data: RawData, isBinary: boolean): Promise<void> {
    const { admission } = this.services
    if (!admission.isOpen) await admission.refusal()
    let id: unknown = null
    try {
      if (isBinary) refuse('malformed', 'expected a text message')
      const message = parseStrictJson(data as Buffer)
      if (typeof message !== 'object' || message === null || Array.isArray(message))
        return refuse('malformed', 'expected an object', { field: '/' })
      const { id: given = null } = message as Message
      if (given !== null && typeof given !== 'string' && !Number.isSafeInteger(given))
        return refuse('malformed', 'expected text or a whole number', { field: '/id' })
      id = given
      this.answer(id, await this.act(message as Message))
    } catch (thrown) {
      this.answer(id, replyToFault(thrown, this.services, this.requestId))
    }
  }

  private act(message: Message): Promise<Reply> | Reply {
    if ('auth' in message) return this.authenticate(message.auth)
    const { caller } = this
    if (caller === null)
      return problem({ code: 'unauthenticated', detail: 'expected auth first' }, this.requestId)
    if ('subscribe' in message) return this.subscribe(caller, message.subscribe)
    if ('unsubscribe' in message) return this.unsubscribe(message.unsubscribe)
    return this.perform(caller, message)
  }

  private async authenticate(auth: unknown): Promise<Reply> {
    const { token, acting_user: actingUser } = (
      typeof auth === 'object' && auth !== null ? auth : {}
    ) as Message
    if (typeof token !== 'string') return refuse('malformed', 'expected a token', { field: '/auth/token' })
    if (this.caller !== null) return refuse('malformed', 'the socket is proven already', { field: '/auth' })
    this.caller = await proven(this.services.authentication, token, actingUser, this.address, this.requestId)
    return plain({ authenticated: true })
  }

  private async perform(caller: Caller, message: Message): Promise<Reply> {
    const { dry_run: isDryRun = false } = message
    if (typeof isDryRun !== 'boolean')
      return refuse('malformed', 'expected true or false', { field: '/dry_run' })
    const call = callOf(message, '', caller, { isDryRun, connection: this.orders, fields: FIELDS })
    const perform = this.performers.get(call.operation.name) as Performer
    if (this.inFlight >= IN_FLIGHT_MAX)
      return refuse('overloaded', `expected at most ${IN_FLIGHT_MAX} messages without an answer`)
    this.inFlight += 1
    try {
      return await perform(call)
    } finally {
      this.inFlight -= 1
    }
  }

  private async subscribe(caller: Caller, wanted: unknown): Promise<Reply> {
    const { stream: asked = 'events', ...filter } = (
      typeof wanted === 'object' && wanted !== null ? wanted : {}
    ) as Message
    const stream = streamNamed(asked)
    const name = await this.subscriptions.add(async (given) => {
      const { subscription } = await stream.open(this.services, caller, filter, ({ data }) => {
        this.write(`{"subscription":"${given}","${stream.field}":${data}}`)
        return this.socket.bufferedAmount + this.unsentCharacters <= UNREAD_BYTES_MAX
      })
      return subscription
    })
    return plain({ subscription: name })
  }

  private unsubscribe(wanted: unknown): Reply {
    const { subscription: name } = (typeof wanted === 'object' && wanted !== null ? wanted : {}) as Message
    this.subscriptions.close(String(name))
    return plain({ subscription: name })
  }

  private answer(id: unknown, { status, body, isProblem, isReplayed }: Reply): void {
    const head = `{"id":${JSON.stringify(id)},"status":${status}`
    this.write(
      isProblem
        ? `${head},"problem":${body}}`
        : `${head}${isReplayed ? ',"replayed":true' : ''},"result":${body}}`,
    )
  }

  /** Answers that become ready together leave together. */
  private write(message: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    if (this.unsent.length === 0) setImmediate(() => this.flush())
    this.unsent.push(message)
    this.unsentCharacters += message.length
  }

  private flush(): void {
    const messages = this.unsent.splice(0)
    this.unsentCharacters = 0
    if (messages.length > 0 && this.socket.readyState === this.socket.OPEN)
      this.stream.write(textFrames(messages))
    if (this.stream.writableLength > UNREAD_BYTES_MAX) this.waitForReader()
  }

  /** Whoever does not read its answers is not asked for more questions, and falls to the heartbeat in the end. */
  private waitForReader(): void {
    if (this.socket.isPaused) return
    this.socket.pause()
    this.stream.once('drain', () => this.socket.resume())
  }
}

const plain = (value: unknown): Reply => ({
  status: 200,
  body: JSON.stringify(value),
  isProblem: false,
  isReplayed: false,
  etag: null,
})
