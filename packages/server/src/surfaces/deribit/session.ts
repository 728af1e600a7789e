/**
 * One socket: who was proven on it, what it follows, and its heartbeat (section 8). Tokens of a connection live and die
 * with it.
 */
import { randomUUID } from 'node:crypto'
import type { AccountId, CredentialId, TokenId } from '@stemma/core'
import type { RawData, WebSocket } from 'ws'
import { readJson } from '../../http/json.js'
import type { Authenticated, Services } from '../../services.js'
import { type Authenticator, type Caller, useRead } from './authentication.js'
import { type Method, perform, type Socket } from './call.js'
import { Channels } from './channels.js'
import { enveloped, failed, idOf } from './envelope.js'
import { unauthorized, VenueError } from './errors.js'
import { Idleness } from './idleness.js'
import type { Credits } from './limits.js'
import { METHODS } from './methods.js'
import { OrdersOfConnection } from './orders-of-connection.js'
import { Params } from './params.js'
import { endToken, type Pair } from './tokens.js'

export const FRAME_CHARACTERS_MAX = 32 * 1024
/** What a reader may leave unread before it is let go. */
export const UNREAD_BYTES_MAX = 1024 * 1024
const HEARTBEAT_ANSWER_MILLISECONDS = 10_000
const HEARTBEAT_UNANSWERED = 4000

export class Session implements Socket {
  readonly channels: Channels
  /** What ends with it. */
  readonly orders: OrdersOfConnection
  private remembered: Authenticated | null = null
  /** That it was proven for. */
  account: AccountId | null = null
  private readonly ownTokens = new Set<TokenId>()
  /** Refresh tokens that end with the connection. */
  private readonly ofConnection = new Set<TokenId>()
  private stopBeating: (() => void) | null = null
  private stopWaiting: (() => void) | null = null
  private readonly idleness: Idleness
  private answering = 0
  /** The last signing in, until it is answered. */
  private signingIn: Promise<unknown> = Promise.resolve()
  private isLetGo = false

  constructor(
    private readonly services: Services,
    private readonly authenticator: Authenticator,
    private readonly credits: Credits,
    private readonly socket: WebSocket,
    private readonly address: string,
  ) {
    this.idleness = new Idleness(services.timer, () => this.closeIdle())
    this.channels = new Channels(
      services,
      (frame) => this.send(frame),
      (thrown) => this.failed(thrown),
    )
    this.orders = new OrdersOfConnection(
      services,
      () => this.end(HEARTBEAT_UNANSWERED, 'inactivity'),
      (thrown) => this.failed(thrown),
    )
    socket.on('message', (data, isBinary) => {
      this.orders.heard()
      void this.receive(data, isBinary)
    })
    socket.on('ping', () => this.orders.heard())
    socket.on('error', () => socket.terminate())
    socket.on('close', () => void this.closed())
  }

  /** The token that was just given here: calls that bring none are its from now on. */
  remember({ authenticated, account }: Caller, { access, refresh }: Pair, life: string): void {
    this.remembered = authenticated
    this.account = account
    this.ownTokens.add(access)
    this.ownTokens.add(refresh)
    if (life === 'connection') this.ofConnection.add(refresh)
  }

  /** Who a call comes from: by its own token, or as the socket was proven. What was revoked is nobody at once. */
  async identify(params: Params): Promise<Caller> {
    const token = params.text('access_token')
    if (token === null) return this.authenticator.callerOf(this.remembered)
    const caller = await this.authenticator.token(token, 'access', this.address)
    const { audience, token: id } = caller.authenticated
    const isBound = useRead(audience ?? '').life === 'connection'
    if (isBound && (id === null || !this.ownTokens.has(id))) throw unauthorized()
    return caller
  }

  get isProven(): boolean {
    return this.remembered !== null
  }

  isOwn(token: TokenId): boolean {
    return this.ownTokens.has(token)
  }

  /** Ends the socket where it was proven by that credential, once what it asks meanwhile is answered. */
  letGo(credential: CredentialId): void {
    if (this.remembered?.credential !== credential) return
    this.isLetGo = true
    this.endIfLetGo()
  }

  setHeartbeat(seconds: number): void {
    this.stopHeartbeat()
    this.stopBeating = this.services.timer.every(seconds * 1_000, () => this.beat())
  }

  stopHeartbeat(): void {
    this.stopBeating?.()
    this.stopBeating = null
    this.answeredHeartbeat()
  }

  answeredHeartbeat(): void {
    this.stopWaiting?.()
    this.stopWaiting = null
  }

  /** Closes the socket, and ends the whole session of its token where that is wanted. */
  async logout(isInvalidated: boolean): Promise<void> {
    const token = this.remembered?.token ?? null
    this.remembered = null
    await this.orders.keep()
    if (isInvalidated && token !== null) await endToken(this.services, token, 'tokens.end_session')
    this.end(1000, 'logged out')
  }

  end(code: number, reason: string): void {
    this.socket.close(code, reason)
  }

  send(frame: unknown): void {
    const { socket } = this
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > UNREAD_BYTES_MAX) {
      // Nothing reaches a reader that does not read: it is let go.
      socket.terminate()
      return
    }
    socket.send(JSON.stringify(frame))
  }

  private failed(thrown: unknown): void {
    this.services.log.error({ err: thrown }, 'a channel cannot be told')
    this.end(1011, 'internal error')
  }

  private beat(): void {
    this.send({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } })
    this.stopWaiting ??= this.services.timer.once(HEARTBEAT_ANSWER_MILLISECONDS, () =>
      this.end(HEARTBEAT_UNANSWERED, 'heartbeat close'),
    )
  }

  /** Whoever follows nothing, asks nothing and answers no heartbeat is gone. */
  private closeIdle(): void {
    if (this.stopBeating === null && this.channels.size === 0 && this.answering === 0) this.socket.terminate()
  }

  private endIfLetGo(): void {
    if (this.isLetGo && this.answering === 0) this.end(1008, 'the key was taken away')
  }

  private async receive(data: RawData, isBinary: boolean): Promise<void> {
    this.idleness.begin()
    this.answering += 1
    try {
      await this.answer(data, isBinary)
    } finally {
      this.answering -= 1
      this.endIfLetGo()
    }
  }

  private async answer(data: RawData, isBinary: boolean): Promise<void> {
    const { host, log, admission } = this.services
    if (!admission.isOpen) await admission.refusal()
    const begun = host.now()
    let id: unknown = null
    try {
      const text = data as Buffer
      if (text.length > FRAME_CHARACTERS_MAX) throw new VenueError('-32600')
      const read = isBinary ? { fault: true } : readJson(text)
      if ('fault' in read || !isObject(read.value)) throw new VenueError(11050, 'invalid json')
      id = read.value.id
      const result = await this.act(read.value)
      if (result !== undefined) this.send(enveloped({ result }, idOf(id), begun, host.now()))
    } catch (thrown) {
      const fault = failed(thrown)
      if (fault.error.code === 11094) log.error({ err: thrown }, 'venue call failed')
      this.send(enveloped(fault, idOf(id), begun, host.now()))
      // Whoever asks too much is let go with the answer (section 11.1).
      if (fault.error.code === 10028) this.end(1008, fault.error.message)
    }
  }

  private act({ method, params }: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { services, authenticator, credits, address } = this
    const given = Params.of(params)
    const call = {
      services,
      host: services.host,
      authenticator,
      credits,
      params: given,
      address,
      requestId: `req_${randomUUID()}`,
      session: this,
    }
    const found = METHODS.get(String(method))
    return this.inTurn(found, () => perform(found, call, () => this.identify(given)))
  }

  /**
   * Who a call comes from is what the signing in before it gave: a client that asks for several things at once, as the
   * client library does, sends them behind `public/auth` without waiting for its answer, which waits for the disk.
   */
  private inTurn(method: Method | undefined, act: () => Promise<unknown>): Promise<unknown> {
    const answer = this.signingIn.then(act)
    if (method?.kind === 'public' && method.isSigningIn === true)
      this.signingIn = answer.catch(() => undefined)
    return answer
  }

  private async closed(): Promise<void> {
    this.stopHeartbeat()
    this.idleness.end()
    this.channels.closeAll()
    await this.orders.endUnattended()
    try {
      for (const token of this.ofConnection) await endToken(this.services, token, 'tokens.revoke')
    } catch (thrown) {
      // A server that stops takes no more commands: the tokens end by their time.
      this.services.log.debug({ err: thrown }, 'tokens of a closed connection are left to their time')
    }
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
