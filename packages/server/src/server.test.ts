// The composition root: in which order it starts and stops, and what is on every answer.
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { readConfiguration } from './ops/configuration.js'
import { demoFileIn } from './ops/demo-world.js'
import { startServer } from './server.js'
import { type BookServer, freshFolder, openStore, startBook } from './testing/book-server.js'
import { turns } from './testing/host-world.js'

const closings: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

const opened = async (...options: Parameters<typeof startBook>): Promise<BookServer> => {
  const book = await startBook(...options)
  closings.push(() => book.server.stop().catch(() => {}))
  return book
}
const folder = (): string => {
  const directory = freshFolder()
  closings.push(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
const operatorKey = (directory: string): string =>
  JSON.parse(readFileSync(operatorFileIn(directory), 'utf8')).native.operator.apiKey
const whoami = (url: string, key: string) =>
  fetch(`${url}/stemma/v1/whoami`, { headers: { authorization: `Bearer ${key}` } })

/** What comes back for bytes as they are, until the other side closes. */
async function raw(url: string, text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const part of socket.setEncoding('utf8')) answer += part
  return answer
}

describe('the first start', () => {
  it('makes an operator whose key is in a file that its owner alone can read', async () => {
    const directory = folder()
    const { url, server } = await opened({ directory })
    expect(server.made).toEqual({ credentialsFile: operatorFileIn(directory), isDemo: false })
    expect(statSync(operatorFileIn(directory)).mode & 0o777).toBe(0o600)
    expect((await whoami(url, operatorKey(directory))).status).toBe(200)
  })

  it('builds the demo world before anybody can ask, and writes down where it is served', async () => {
    const directory = folder()
    const { url, server } = await opened({ directory, variables: { STEMMA_DEMO: '1' } })
    expect(server.made).toEqual({ credentialsFile: demoFileIn(directory), isDemo: true })
    expect(statSync(demoFileIn(directory)).mode & 0o777).toBe(0o600)
    const demo = JSON.parse(readFileSync(demoFileIn(directory), 'utf8'))
    expect(demo['polymarket-us']).toMatchObject({ tokenUrl: `${url}/oauth/token`, audience: url })
    expect((await whoami(url, demo.native.operator.apiKey)).status).toBe(200)
  })

  it('that was cut short is said so: what it left is not served', async () => {
    const directory = folder()
    const { server } = await opened({ directory, kept: openStore(directory) })
    await server.stop()
    writeFileSync(join(directory, 'first-start.unfinished'), '')
    await expect(startBook({ directory, kept: openStore(directory) })).rejects.toThrow(
      `the first start in ${directory} was cut short`,
    )
  })

  it('makes nothing when the port is taken, and the next start makes the book', async () => {
    const directory = folder()
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    closings.push(() => squatter.close())
    const { port } = squatter.address() as AddressInfo
    const variables = { STEMMA_PORT: String(port), STEMMA_DEMO: '1' }
    await expect(startBook({ directory, variables, kept: openStore(directory) })).rejects.toThrow(
      'EADDRINUSE',
    )
    expect(existsSync(join(directory, 'demo.json'))).toBe(false)
    const { url } = await opened({ directory, kept: openStore(directory), variables: { STEMMA_DEMO: '1' } })
    const demo = JSON.parse(readFileSync(demoFileIn(directory), 'utf8'))
    expect(demo['polymarket-us'].audience).toBe(url)
    expect(demo['polymarket-us'].clients.length).toBeGreaterThan(0)
    expect((await whoami(url, demo.native.operator.apiKey)).status).toBe(200)
  })
})

describe('the port of gRPC', () => {
  const taken = async (): Promise<number> => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    closings.push(() => squatter.close())
    return (squatter.address() as AddressInfo).port
  }

  it('that was chosen and is taken ends the start', async () => {
    const variables = { STEMMA_GRPC_PORT: String(await taken()) }
    await expect(startBook({ directory: folder(), variables })).rejects.toThrow('EADDRINUSE')
  })

  it('that nobody chose and is taken is done without', async () => {
    const environment = { STEMMA_PORT: '0', STEMMA_DATA: folder(), STEMMA_LOG_LEVEL: 'silent' }
    const configuration = { ...readConfiguration(environment), grpcPort: await taken() }
    const server = await startServer({ configuration })
    closings.push(() => server.stop())
    expect(server.grpcPort).toBeNull()
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  })
})

test.each([
  ['GET', '/'],
  ['GET', '/docs/docs.js'],
  ['GET', '/openapi.json'],
  ['GET', '/health/live'],
  ['GET', '/metrics'],
  ['GET', '/stemma/v1/whoami'],
  ['GET', '/stemma/v1/nothing'],
  ['GET', '/v1/whoami'],
  ['POST', '/oauth/token'],
  ['GET', '/nothing'],
])('%s %s comes with headers that keep browsers from guessing and framing', async (method, path) => {
  const { url } = await opened()
  const { headers } = await fetch(url + path, { method })
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('x-powered-by')).toBeNull()
})

test.each(['//', '/nothing', 'http://[', '*', '/stemma/v1/wsx'])(
  'an upgrade of %s is answered, and the server lives on',
  async (target) => {
    const { url } = await opened()
    const request = `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`
    expect(await raw(url, request)).toMatch(/^HTTP\/1\.1 404 /)
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  },
)

describe('a clean stop', () => {
  it('answers what is under way, durably, and takes nothing new', async () => {
    const directory = folder()
    const { url, server, store, root } = await opened({ directory })
    const key = operatorKey(directory)
    store.holdAppends()
    const underWay = fetch(`${url}/stemma/v1/parties`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        owner: `pty_${root}`,
        kind: 'clearing_member',
        name: 'acme',
        display_name: 'Acme',
      }),
    })
    while (server.host.waiting === 0) await turns(1)
    let isStopped = false
    const stopped = server.stop().then(() => {
      isStopped = true
    })
    await turns()
    expect(isStopped).toBe(false)
    await expect(fetch(`${url}/health/live`)).rejects.toThrow()
    store.releaseAppends()
    const answer = await underWay
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { party: expect.stringMatching(/^pty_/) },
    ])
    await stopped
    expect(server.host.isTakingWork).toBe(false)
  })

  it('ends event streams with a word instead of waiting for their readers', async () => {
    const directory = folder()
    const { url, server, root } = await opened({ directory })
    const stream = await fetch(`${url}/stemma/v1/events/stream?under=pty_${root}`, {
      headers: { authorization: `Bearer ${operatorKey(directory)}` },
    })
    expect(stream.status).toBe(200)
    await server.stop()
    expect(await stream.text()).toContain('event: closed\ndata: {"reason":"shutdown"}')
  })

  it('can be asked for twice', async () => {
    const { server } = await opened()
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
  })
})
