// What becomes of a request on its way by a standby: how its body and its connection go on, and what is said of one that
// the writer took and did not answer. The writer is whatever a test makes of it.
import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Member, openSuccession, type Succession } from './testing/succession.js'

let succession: Succession
const closings: (() => unknown)[] = []

beforeEach(async () => {
  succession = openSuccession()
  await succession.start()
})
afterEach(async () => {
  for (const close of closings.splice(0)) await close()
  await succession.close()
})

/** A standby whose writer is what `answer` makes of it. */
async function standbyBefore(answer: RequestListener): Promise<Member> {
  const standby = await succession.start({ STEMMA_STANDBY: 'forward' })
  await succession.pass(100)
  const other = createServer(answer)
  closings.push(() => other.close())
  await once(other.listen(0, '127.0.0.1'), 'listening')
  standby.server.services.admission.writer = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  return standby
}

test('says nothing of a request that came to the writer and was not answered, and sends it once', async () => {
  let count = 0
  const { url } = await standbyBefore(({ socket }) => {
    count += 1
    socket.destroy()
  })
  // "Not here, try again" would be a promise that nothing has happened.
  const sent = request(`${url}/stemma/v1/parties`, { method: 'POST', agent: false })
  sent.end('{}')
  await expect(once(sent, 'response')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(count).toBe(1)
})

test('ends the connection of a client that asked for it, and of one that the writer ends', async () => {
  const { url } = await standbyBefore(({ url: target }, outgoing) => {
    if (target === '/last') outgoing.setHeader('connection', 'close')
    outgoing.end('{}')
  })
  const { hostname, port } = new URL(url)
  for (const head of [
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: close',
    'GET /last HTTP/1.1\r\nHost: x',
    'GET / HTTP/1.0',
  ]) {
    const socket = connect(Number(port), hostname)
    socket.write(`${head}\r\n\r\n`)
    // It comes to its end.
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*^connection: close\r$/im)
  }
})

test('hands on a request without a body as one without a body, and one with a body as it was sent', async () => {
  const lengths: unknown[] = []
  const { url } = await standbyBefore((incoming, outgoing) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers
    incoming.on('end', () => {
      lengths.push([incoming.method, length, encoding])
      outgoing.end('{}')
    })
    incoming.resume()
  })
  const { hostname, port } = new URL(url)
  for (const head of [
    'POST / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'PUT / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}',
    'PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  ]) {
    const socket = connect(Number(port), hostname)
    socket.write(head.replace('\r\n', '\r\nHost: x\r\nConnection: close\r\n'))
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /)
  }
  expect(lengths).toEqual([
    ['POST', '0', undefined],
    ['GET', undefined, undefined],
    ['PUT', '2', undefined],
    ['PUT', undefined, 'chunked'],
  ])
})
