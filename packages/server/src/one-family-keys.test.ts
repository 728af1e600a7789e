/** Keys, second factors and identity checks of a family of accounts: what one language does holds in the other. */
import { StemmaClient } from '@stemma/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneTimeCode } from './testing/authenticator.js'
import type { CryptoDesk } from './testing/crypto-desk.js'
import { acc, languagesOf, openFamily, type Told } from './testing/two-languages.js'

let desk: CryptoDesk
let client: StemmaClient
let party: `pty_${number}`

beforeAll(async () => {
  ;({ desk, party } = await openFamily())
  client = new StemmaClient({ baseUrl: desk.url, apiKey: desk.operatorKey })
})
afterAll(() => desk.close())

const { done, faultOf } = languagesOf(() => desk)

/** Nobody has tired fingers: each call has a code of its own step, which none has used before. */
let steps = 0
async function proven(method: string, params: object): Promise<Told> {
  for (;;) {
    // The step before, this one and the next count, each once: beyond them a moment has to pass.
    const at = Date.now() * 1_000 + (steps - 1) * 30_000_000
    const authorization_data = oneTimeCode(desk.totpSecret, at)
    const { body } = await desk.call(method, { ...params, authorization_data })
    if (body.error?.data?.reason === 'used_tfa_code' && steps < 2) steps += 1
    else return body
  }
}

describe('keys, factors and identity', () => {
  test('a key that the venue makes is natively one of its user, and ends there when it is disabled here', async () => {
    const made = (await proven('private/create_api_key', { max_scope: 'account:read', name: 'both' })).result
    const { items: users } = await client.users.list({ under: party, search: 'kestrel' })
    const owner = users.find(({ name }) => name === 'kestrel')
    const { items } = await client.credentials.list({ user: owner?.id as `usr_${number}` })
    const own = items.find(({ client_id }) => client_id === made.client_id)
    expect(own).toMatchObject({ surface: 'deribit', status: 'active', has_secret: true })
    const key = { clientId: made.client_id, clientSecret: made.client_secret, accountId: desk.main.accountId }
    expect(await done('private/get_account_summary', { currency: 'BTC' }, key)).toHaveProperty('equity')
    // It may read and no more.
    expect(await faultOf('private/create_subaccount', {}, key)).toMatchObject({
      code: 13021,
      data: { reason: 'invalid_scope' },
    })
    await client.credentials.disable({ credential: own?.id as `key_${number}` })
    expect((await faultOf('private/get_account_summary', { currency: 'BTC' }, key)).code).toBe(13009)
    await client.credentials.enable({ credential: own?.id as `key_${number}` })
    expect(await done('private/get_account_summary', { currency: 'BTC' }, key)).toHaveProperty('equity')
  })

  test('subaccounts have their main account’s identity check', async () => {
    const states = async () => {
      const { items } = await client.users.list({ under: party, limit: 500 })
      expect(items.length).toBeGreaterThan(3)
      expect(items.every(({ is_kyc_of_party }) => is_kyc_of_party)).toBe(true)
      return [...new Set(items.map(({ kyc }) => kyc))]
    }
    for (const kyc of ['review', 'approved'] as const) {
      await client.parties.set_kyc({ party, kyc })
      expect(await states()).toEqual([kyc])
    }
  })

  test('what is protected runs with the factor, natively shown and natively reset', async () => {
    const account = (await done('private/create_subaccount')).id as number
    const params = { sid: account, state: 'enable' }
    expect(await faultOf('private/toggle_subaccount_login', params)).toMatchObject({
      code: 13668,
      data: { reason: 'tfa_code_is_required' },
    })
    const main = await client.logins.get({ account: acc(desk.main) })
    expect(main.factor_assignments).toContain('account')
    expect((await client.logins.get({ account: `acc_${account}` })).user).toBeNull()
    expect((await proven('private/toggle_subaccount_login', params)).result).toBe('ok')
    expect(await client.logins.get({ account: `acc_${account}` })).toMatchObject({ is_login_enabled: true })
    await client.factors.reset({ user: main.user as `usr_${number}` })
    expect((await client.logins.get({ account: acc(desk.main) })).factor_assignments).toEqual([])
    expect((await faultOf('private/toggle_subaccount_login', params)).code).toBe(13904)
    // Natively the key is what is asked for, and nothing else.
    await client.subaccounts.remove({ account: `acc_${account}` })
    const list = await done('private/get_subaccounts')
    expect(list.map(({ id }: Told) => id)).not.toContain(account)
  })
})
