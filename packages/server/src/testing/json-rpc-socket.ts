/** A client of the JSON-RPC socket that keeps what it is told and waits for what it needs. Not exported. */
import { once } from 'node:events'
import { WebSocket } from 'ws'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
type Frame = any

export interface RpcSocket {
  readonly socket: WebSocket
  readonly frames: readonly Frame[]
  call(method: string, params?: object): Promise<Frame>
  /** The first frame, of those that came or will come, that fits. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>
  /** The data of the first notification of a channel that fits. */
  told(channel: string, fits?: (data: Frame) => boolean): Promise<Frame>
  close(): Promise<void>
}

export async function openRpcSocket(url: string): Promise<RpcSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/api/v2`)
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)))
    for (const look of [...waiting]) look()
  })
  await once(socket, 'open')
  let calls = 0
  const until = (fits: (frame: Frame) => boolean): Promise<Frame> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = frames.find(fits)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    socket,
    frames,
    until,
    call(method, params = {}) {
      calls += 1
      const id = calls
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      return until((frame) => frame.id === id)
    },
    async told(channel, fits = () => true) {
      const frame = await until((each) => each.params?.channel === channel && fits(each.params.data))
      return frame.params.data
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      socket.close()
      await once(socket, 'close')
    },
  }
}
