/** One WebSocket of the native API with many messages in flight, each known by its number. */
import type { Answered, Channel } from './channel.js'
import { FrameSocket } from './frame-socket.js'

export class SocketChannel implements Channel {
  private readonly waiting = new Map<number, Answered>()
  private number = 0

  private constructor(private readonly frames: FrameSocket) {
    frames.onText = (payload) => this.answer(payload)
    frames.onClose = () => {
      if (this.waiting.size > 0) throw new Error('the server closed a socket that waited for answers')
    }
  }

  static async open(port: number, path: string, apiKey: string): Promise<SocketChannel> {
    const headers = { Authorization: `Bearer ${apiKey}` }
    return new SocketChannel(await FrameSocket.open({ port, path, headers }))
  }

  /** The message is an object; it gets the number by which its answer is known. */
  ask(message: string, answered: Answered): void {
    this.number += 1
    this.waiting.set(this.number, answered)
    this.frames.sendText(`{"id":${this.number},${message.slice(1)}`)
  }

  close(): void {
    this.frames.close()
  }

  private answer(payload: Buffer): void {
    const match = /^\{"id":(\d+),"status":(\d+)/.exec(payload.toString('latin1', 0, 48))
    const number = Number(match?.[1])
    const answered = this.waiting.get(number)
    if (answered === undefined)
      throw new Error(`expected an answer, was ${payload.toString('latin1', 0, 200)}`)
    this.waiting.delete(number)
    answered(Number(match?.[2]), payload)
  }
}
