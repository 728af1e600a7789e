import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { closeStalledOnly } from './stalled.js'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** A server that gives up on a connection on which nothing moves for 20 ms. */
async function listening(answer: Parameters<typeof createServer>[1]): Promise<Server> {
  const server = createServer({}, answer)
  server.setTimeout(20)
  closeStalledOnly(server)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const REQUEST = 'GET / HTTP/1.1\r\nHost: any\r\n\r\n'
const portOf = (server: Server): number => (server.address() as AddressInfo).port

test('the server closed a connection that waited for an answer', async () => {
  const server = await listening(async (_request, response) => {
    // The answer comes only after the time in which something should have moved has passed, twice.
    await once(server, 'timeout')
    response.socket?.setTimeout(20)
    await once(server, 'timeout')
    response.end('late')
  })
  const client = connect(portOf(server), '127.0.0.1')
  client.write(REQUEST)
  const [bytes] = (await once(client, 'data')) as [Buffer]
  expect(bytes.toString()).toContain('late')
  client.destroy()
})

test('a client that does not read its answer is let go', async () => {
  const server = await listening((_request, response) => {
    response.end(Buffer.alloc(64 * 2 ** 20))
  })
  const client = connect(portOf(server), '127.0.0.1')
  client.pause()
  client.on('error', () => {})
  const [socket] = (await Promise.all([once(server, 'connection'), client.write(REQUEST)]))[0]
  await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
  client.destroy()
})
