// Readers of streams: those that do not read are let go, those that do not answer the heart too, and the others go on.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startWorld, type World } from '../../testing/native-world.js'

const HEARTBEAT_MS = 250
/** More than a reader may leave unread and the buffers of the machine hold together, many times over. */
const BATCHES_MAX = 200

let world: World
let firm: string

beforeAll(async () => {
  world = await startWorld({ heartbeatMs: HEARTBEAT_MS })
  firm = world.ids.get('pty_15')!
})
afterAll(() => world.stop())

const authorization = () => ({ authorization: `Bearer ${world.keys.operator}` })
const streams = () => world.host.hub.size

/** Five hundred events of a good kilobyte each. */
async function makeEvents(): Promise<void> {
  const command = deposit(world.ids.get('acc_1042'))
  const { body } = await world.call('POST', '/stemma/v1/batch', {
    body: { commands: Array.from({ length: 500 }, () => command) },
  })
  expect(body.results[0]).toMatchObject({ status: 200 })
}

/** Makes events until there are as few streams as `count`; the batches that it took. */
async function makeEventsUntil(
  count: number,
  afterEach = async (_batches: number): Promise<void> => {},
): Promise<number> {
  for (let batches = 0; batches < BATCHES_MAX; batches += 1) {
    if (streams() === count) return batches
    await makeEvents()
    await afterEach(batches + 1)
  }
  throw new Error(`expected ${count} streams to be left, were ${streams()}`)
}

/** A stream over a socket of its own, which is read only when a test reads it. */
async function openStream(): Promise<Socket> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write(
    `GET /stemma/v1/events/stream?under=${firm} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.keys.operator}\r\n\r\n`,
  )
  await once(socket, 'readable')
  return socket
}

async function openSocket(options: object = {}, { url, keys } = world): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${keys.operator}` }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stemma/v1/ws`, { headers, ...options })
  await once(socket, 'open')
  return socket
}

async function subscribe(socket: WebSocket): Promise<void> {
  socket.send(JSON.stringify({ id: 1, subscribe: { under: firm } }))
  await once(socket, 'message')
}

describe('a reader that does not read', () => {
  test('of a stream is let go, while another that reads misses nothing', async () => {
    const before = streams()
    const slow = await openStream()
    const quick = await fetch(`${world.url}/stemma/v1/events/stream?under=${firm}&kinds=deposit.completed`, {
      headers: authorization(),
    })
    const read = countEvents(quick.body!)
    expect(streams()).toBe(before + 2)
    const batches = await makeEventsUntil(before + 1, async (made) => {
      expect(await read.until(500 * made)).toBe(500 * made)
    })
    expect(batches).toBeGreaterThan(0)
    const ended = once(slow, 'close')
    slow.on('error', () => {}).resume()
    await ended
    await read.stop()
    await makeEventsUntil(before)
  }, 60_000)

  test('of a socket is let go with all its subscriptions', async () => {
    const before = streams()
    const slow = await openSocket()
    await subscribe(slow)
    slow.pause()
    await makeEventsUntil(before)
    const ended = once(slow, 'close')
    slow.resume()
    const [code] = await ended
    expect(code).toBe(1006)
  }, 60_000)

  test('of answers is asked for no more questions until it reads on', async () => {
    const patient = await startWorld()
    try {
      const socket = await openSocket({}, patient)
      const account = patient.ids.get('acc_1042')
      const commands = Array.from({ length: 500 }, () => deposit(account))
      await patient.call('POST', '/stemma/v1/batch', { body: { commands } })
      const question = { operation: 'entries.list', input: { account, limit: 500 } }
      // Long questions fill what the machine takes for a server that does not read on.
      const padding = ' '.repeat(200_000)
      socket.pause()
      let asked = 0
      while (socket.bufferedAmount < 4_000_000 && asked < 1_000) {
        socket.send(JSON.stringify({ id: asked, ...question }) + padding)
        asked += 1
        await patient.call('GET', '/stemma/v1/whoami')
      }
      expect(asked).toBeLessThan(1_000)
      let answers = 0
      const hasAll = new Promise<void>((resolve) => {
        socket.on('message', () => {
          answers += 1
          if (answers === asked) resolve()
        })
      })
      socket.resume()
      await hasAll
      socket.close()
    } finally {
      await patient.stop()
    }
  }, 60_000)
})

const deposit = (account: string | undefined) => ({
  operation: 'deposits.create',
  input: { account, currency: 'USD', amount: '1.00', settle: true, description: 'd'.repeat(500) },
})

describe('the heart', () => {
  test('beats on a stream', async () => {
    const socket = await openStream()
    let text = ''
    socket.setEncoding('utf8').on('data', (part) => {
      text += part
    })
    while (text.split(': heartbeat').length < 4) await once(socket, 'data')
    socket.destroy()
  })

  test('keeps a socket that answers, and ends one that does not', async () => {
    const [alive, dead] = [await openSocket(), await openSocket({ autoPong: false })]
    let beats = 0
    alive.on('ping', () => {
      beats += 1
    })
    const [code] = await once(dead, 'close')
    expect(code).toBe(1006)
    while (beats < 4) await once(alive, 'ping')
    expect(alive.readyState).toBe(WebSocket.OPEN)
    alive.close()
  })

  test('stops with its reader', async () => {
    const before = streams()
    const socket = await openStream()
    expect(streams()).toBe(before + 1)
    socket.destroy()
    while (streams() !== before) await makeEvents()
  })
})

function countEvents(body: ReadableStream<Uint8Array>) {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let count = 0
  return {
    async until(wanted: number): Promise<number> {
      while (count < wanted) {
        const { value, done } = await reader.read()
        if (done) break
        const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n')
        text = blocks.pop() ?? ''
        count += blocks.filter((block) => block.includes('\ndata: ')).length
      }
      return count
    },
    stop: () => reader.cancel(),
  }
}
