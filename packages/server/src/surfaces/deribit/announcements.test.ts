/** What the house tells everybody, and what each user has read of it (sections 3.7, 7 and 8.3). */
import { fromMilliseconds, SECOND } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'
import { openRpcSocket } from '../../testing/json-rpc-socket.js'

const START = 1_767_603_600_000
let clock: ManualClock
let desk: CryptoDesk
let manager: Manager
let ids: readonly number[]

/** Six, ten seconds apart. */
const TITLES = ['Nil', 'One', 'Two', 'Three', 'Four', 'Five']

beforeAll(async () => {
  clock = new ManualClock(fromMilliseconds(START))
  desk = await openCryptoDesk(clock)
  manager = await newManager(desk, 'reading')
  const published: number[] = []
  for (const title of TITLES) {
    published.push(await publish(title))
    clock.advance(10 * SECOND)
  }
  ids = published
})
beforeEach(() => clock.advance(20 * SECOND))
afterAll(() => desk.close())

async function publish(title: string, more: object = {}): Promise<number> {
  const written = { title, body: `${title} of the house.\nThat is all.`, ...more }
  const { announcement } = await desk.operate('POST', '/announcements', written)
  return Number(announcement.slice('ann_'.length))
}
const call = async (method: string, params: object = {}, key: Key | null = manager) =>
  (await desk.call(method, params, key)).body
const listed = async (params: object = {}): Promise<readonly number[]> =>
  (await call('public/get_announcements', params, null)).result.map(({ id }: { id: number }) => id)
const unread = async (key: Key): Promise<readonly number[]> =>
  (await call('private/get_new_announcements', {}, key)).result.map(({ id }: { id: number }) => id)

test('everybody reads the newest five, or as many as it says, up to a time', async () => {
  const newest = [...ids].reverse()
  expect(await listed()).toEqual(newest.slice(0, 5))
  expect(await listed({ count: 50 })).toEqual(newest)
  expect(await listed({ count: 1 })).toEqual(newest.slice(0, 1))
  const [third] = (await call('public/get_announcements', { count: 1, start_timestamp: START + 39_999 }))
    .result
  expect(third).toEqual({
    id: ids[3],
    title: 'Three',
    body: 'Three of the house.\nThat is all.',
    important: false,
    confirmation: false,
    publication_timestamp: START + 30_000,
  })
  expect(await listed({ start_timestamp: START + 30_000 })).toEqual(newest.slice(2))
  expect(await listed({ start_timestamp: START - 1 })).toEqual([])
  for (const [params, param] of [
    [{ count: 0 }, 'count'],
    [{ count: 51 }, 'count'],
    [{ start_timestamp: 'yesterday' }, 'start_timestamp'],
  ] as const)
    expect((await call('public/get_announcements', params, null)).error).toMatchObject({
      code: -32602,
      data: { param },
    })
})

test('each user marks for itself what it has read, once or again', async () => {
  const other = await newManager(desk, 'reading-too')
  const newest = [...ids].reverse()
  expect(await unread(manager)).toEqual(newest)
  const read = { announcement_id: ids[2] }
  expect((await call('private/set_announcement_as_read', read)).result).toBe('ok')
  expect((await call('private/set_announcement_as_read', read)).result).toBe('ok')
  const rest = newest.filter((id) => id !== ids[2])
  expect(await unread(manager)).toEqual(rest)
  expect(await unread(other)).toEqual(newest)
  expect(await unread(desk.subaccounts[0] as Key)).toEqual(newest)
  expect(await listed({ count: 50 })).toEqual(newest)
})

test('what is wrong with an id is told; nobody reads without its scope', async () => {
  const set = async (params: object) => (await call('private/set_announcement_as_read', params)).error
  expect(await set({})).toMatchObject({
    code: -32602,
    data: { param: 'announcement_id', reason: 'value is required' },
  })
  for (const announcement_id of [999_999, 0, -1, Number(manager.accountId)])
    expect(await set({ announcement_id })).toMatchObject({
      code: -32602,
      data: { param: 'announcement_id', reason: 'announcement_not_found' },
    })
  expect((await set({ announcement_id: 'one' }))?.data.param).toBe('announcement_id')
  const given = {
    grant_type: 'client_credentials',
    client_id: manager.clientId,
    client_secret: manager.clientSecret,
    scope: 'account:read',
  }
  const { access_token } = (await call('public/auth', given, null)).result
  const asked = { access_token, announcement_id: ids[0] }
  expect((await call('private/set_announcement_as_read', asked, null)).error.code).toBe(13021)
  expect((await call('private/get_new_announcements', asked, null)).result).toHaveLength(5)
  for (const method of ['private/get_new_announcements', 'private/set_announcement_as_read'])
    expect((await call(method, { announcement_id: ids[0] }, null)).error.code).toBe(13009)
})

test('who follows is told as one is published and as it is withdrawn, proven or not', async () => {
  const socket = await openRpcSocket(desk.url)
  const channels = ['announcements', 'announcements.more']
  expect((await socket.call('public/subscribe', { channels })).result).toEqual(['announcements'])
  const id = await publish('Maintenance', { is_important: true, is_confirmation_asked: true })
  const shown = {
    id,
    title: 'Maintenance',
    body: 'Maintenance of the house.\nThat is all.',
    important: true,
    confirmation: true,
    publication_timestamp: expect.any(Number),
  }
  expect(await socket.told('announcements')).toEqual({ action: 'new', ...shown })
  expect(await listed({ count: 1 })).toEqual([id])
  await desk.operate('POST', `/announcements/ann_${id}/withdraw`, {})
  expect(await socket.told('announcements', ({ action }) => action !== 'new')).toEqual({
    action: 'delete',
    ...shown,
  })
  expect(await listed({ count: 1 })).toEqual([ids[5]])
  const gone = await call('private/set_announcement_as_read', { announcement_id: id })
  expect(gone.error.data.reason).toBe('announcement_not_found')
  expect((await socket.call('public/unsubscribe', { channels: ['announcements'] })).result).toEqual([
    'announcements',
  ])
  await socket.close()
})
