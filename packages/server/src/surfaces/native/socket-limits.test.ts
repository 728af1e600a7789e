// What a socket may ask for at once, and what is left of it when it is gone.
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { newParty } from '../../testing/host-world.js'
import { openNativeSocket } from '../../testing/native-socket.js'
import { startWorld, type World } from '../../testing/native-world.js'
import { type Member, openSuccession, type Succession, until } from '../../testing/succession.js'
import { AUTHENTICATE_WITHIN_MS, IN_FLIGHT_MAX } from './socket.js'
import { SUBSCRIPTIONS_MAX } from './socket-subscriptions.js'

let world: World
let firm: string

beforeAll(async () => {
  world = await startWorld()
  firm = world.ids.get('pty_15')!
})
afterAll(() => world.stop())

type Told = { readonly id: number; readonly status: number; readonly problem?: { readonly code: string } }

test('subscriptions that are asked for together are counted before any of them is open', async () => {
  const { socket } = await openNativeSocket(world.url, world.keys.operator)
  const answers: Told[] = []
  socket.on('message', (data) => answers.push(JSON.parse(String(data))))
  const ask = (id: number): void =>
    socket.send(JSON.stringify({ id, subscribe: { under: firm, kinds: ['party.'] } }))
  for (let id = 1; id <= SUBSCRIPTIONS_MAX + 20; id += 1) ask(id)
  await expect.poll(() => answers.length).toBe(SUBSCRIPTIONS_MAX + 20)
  const opened = answers.filter(({ status }) => status === 200)
  const codes = answers.flatMap(({ problem }) => problem?.code ?? [])
  expect([opened.length, codes]).toEqual([SUBSCRIPTIONS_MAX, Array(20).fill('limit_reached')])
  // One that was ended makes room for one more.
  socket.send(JSON.stringify({ id: 500, unsubscribe: { subscription: 'sub_1' } }))
  await expect.poll(() => answers.some(({ id }) => id === 500)).toBe(true)
  ask(501)
  ask(502)
  await expect.poll(() => answers.filter(({ id }) => id > 500).length).toBe(2)
  // In order of completion: what is refused is answered at once.
  expect(answers.filter(({ id }) => id > 500)).toMatchObject([
    { id: 502, status: 422 },
    { id: 501, status: 200 },
  ])
  socket.terminate()
  await expect.poll(() => world.host.hub.size).toBe(1)
})

test('a subscription whose socket goes while it is opened is not left behind', async () => {
  const before = world.host.hub.size
  for (let round = 0; round < 20; round += 1) {
    const { socket } = await openNativeSocket(world.url, world.keys.operator)
    for (let id = 1; id <= SUBSCRIPTIONS_MAX; id += 1)
      socket.send(JSON.stringify({ id, subscribe: { under: firm, kinds: ['party.'] } }))
    socket.terminate()
    await once(socket, 'close')
  }
  await expect.poll(() => world.host.hub.size).toBe(before)
})

test('what is said before the key is proven is answered once it is', async () => {
  const headers = { authorization: `Bearer ${world.keys.operator}` }
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/stemma/v1/ws`, { headers })
  socket.on('open', () => socket.send(JSON.stringify({ id: 1, operation: 'identity.whoami', input: {} })))
  const [first] = await once(socket, 'message')
  expect(JSON.parse(String(first))).toMatchObject({ id: 1, status: 200 })
  socket.terminate()
})

describe('a server whose disk and time are moved by hand', () => {
  let succession: Succession
  let member: Member

  beforeAll(async () => {
    succession = openSuccession()
    member = await succession.start()
  })
  afterAll(() => succession.close())

  test('4,096 messages wait for their answers, one more is refused at once', async () => {
    const { server, store, url } = member
    const { key } = await succession.operatorKey(member)
    const { socket } = await openNativeSocket(url, key)
    const answers: Told[] = []
    socket.on('message', (data) => answers.push(JSON.parse(String(data))))
    store.holdAppends()
    const { parties, root } = server.engine.rooms.hierarchy
    // Nothing is answered before this is on the disk.
    const made = server.host.execute(newParty(parties.id(root), 'held'))
    const ask = (id: number): void =>
      socket.send(JSON.stringify({ id, operation: 'identity.whoami', input: {} }))
    for (let id = 1; id <= IN_FLIGHT_MAX + 1; id += 1) ask(id)
    await until(() => answers.length === 1)
    expect(answers).toMatchObject([{ id: IN_FLIGHT_MAX + 1, problem: { code: 'overloaded' } }])
    store.releaseAppends()
    expect(await made).toMatchObject({ kind: 'done' })
    await until(() => answers.length === IN_FLIGHT_MAX + 1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(IN_FLIGHT_MAX)
    socket.terminate()
  })

  test('a socket that does not say in ten seconds who it is of is closed', async () => {
    const socket = new WebSocket(`${member.url.replace('http', 'ws')}/stemma/v1/ws`)
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await succession.pass(AUTHENTICATE_WITHIN_MS - 100)
    socket.send(JSON.stringify({ id: 1, operation: 'identity.whoami', input: {} }))
    const [answer] = await once(socket, 'message')
    expect(JSON.parse(String(answer))).toMatchObject({ id: 1, problem: { code: 'unauthenticated' } })
    await succession.pass(100)
    expect((await closed)[0]).toBe(4401)
  })
})
