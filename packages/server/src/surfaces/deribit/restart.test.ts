/** What is kept of the ways into an account when the server ends and another begins on the same data. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from '../../server.js'
import { demoIn, startDemo } from '../../testing/demo-server.js'
import { newManager } from '../../testing/desk-manager.js'

const directory = mkdtempSync(join(tmpdir(), 'stemma-keys-'))
let server: RunningServer

interface Pair {
  readonly access_token: string
  readonly refresh_token: string
  readonly sid: string
}

const start = () => startDemo(directory)

beforeAll(async () => {
  server = await start()
})
afterAll(async () => {
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

const call = async (method: string, params: object = {}) => {
  const response = await fetch(`${server.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return (await response.json()) as { readonly result?: unknown; readonly error?: { readonly code: number } }
}
const result = async <Told>(method: string, params: object = {}): Promise<Told> => {
  const { result: told, error } = await call(method, params)
  if (told === undefined) throw new Error(JSON.stringify(error))
  return told as Told
}

test('keys, sessions, languages and the access log go on', async () => {
  const file = demoIn(directory)
  const manager = await newManager({ server, main: file.deribit.main }, 'kept')
  const given = { grant_type: 'client_credentials', client_id: 'kept', client_secret: manager.clientSecret }
  const session = { ...given, scope: 'session:kept' }
  const pair: Pair = await result('public/auth', session)
  const { access_token } = pair
  const key: { readonly id: number } = await result('private/create_api_key', {
    access_token,
    max_scope: 'account:read',
    name: 'kept_key',
  })
  await result('private/set_email_language', { access_token, language: 'ja' })
  await result('private/disable_api_key', { access_token, id: key.id })
  const seen = async () => ({
    keys: await result('private/list_api_keys', { access_token }),
    log: await result<{ readonly records_total: number }>('private/get_access_log', {
      access_token,
      count: 1_000,
    }),
    language: await result('private/get_email_language', { access_token }),
  })
  const before = await seen()
  await server.stop()
  server = await start()
  expect(await seen()).toEqual(before)
  const again: Pair = await result('public/auth', session)
  expect(again.sid).toBe(pair.sid)
  const { records_total } = before.log
  const { data }: { data: readonly object[] } = await result('private/get_access_log', {
    access_token,
    count: 2,
  })
  expect(data).toMatchObject([
    { id: records_total + 1, result: 'success' },
    { id: records_total, result: 'disabled_api_key' },
  ])
  await result('private/remove_api_key', { access_token, id: key.id })
  const next: { readonly id: number } = await result('private/create_api_key', {
    access_token,
    max_scope: 'account:read',
  })
  expect(next.id).toBe(key.id + 1)
  const refresh = { grant_type: 'refresh_token', refresh_token: pair.refresh_token }
  expect((await result<Pair>('public/auth', refresh)).sid).toBe(pair.sid)
  expect((await call('private/get_positions', { access_token })).error?.code).toBe(13009)
})

test('announcements stand, and what was read of them stays read', async () => {
  const file = demoIn(directory)
  const manager = await newManager({ server, main: file.deribit.main }, 'reader')
  const publish = async (title: string): Promise<number> => {
    const response = await fetch(`${server.url}/stemma/v1/announcements`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${file.native.operator.apiKey}`,
      },
      body: JSON.stringify({ title, body: 'Of the house' }),
    })
    const { announcement } = (await response.json()) as { readonly announcement: string }
    return Number(announcement.slice('ann_'.length))
  }
  const [first, second] = [await publish('One'), await publish('Two')]
  const given = { grant_type: 'client_credentials', client_id: 'reader', client_secret: manager.clientSecret }
  const { access_token }: Pair = await result('public/auth', { ...given, scope: 'session:reader' })
  await result('private/set_announcement_as_read', { access_token, announcement_id: second })
  const seen = async () => ({
    all: await result<readonly { readonly id: number }[]>('public/get_announcements'),
    unread: await result<readonly { readonly id: number }[]>('private/get_new_announcements', {
      access_token,
    }),
  })
  const before = await seen()
  expect(before.all.map(({ id }) => id)).toEqual([second, first])
  expect(before.unread.map(({ id }) => id)).toEqual([first])
  await server.stop()
  server = await start()
  expect(await seen()).toEqual(before)
})
