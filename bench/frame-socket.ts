/**
 * One WebSocket. Messages of one turn of the loop leave in one write. It knows text frames and pings only: what the
 * server sends here.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const TEXT = 0x1
const PING = 0x9
const PONG = 0xa

interface Opening {
  readonly port: number
  readonly path: string
  /** Headers beyond what every WebSocket has. */
  readonly headers?: Readonly<Record<string, string>>
  /** Which address of this machine it comes from; any unless said. */
  readonly localAddress?: string
}

export class FrameSocket {
  /** Told of every text, in order. */
  onText: (payload: Buffer) => void = () => {}
  onClose: () => void = () => {}
  private readonly mask = randomBytes(4)
  private leaving: Buffer[] = []

  private constructor(
    private readonly socket: Socket,
    private rest: Buffer,
  ) {
    socket.on('data', (bytes: Buffer) => this.receive(bytes))
    socket.on('close', () => this.onClose())
  }

  static async open({ port, path, headers = {}, localAddress }: Opening): Promise<FrameSocket> {
    const from = localAddress === undefined ? {} : { localAddress }
    const socket = connect({ port, host: '127.0.0.1', ...from })
    await once(socket, 'connect')
    socket.setNoDelay(true)
    const key = randomBytes(16).toString('base64')
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more.join('')}Connection: Upgrade\r\n` +
        `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    const end = bytes.indexOf('\r\n\r\n')
    if (!bytes.toString('latin1', 0, 12).endsWith('101') || end < 0)
      throw new Error(`expected a WebSocket, was ${bytes.toString('latin1', 0, 200)}`)
    return new FrameSocket(socket, bytes.subarray(end + 4))
  }

  sendText(text: string): void {
    this.send(TEXT, Buffer.from(text))
  }

  close(): void {
    this.onClose = () => {}
    this.socket.destroy()
  }

  private send(kind: number, payload: Buffer): void {
    const isShort = payload.length < 126
    const head = isShort ? 6 : 8
    const frame = Buffer.allocUnsafe(head + payload.length)
    frame[0] = 0x80 | kind
    frame[1] = 0x80 | (isShort ? payload.length : 126)
    if (!isShort) frame.writeUInt16BE(payload.length, 2)
    const { mask } = this
    mask.copy(frame, head - 4)
    for (let at = 0; at < payload.length; at += 1)
      frame[head + at] = (payload[at] as number) ^ (mask[at & 3] as number)
    if (this.leaving.length === 0)
      setImmediate(() => this.socket.write(Buffer.concat(this.leaving.splice(0))))
    this.leaving.push(frame)
  }

  private receive(bytes: Buffer): void {
    let all = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes])
    for (;;) {
      const frame = frameOf(all)
      if (frame === null) break
      all = all.subarray(frame.end)
      if (frame.kind === PING) this.send(PONG, frame.payload)
      else if (frame.kind === TEXT) this.onText(frame.payload)
      else throw new Error(`expected text, was a frame of kind ${frame.kind}`)
    }
    this.rest = all
  }
}

/** The first frame, or null where it has not come whole. Frames of a server are not masked. */
function frameOf(
  bytes: Buffer,
): { readonly kind: number; readonly payload: Buffer; readonly end: number } | null {
  if (bytes.length < 4) return null
  const short = (bytes[1] as number) & 0x7f
  if (short === 127) throw new Error('expected no answer of more than 64 KB')
  const start = short === 126 ? 4 : 2
  const end = start + (short === 126 ? bytes.readUInt16BE(2) : short)
  if (bytes.length < end) return null
  return { kind: (bytes[0] as number) & 0xf, payload: bytes.subarray(start, end), end }
}
