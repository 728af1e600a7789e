/** The wallet: what comes in, what goes out, whom it goes to, and every state of it (section 4). The clock is moved by hand. */
import { MINUTE, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
let first: Key
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  first = desk.subaccounts[0] as Key
})
afterAll(() => desk.close())
// A code counts once, and pools fill again.
beforeEach(() => clock.advance(MINUTE))

const result = async (method: string, params: object = {}, key: Key = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key | null = desk.main) =>
  (await desk.call(method, params, key)).body.error
/** With the one-time code of a minute later than the last one. */
const coded = (params: object): object => {
  clock.advance(MINUTE)
  return { ...params, authorization_data: desk.codeAt(toMilliseconds(clock.now())) }
}
const balanceOf = async (key: Key, currency: string): Promise<number> =>
  (await result('private/get_account_summary', { currency }, key)).balance

describe('deposits', () => {
  test('come to an address that the operator offered, and say what became of them', async () => {
    const asked = { currency: 'ETH' }
    expect(await result('private/get_current_deposit_address', asked)).toBeNull()
    const made = await result('private/create_deposit_address', asked)
    expect(made).toMatchObject({ address: 'demo-eth-1', currency: 'ETH', type: 'deposit' })
    expect(await result('private/get_current_deposit_address', asked)).toEqual(made)
    const account = `acc_${desk.main.accountId}`
    const paid = { account, currency: 'ETH', amount: '2', address: 'demo-eth-1', reference: '0xabc' }
    const { deposit } = await desk.operate('POST', '/deposits', paid)
    const list = async () => (await result('private/get_deposits', { ...asked, count: 1 })).data[0]
    expect(await list()).toMatchObject({
      address: 'demo-eth-1',
      amount: 2,
      state: 'pending',
      transaction_id: '0xabc',
      clearance_state: 'in_progress',
    })
    await desk.operate('POST', `/deposits/${deposit}/complete`, {})
    expect(await list()).toMatchObject({ state: 'completed', clearance_state: 'success' })
    const second = await desk.operate('POST', '/deposits', { ...paid, amount: '3' })
    await desk.operate('POST', `/deposits/${second.deposit}/cancel`, {})
    expect(await list()).toMatchObject({ amount: 3, state: 'rejected' })
    const { count, data } = await result('private/get_deposits', { ...asked, count: 1, offset: 1 })
    // The first eighty, and these two.
    expect([count, data[0].amount]).toEqual([3, 2])
  })

  test('a coin of which no address is left has none, and an account has so many', async () => {
    expect(await error('private/create_deposit_address', { currency: 'SOL' })).toEqual({
      code: 11095,
      message: 'disabled_deposit_address_creation',
    })
    const addresses = Array.from({ length: 21 }, (_none, at) => `usdt-${at}`)
    await desk.operate('POST', '/deposit_addresses/offer', { currency: 'USDT', addresses })
    for (let made = 0; made < 20; made += 1)
      await result('private/create_deposit_address', { currency: 'USDT' })
    expect((await error('private/create_deposit_address', { currency: 'USDT' })).code).toBe(11093)
    expect((await error('private/get_deposits', { currency: 'BTC', count: 1_001 })).data.param).toBe('count')
  })
})

describe('withdrawals', () => {
  const asked = { currency: 'BTC', amount: 0.5, address: 'demo-cold-wallet' }

  test('are held with their fee until they are paid out, and told once for a nonce', async () => {
    const before = await balanceOf(desk.main, 'BTC')
    const node = `acc_${desk.main.accountId}`
    await desk.operate('PUT', `/settings/${node}/withdrawals.fees`, { value: { BTC: '0.0001' } })
    const first = await result(
      'private/withdraw',
      coded({ ...asked, priority: 'high', nonce: 'pay-me-once' }),
    )
    expect(first).toMatchObject({
      currency: 'BTC',
      amount: 0.5,
      fee: 0.0001,
      priority: 1.2,
      state: 'unconfirmed',
      confirmed_timestamp: null,
      transaction_id: null,
      nonce: 'pay-me-once',
    })
    const again = coded({ ...asked, priority: 'high', nonce: 'pay-me-once' })
    expect((await result('private/withdraw', again)).id).toBe(first.id)
    expect(await balanceOf(desk.main, 'BTC')).toBeCloseTo(before - 0.5001, 8)
    await desk.operate('POST', `/withdrawals/wdr_${first.id}/complete`, {})
    const { data } = await result('private/get_withdrawals', { currency: 'BTC' })
    expect(data[0]).toMatchObject({ id: first.id, state: 'completed', address: 'demo-cold-wallet' })
    expect(data[0].confirmed_timestamp).toBe(data[0].updated_timestamp)
    expect(await balanceOf(desk.main, 'BTC')).toBeCloseTo(before - 0.5001, 8)
    expect((await error('private/cancel_withdrawal', { currency: 'BTC', id: first.id })).code).toBe(10010)
  })

  test('can be taken back while they wait, and be rejected by the operator', async () => {
    const before = await balanceOf(desk.main, 'BTC')
    const { id } = await result('private/withdraw', coded(asked))
    expect(await result('private/cancel_withdrawal', { currency: 'BTC', id })).toMatchObject({
      id,
      state: 'cancelled',
    })
    const second = await result('private/withdraw', coded(asked))
    await desk.operate('POST', `/withdrawals/wdr_${second.id}/reject`, {})
    const { data } = await result('private/get_withdrawals', { currency: 'BTC', count: 2 })
    expect(data.map(({ state }: { state: string }) => state)).toEqual(['rejected', 'cancelled'])
    expect(await balanceOf(desk.main, 'BTC')).toBe(before)
    expect((await error('private/cancel_withdrawal', { currency: 'ETH', id })).code).toBe(13020)
    expect((await error('private/cancel_withdrawal', { currency: 'BTC', id: 1 })).code).toBe(13020)
  })

  test('what is refused changes nothing', async () => {
    const before = await balanceOf(desk.main, 'BTC')
    const refused = async (params: object) => error('private/withdraw', coded({ ...asked, ...params }))
    expect((await refused({ address: 'elsewhere' })).code).toBe(11090)
    expect((await refused({ address: 'demo-btc-1' })).code).toBe(11096)
    expect((await refused({ amount: 10_000 })).code).toBe(10009)
    expect((await refused({ amount: '0.000000001' })).data.param).toBe('amount')
    expect((await refused({ priority: 'soon' })).data.param).toBe('priority')
    expect((await refused({ nonce: 'short' })).data.param).toBe('nonce')
    // Without the code, and from a subaccount.
    expect((await error('private/withdraw', asked)).code).toBe(13668)
    expect((await error('private/withdraw', asked, first)).code).toBe(13021)
    expect(await balanceOf(desk.main, 'BTC')).toBe(before)
  })
})

describe('transfers to another owner', () => {
  const asked = { currency: 'BTC', amount: 0.25, destination: 'meridian-main' }

  test('go by an address of the book, and name each side to the other', async () => {
    const sent = await result('private/submit_transfer_to_user', coded(asked))
    expect(sent).toMatchObject({
      type: 'user',
      direction: 'payment',
      other_side: 'meridian-main',
      state: 'confirmed',
      amount: 0.25,
    })
    const { data } = await result('private/get_transfers', { currency: 'BTC' })
    expect(data[0]).toEqual(sent)
  })

  test('what is in no book, or is nobody’s, is the same bad address', async () => {
    const refused = async (destination: string) =>
      (await error('private/submit_transfer_to_user', coded({ ...asked, destination }))).code
    expect(await refused('kestrel-sub-1')).toBe(11091)
    await result(
      'private/add_to_address_book',
      coded({ currency: 'BTC', type: 'transfer', address: 'nobody', label: 'x' }),
    )
    expect(await refused('nobody')).toBe(11091)
    expect((await error('private/submit_transfer_to_user', asked)).code).toBe(13668)
  })
})

describe('the book of addresses', () => {
  const asked = { currency: 'ETH', type: 'withdrawal', address: 'eth-cold' }
  const book = { currency: 'ETH', type: 'withdrawal' }

  test('has what was added, once, until it is removed', async () => {
    const added = await result('private/add_to_address_book', coded({ ...asked, label: 'Cold' }))
    expect(added).toMatchObject({ ...asked, label: 'Cold', status: 'confirmed' })
    expect(await result('private/get_address_book', book)).toEqual([added])
    expect((await error('private/add_to_address_book', coded(asked))).code).toBe(11092)
    expect(await result('private/remove_from_address_book', coded(asked))).toBe('ok')
    expect(await result('private/get_address_book', book)).toEqual([])
    expect((await error('private/remove_from_address_book', coded(asked))).code).toBe(11090)
    expect((await error('private/add_to_address_book', coded({ ...asked, address: 'a b' }))).code).toBe(11090)
    expect((await error('private/get_address_book', { currency: 'ETH' })).data.param).toBe('type')
  })
})

describe('transfers that wait', () => {
  test('a prepared one is cancelled by its sender; a finished or unknown one is not', async () => {
    const account = `acc_${desk.main.accountId}`
    const input = { from: account, to: `acc_${first.accountId}`, currency: 'BTC', amount: '0.1' }
    const { transfer } = await desk.operate('POST', '/transfers/prepare', input)
    const id = Number(transfer.slice('trf_'.length))
    const list = async () => (await result('private/get_transfers', { currency: 'BTC' })).data
    expect((await list())[0]).toMatchObject({ id, state: 'prepared' })
    expect((await error('private/cancel_transfer_by_id', { currency: 'BTC', id: 1 })).code).toBe(11053)
    expect((await error('private/cancel_transfer_by_id', { currency: 'ETH', id })).code).toBe(11053)
    const cancelled = await result('private/cancel_transfer_by_id', { currency: 'BTC', id })
    expect(cancelled).toMatchObject({ id, state: 'cancelled' })
    expect((await error('private/cancel_transfer_by_id', { currency: 'BTC', id })).code).toBe(12100)
  })

  test('one that a second person has to approve waits for the administrator', async () => {
    const { party } = await desk.operate('GET', `/accounts/acc_${desk.main.accountId}`)
    const value = { money: 'always', rights: 'never', corrections: 'never' }
    await desk.operate('PUT', `/settings/${party}/approvals.policy`, { value })
    const asked = { currency: 'BTC', amount: 0.2, destination: first.accountId }
    const waiting = await result('private/submit_transfer_to_subaccount', asked)
    expect(waiting).toMatchObject({ state: 'waiting_for_admin', amount: 0.2, other_side: 'kestrel_1' })
    const { data } = await result('private/get_transfers', { currency: 'BTC', count: 1 })
    expect(data).toEqual([waiting])
    const out = await result(
      'private/withdraw',
      coded({ currency: 'BTC', amount: 0.1, address: 'demo-cold-wallet' }),
    )
    expect(out).toMatchObject({ state: 'unconfirmed', amount: 0.1 })
    expect((await result('private/get_withdrawals', { currency: 'BTC' })).data[0].id).toBe(out.id)
  })

  test('whoever asked for one that waits takes it back, once, and it is in no list any more', async () => {
    const kinds = [
      ['transfer_by_id', 'transfers', 'waiting_for_admin', 11053],
      ['withdrawal', 'withdrawals', 'unconfirmed', 13020],
    ] as const
    for (const [cancelling, listing, state, unknown] of kinds) {
      const list = async () => (await result(`private/get_${listing}`, { currency: 'BTC', count: 1 })).data[0]
      const waiting = await list()
      expect(waiting.state).toBe(state)
      const cancel = (params: object, key?: Key) => error(`private/cancel_${cancelling}`, params, key)
      const asked = { currency: 'BTC', id: waiting.id }
      // In another currency, and to another account, it is not there.
      expect((await cancel({ ...asked, currency: 'ETH' })).code).toBe(unknown)
      expect((await cancel(asked, first)).code).toBe(13021)
      const before = await balanceOf(desk.main, 'BTC')
      const cancelled = await result(`private/cancel_${cancelling}`, asked)
      expect(cancelled).toEqual({ ...waiting, state: 'cancelled' })
      expect(await balanceOf(desk.main, 'BTC')).toBe(before)
      expect((await list())?.id).not.toBe(waiting.id)
      expect((await cancel(asked)).code).toBe(unknown)
    }
    const { party } = await desk.operate('GET', `/accounts/acc_${desk.main.accountId}`)
    const { items } = await desk.operate('GET', `/approvals?party=${party}&state=withdrawn`)
    expect(items.map(({ operation }: { operation: string }) => operation).sort()).toEqual([
      'transfers.create',
      'withdrawals.create',
    ])
  })
})

test('what a withdrawal costs, and how precise a coin is, is public', async () => {
  const { party } = await desk.operate('GET', `/accounts/acc_${desk.main.accountId}`)
  const { owner } = await desk.operate('GET', `/parties/${party}`)
  await desk.operate('PUT', `/settings/${owner}/withdrawals.fees`, { value: { ETH: '0.002' } })
  const coins = await result('public/get_currencies')
  const of = (code: string) => coins.find(({ currency }: { currency: string }) => currency === code)
  expect(of('BTC')).toMatchObject({ decimals: 8, withdrawal_fee: 0, currency_long: 'Bitcoin' })
  expect(of('ETH')).toMatchObject({ withdrawal_fee: 0.002, min_withdrawal_fee: 0.002 })
  expect(of('ETH').withdrawal_priorities).toContainEqual({ name: 'mid', value: 1 })
})
