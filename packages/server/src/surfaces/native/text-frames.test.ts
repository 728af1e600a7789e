import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrames } from './text-frames.js'

test('messages of every length arrive one by one, as they were', async () => {
  const messages = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]
    .map((length) => 'x'.repeat(length))
    .concat(['é'.repeat(63), '\u{1f4b6}'.repeat(16_384)])
  const sockets = new WebSocketServer({ noServer: true })
  const server = createServer()
  server.on('upgrade', (request, stream, head) => {
    sockets.handleUpgrade(request, stream, head, (socket) => {
      stream.write(textFrames(messages))
      socket.close(1000)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const received: string[] = []
  client.on('message', (data, isBinary) => received.push(isBinary ? 'binary' : data.toString()))
  await once(client, 'close')
  server.close()
  expect(received).toEqual(messages)
})
