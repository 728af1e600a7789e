// What is taken away ends open streams at once: every way to take a right away, on the stream and on the socket.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
let firm: string
let count = 0

beforeAll(async () => {
  world = await startWorld()
  firm = world.ids.get('pty_15')!
})
afterAll(() => world.stop())

const post = async (path: string, body: object) => {
  const answered = await world.call('POST', `/stemma/v1${path}`, { body })
  expect(answered.status).toBe(200)
  return answered.body
}

/** A user who reads the firm's events by one binding, with a key of its own. */
async function reader() {
  count += 1
  const scopes = ['events:read']
  const { user } = await post('/users', { party: firm, name: `reader-${count}`, display_name: 'R', scopes })
  const on = { target_kind: 'subtree', target: firm, level: 'read_only' }
  const { binding } = await post('/bindings', { user, ...on })
  const { secret, credential } = await post('/api_keys', { user, display_name: 'Key' })
  return { user, binding, credential, secret }
}
type Reader = Awaited<ReturnType<typeof reader>>

const WAYS: readonly (readonly [string, (reader: Reader) => Promise<unknown>])[] = [
  ['its key is revoked', ({ credential }) => post(`/credentials/${credential}/revoke`, {})],
  ['its user is suspended', ({ user }) => post(`/users/${user}/suspend`, {})],
  ['its user is closed', ({ user }) => post(`/users/${user}/close`, {})],
  [
    'its binding is removed',
    ({ binding }) => world.call('DELETE', `/stemma/v1/bindings/${binding}`).then(expectDone),
  ],
  [
    'its binding is narrowed',
    ({ binding }) =>
      world
        .call('PATCH', `/stemma/v1/bindings/${binding}`, { body: { level: 'reports_only' } })
        .then(expectDone),
  ],
  [
    'its key loses the scope',
    ({ credential }) =>
      world.call('PATCH', `/stemma/v1/credentials/${credential}`, { body: { scopes: [] } }).then(expectDone),
  ],
  [
    'its user is blocked',
    ({ user }) => post('/blocks', { target: user, kind: 'login', reason: 'lost a phone' }),
  ],
]
const expectDone = ({ status }: { readonly status: number }): void => expect(status).toBe(200)

describe.each(WAYS)('when %s', (_what, takeAway) => {
  test('the stream ends, and says why', async () => {
    const person = await reader()
    const headers = { authorization: `Bearer ${person.secret}` }
    const response = await fetch(`${world.url}/stemma/v1/events/stream?under=${firm}`, { headers })
    expect(response.status).toBe(200)
    await takeAway(person)
    expect(await response.text()).toMatch(/event: closed\ndata: \{"reason":"revoked"\}\n\n$/)
  })

  test('the subscription of a socket ends, and says why', async () => {
    const person = await reader()
    const headers = { authorization: `Bearer ${person.secret}` }
    const socket = new WebSocket(`${world.url.replace('http', 'ws')}/stemma/v1/ws`, { headers })
    await once(socket, 'open')
    const messages: { readonly id?: number; readonly status?: number; readonly closed?: string }[] = []
    const closed = new Promise<string>((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(data.toString())
        messages.push(message)
        if (message.closed !== undefined) resolve(message.closed)
      })
    })
    socket.send(JSON.stringify({ id: 1, subscribe: { under: firm } }))
    while (messages.length === 0) await once(socket, 'message')
    expect(messages[0]).toMatchObject({ id: 1, status: 200 })
    await takeAway(person)
    expect(await closed).toBe('revoked')
    socket.send(JSON.stringify({ id: 2, subscribe: { under: firm } }))
    while (messages.at(-1)?.id !== 2) await once(socket, 'message')
    expect(messages.at(-1)?.status).toBeGreaterThanOrEqual(401)
    socket.close()
  })
})
