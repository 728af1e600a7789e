/** Keys where the operator wants a second person for changes of rights. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'
import { type Manager, newManager } from '../../testing/desk-manager.js'

let desk: CryptoDesk
let manager: Manager

beforeAll(async () => {
  desk = await openCryptoDesk()
  manager = await newManager(desk, 'manager')
})
afterAll(() => desk.close())

const result = async (method: string, params: object = {}) => {
  const { body } = await desk.call(method, params, manager)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object) => (await desk.call(method, params, manager)).body.error
const making = { max_scope: 'account:read trade:read_write wallet:none', name: 'desk7' }
const remove = ({ id }: { id: number }) => result('private/remove_api_key', { id })

test('where a second person has to approve, a change waits, is told so, and is done once that person agrees', async () => {
  const kept = await result('private/create_api_key', { ...making, name: 'kept' })
  const party = `pty_${manager.party}`
  // A policy that asks for two is not taken back by one: the system sets it.
  const policy = (rights: 'always' | 'never') =>
    desk.server.host.execute({
      command: 'settings.set',
      actor: { kind: 'system' },
      input: {
        node: manager.party,
        name: 'approvals.policy',
        value: { money: 'never', rights, corrections: 'never' },
        from: null,
      },
    })
  await policy('always')
  const numbers = async (): Promise<number[]> =>
    (await result('private/list_api_keys')).map(({ id }: { id: number }) => id)
  const before = await numbers()
  const changes: readonly (readonly [string, object])[] = [
    ['create', making],
    ['edit', { ...making, id: kept.id, name: 'edited' }],
    ['disable', { id: kept.id }],
    ['reset', { id: kept.id }],
  ]
  for (const [change, params] of changes)
    expect([change, await error(`private/${change}_api_key`, params)]).toEqual([
      change,
      { code: 11030, message: 'other_reject waits_for_approval' },
    ])
  const shown = (await result('private/list_api_keys')).find(({ id }: { id: number }) => id === kept.id)
  expect(shown).toEqual({ ...kept, client_secret: kept.client_secret })
  expect(await numbers()).toEqual(before)
  // The operator is that person, and agrees to the new key.
  const { items } = await desk.operate('GET', `/approvals?party=${party}&state=open`)
  const operations = items.map(({ operation }: { operation: string }) => operation)
  expect([...operations].sort()).toEqual([
    'account_keys.create',
    'account_keys.reset',
    'account_keys.update',
    'account_keys.update',
  ])
  const asked = items[operations.indexOf('account_keys.create')].id
  await desk.operate('POST', `/approvals/${asked}/approve`, {})
  const next = Math.max(...before) + 1
  expect(await numbers()).toEqual([...before, next])
  // To take a right away needs nobody else.
  expect(await remove(kept)).toBe('ok')
  await policy('never')
  await remove({ id: next })
})
