/** What the house tells everybody: published, listed, read, withdrawn and followed over HTTP and the socket. */
import { StemmaClient } from '@stemma/client'
import { EXAMPLE } from '@stemma/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type NativeSocket, openNativeSocket } from '../../testing/native-socket.js'
import { type CallOptions, startWorld, type World } from '../../testing/native-world.js'

const PATH = '/stemma/v1/announcements'
let world: World

beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.stop())

const written = { title: 'Maintenance', body: 'Trading stops at 08:00 UTC.\nOrders stay.' }
const post = (path: string, body: object = {}, options: CallOptions = {}) =>
  world.call('POST', `${PATH}${path}`, { body, ...options })
async function publish(more: object = {}): Promise<string> {
  const { status, body } = await post('', { ...written, ...more })
  expect([status, Object.keys(body)]).toEqual([200, ['announcement', 'sequence']])
  return body.announcement
}
const idsAt = async (query = '', key?: string): Promise<readonly string[]> => {
  const { body } = await world.call('GET', `${PATH}${query}`, key === undefined ? {} : { key })
  return body.items.map(({ id }: { id: string }) => id)
}

describe('announcements', () => {
  test('stand for everybody until they are withdrawn; the events keep what was said', async () => {
    const first = await publish({ is_important: true })
    const second = await publish({ title: 'New fees', is_confirmation_asked: true })
    const { body } = await world.call('GET', PATH, { key: world.keys.stranger })
    expect(body).toEqual({
      items: [
        {
          id: second,
          title: 'New fees',
          body: written.body,
          is_important: false,
          is_confirmation_asked: true,
          published_at: expect.stringMatching(/^\d{4}-.*Z$/),
        },
        {
          id: first,
          ...written,
          is_important: true,
          is_confirmation_asked: false,
          published_at: expect.stringMatching(/^\d{4}-.*Z$/),
        },
      ],
      next_cursor: null,
    })
    const [newer, older] = body.items
    expect(await idsAt(`?from=${newer.published_at}`)).toEqual([second])
    expect(await idsAt(`?to=${older.published_at}`)).toEqual([first])
    expect((await post(`/${first}/withdraw`, { reason: 'It was the wrong day' })).status).toBe(200)
    expect(await idsAt()).toEqual([second])
    const again = await post(`/${first}/withdraw`)
    expect([again.status, again.body.code]).toEqual([404, 'not_visible'])
    const root = world.ids.get(EXAMPLE.operator)
    const events = await world.call(
      'GET',
      `/stemma/v1/events?under=${root}&subject=${first}&newest_first=false`,
    )
    expect(
      events.body.items.map(({ kind, reason, data }: Record<string, unknown>) => [kind, reason, data]),
    ).toMatchObject([
      ['announcement.published', null, { title: written.title, body: written.body }],
      ['announcement.withdrawn', 'It was the wrong day', { title: written.title }],
    ])
  })

  test('are the operator’s to publish, refused with the field that is wrong, and once for a key', async () => {
    for (const [key, code] of [
      [world.keys.administrator, 'scope_missing'],
      [world.keys.reader, 'scope_missing'],
    ] as const)
      expect((await post('', written, { key })).body.code).toBe(code)
    expect((await post('', written, { key: null })).status).toBe(401)
    for (const [more, field] of [
      [{ title: ' ' }, '/title'],
      [{ title: 'x'.repeat(201) }, '/title'],
      [{ body: 'x'.repeat(8_193) }, '/body'],
      [{ body: 'a\tb' }, '/body'],
      [{ body: '' }, '/body'],
      [{ is_important: 'yes' }, '/is_important'],
      [{ published_at: '2026-01-01T00:00:00Z' }, '/published_at'],
    ] as const) {
      const { status, body } = await post('', { ...written, ...more })
      expect([status, body.code, body.field]).toEqual([400, 'malformed', field])
    }
    const headers = { 'idempotency-key': 'maintenance' }
    const [once, twice] = [await post('', written, { headers }), await post('', written, { headers })]
    expect(twice.body).toEqual(once.body)
    expect(await idsAt()).toEqual([once.body.announcement])
    await publish({ title: 'x'.repeat(200), body: 'x'.repeat(8_192) })
  })

  test('come in pages, the next of which goes on where one was withdrawn meanwhile', async () => {
    const ids = [await publish(), await publish(), await publish(), await publish()]
    const { body } = await world.call('GET', `${PATH}?limit=2`)
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([ids[3], ids[2]])
    await post(`/${ids[2]}/withdraw`)
    expect(await idsAt(`?limit=2&cursor=${body.next_cursor}`)).toEqual([ids[1], ids[0]])
  })

  test('are unread for each user until it marks them', async () => {
    const [first, second] = [await publish(), await publish()]
    const { administrator, stranger, reader } = world.keys
    expect(await idsAt('/unread', administrator)).toEqual([second, first])
    const marked = await post(`/${first}/read`, {}, { key: administrator })
    expect([marked.status, marked.body.announcement]).toEqual([200, first])
    expect((await post(`/${first}/read`, {}, { key: administrator })).status).toBe(200)
    expect(await idsAt('/unread', administrator)).toEqual([second])
    expect(await idsAt('/unread', stranger)).toEqual([second, first])
    expect((await post(`/${first}/read`, {}, { key: reader })).body.code).toBe('scope_missing')
    expect((await post('/ann_999999/read', {}, { key: administrator })).body.code).toBe('not_visible')
    expect((await post('/acc_1/read', {}, { key: administrator })).body.field).toBe('/announcement')
  })
})

describe('whoever follows is told', () => {
  async function follow(socket: NativeSocket): Promise<unknown[]> {
    const told: unknown[] = []
    socket.socket.on('message', (data) => {
      const { subscription, announcement } = JSON.parse(String(data))
      if (subscription !== undefined && announcement !== undefined) told.push(announcement)
    })
    const answer = new Promise((resolve) => socket.socket.once('message', resolve))
    socket.socket.send(JSON.stringify({ id: 'follow', subscribe: { stream: 'announcements' } }))
    await answer
    return told
  }

  test('on the socket, which carries the operations too', async () => {
    const stranger = await openNativeSocket(world.url, world.keys.stranger)
    const told = await follow(stranger)
    const operator = await openNativeSocket(world.url, world.keys.operator)
    const { result } = await operator.call('announcements.publish', written)
    const { announcement } = result
    await operator.call('announcements.withdraw', { announcement })
    await expect.poll(() => told).toHaveLength(2)
    expect(told).toMatchObject([
      { happened: 'published', announcement: { id: announcement, ...written, is_important: false } },
      { happened: 'withdrawn', announcement: { id: announcement, ...written } },
    ])
    await Promise.all([stranger.close(), operator.close()])
  })

  test('over server-sent events, in the client', async () => {
    const client = new StemmaClient({ baseUrl: world.url, apiKey: world.keys.stranger })
    const signal = new AbortController()
    const stream = client.followAnnouncements(signal.signal)
    const next = stream.next()
    await expect.poll(() => world.host.hub.size).toBe(1)
    const id = await publish()
    const { value } = await next
    signal.abort()
    const told = { happened: 'published', announcement: { id, ...written } }
    expect(value).toMatchObject(told)
    expect((await client.announcements.list({})).items).toEqual([value?.announcement])
    const refused = await fetch(`${world.url}${PATH}/stream`)
    expect(refused.status).toBe(401)
  })
})
