/**
 * Hands on to the writer what comes to a standby, and the answers back, as they are: requests, connections that become
 * sockets, and connections of gRPC. The writer is told for whom, under a signature. What is under way ends when another
 * process writes, so that nobody waits for one that may never answer.
 */
import { Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import { type ClientAddresses, FORWARDED_HEADER, type RequestLine } from '../client-address.js'
import { headersBack, headOf, lastingOf } from './answer-head.js'
import { GRPC_PATH, GRPC_PROTOCOL } from './grpc-path.js'
import { join } from './join.js'
import { headersOnward, reached, toWriter, withoutConnection } from './to-writer.js'

export class Forwarding {
  private readonly underWay = new Set<() => void>()
  private isOver = false
  /** A client's connection has one to the writer: the writer counts connections, and they are told apart there. */
  private readonly agents = { http: new WeakMap<Socket, Agent>(), https: new WeakMap<Socket, Agent>() }

  /** Why the writer was not reached the last time; said once, as every client would bring it up again. */
  private trouble: string | null = null

  constructor(
    private readonly addresses: ClientAddresses,
    private readonly log: Pick<FastifyBaseLogger, 'warn'>,
  ) {}

  /** Another process writes: what has not been answered to its end is given up. */
  cut(): void {
    for (const giveUp of [...this.underWay]) giveUp()
  }

  /** Nothing is handed on any more. */
  end(): void {
    this.isOver = true
    this.cut()
  }

  /**
   * `onUnreachable` is called where the writer was not reached. One that was reached and gives no answer may have done
   * what it was asked: the client's connection ends then without an answer, as the writer's own would.
   */
  request(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    writer: string,
    onUnreachable: () => void,
  ): void {
    if (this.isOver) {
      onUnreachable()
      return
    }
    const { method = '', url = '', socket } = incoming
    const headers = { ...headersOnward(incoming), ...this.signed({ method, url }, socket) }
    const far = toWriter(writer, { method, url, headers, agent: this.agentOf(socket, writer) })
    const isReached = reached(far, writer)
    let answer: IncomingMessage | null = null
    let failure: Error | null = null
    const over = this.during(() => {
      if (answer?.complete !== true) far.destroy(new Error('another process writes'))
    })
    far.on('response', (given) => {
      this.trouble = null
      answer = given
      outgoing.writeHead(given.statusCode ?? 502, headersBack(given))
      pipeline(given, outgoing, () => {})
    })
    far.once('close', () => {
      incoming.unpipe(far)
      incoming.resume()
      // An answer that has begun ends, or breaks off, by itself.
      if (answer !== null || outgoing.destroyed) return
      if (isReached()) outgoing.destroy()
      else {
        this.notReached(writer, failure ?? new Error('the connection was closed'))
        onUnreachable()
      }
    })
    // What it means is said by its closing.
    far.on('error', (error) => {
      failure = error
    })
    outgoing.on('close', () => {
      over()
      if (answer?.complete !== true) far.destroy()
    })
    incoming.pipe(far)
  }

  /** What the writer answers stands, be it that there is no socket. */
  upgrade(
    incoming: IncomingMessage,
    near: Duplex,
    head: Buffer,
    writer: string,
    onUnreachable: () => void,
  ): void {
    const { method = '', url = '', socket } = incoming
    const { upgrade = '', ...headers } = incoming.headers
    this.opened(near, writer, {
      line: { method, url },
      headers: {
        ...withoutConnection(headers),
        ...this.signed({ method, url }, socket),
        connection: 'Upgrade',
        upgrade,
      },
      onUnreachable,
      onOpen: (answer, far) => {
        near.write(headOf(answer, answer.rawHeaders), 'latin1')
        far.write(head)
      },
      onRefused: (answer) => {
        near.write(headOf(answer, [...lastingOf(answer.rawHeaders), 'Connection', 'close']), 'latin1')
        pipeline(answer, near, () => near.destroy())
      },
    })
  }

  /** The connection whole, whatever is spoken over it. Nothing has been read of it yet. */
  connection(near: Socket, writer: string, onUnreachable: () => void): void {
    const line = { method: 'GET', url: GRPC_PATH }
    this.opened(near, writer, {
      line,
      headers: { ...this.signed(line, near), host: 'stemma', connection: 'Upgrade', upgrade: GRPC_PROTOCOL },
      onUnreachable,
      onOpen: () => {},
      onRefused: (answer) => {
        answer.destroy()
        onUnreachable()
      },
    })
  }

  private opened(near: Duplex, writer: string, opening: Opening): void {
    const { line, headers, onUnreachable, onOpen, onRefused } = opening
    if (this.isOver) {
      onUnreachable()
      return
    }
    const far = toWriter(writer, { ...line, headers })
    let isAnswered = false
    const giveUp = (): void => void far.destroy()
    const over = this.during(giveUp)
    const answered = (): void => {
      isAnswered = true
      over()
      near.off('close', giveUp)
    }
    near.once('close', giveUp)
    near.on('error', () => near.destroy())
    far.on('upgrade', (answer, stream, head) => {
      this.trouble = null
      answered()
      onOpen(answer, stream)
      near.write(head)
      join(near, stream)
      // One that has ended may still be read to its end.
      stream.once(
        'close',
        this.during(() => stream.readableEnded || stream.destroy()),
      )
    })
    far.on('response', (answer) => {
      answered()
      onRefused(answer)
    })
    far.on('close', () => {
      if (isAnswered) return
      answered()
      if (!near.destroyed) onUnreachable()
    })
    // What becomes of it is said by its closing.
    far.on('error', (error) => {
      if (!isAnswered && !near.destroyed) this.notReached(writer, error)
    })
    far.end()
  }

  /** Without its reason nobody would find out that a certificate is not trusted. */
  private notReached(writer: string, error: NodeJS.ErrnoException): void {
    const trouble = `${writer} ${error.code ?? error.message}`
    if (this.trouble === trouble) return
    this.trouble = trouble
    this.log.warn({ err: error, writer }, 'what comes to this standby cannot be handed on to the writer')
  }

  private signed(line: RequestLine, { remoteAddress = '' }: Socket): Record<string, string> {
    return { [FORWARDED_HEADER]: this.addresses.headerFor(line, remoteAddress) }
  }

  private during(giveUp: () => void): () => void {
    this.underWay.add(giveUp)
    return () => this.underWay.delete(giveUp)
  }

  private agentOf(socket: Socket, writer: string): Agent {
    const isByTls = writer.startsWith('https:')
    const agents = isByTls ? this.agents.https : this.agents.http
    const known = agents.get(socket)
    if (known !== undefined) return known
    const agent = new (isByTls ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 })
    agents.set(socket, agent)
    socket.once('close', () => agent.destroy())
    return agent
  }
}

interface Opening {
  readonly line: RequestLine
  readonly headers: Record<string, string | string[] | undefined>
  readonly onUnreachable: () => void
  readonly onOpen: (answer: IncomingMessage, far: Duplex) => void
  readonly onRefused: (answer: IncomingMessage) => void
}
