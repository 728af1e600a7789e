/** A client of the native socket that waits for the answer to each message. Not exported. */
import { once } from 'node:events'
import { WebSocket } from 'ws'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
type Answer = any

export interface NativeSocket {
  readonly socket: WebSocket
  /** An operation by its name; the answer as it came. */
  call(operation: string, input: object, more?: object): Promise<Answer>
  close(): Promise<void>
}

export async function openNativeSocket(
  url: string,
  key: string,
  options: { readonly autoPong?: boolean } = {},
): Promise<NativeSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stemma/v1/ws`, {
    ...options,
    headers: { authorization: `Bearer ${key}` },
  })
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.on('message', (data) => {
    const answer = JSON.parse(String(data))
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  await once(socket, 'open')
  let calls = 0
  return {
    socket,
    call(operation, input, more = {}) {
      calls += 1
      const id = calls
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
      socket.send(JSON.stringify({ id, operation, input, ...more }))
      return answered
    },
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      socket.close()
      await once(socket, 'close')
    },
  }
}
