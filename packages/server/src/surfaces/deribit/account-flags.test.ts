/** What an account says of itself that follows from how it is set up (section 5.1). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CryptoDesk, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
beforeAll(async () => {
  desk = await openCryptoDesk()
})
afterAll(() => desk.close())

test('no custodian keeps anything of it', async () => {
  const of = async (params: object) => (await desk.call('private/list_custody_accounts', params)).body
  expect((await of({ currency: 'BTC' })).result).toEqual([])
  expect((await of({})).error.data.param).toBe('currency')
})

test('whether it is protected, and whether other owners may send to it', async () => {
  const flags = async () => {
    const { body } = await desk.call('private/get_account_summaries')
    const { mmp_enabled, interuser_transfers_enabled } = body.result
    return { mmp_enabled, interuser_transfers_enabled }
  }
  expect(await flags()).toEqual({ mmp_enabled: false, interuser_transfers_enabled: false })
  await desk.call('private/set_mmp_config', {
    index_name: 'btc_usd',
    interval: 5,
    frozen_time: 30,
    quantity_limit: 1,
    delta_limit: 0,
  })
  const setting = `/settings/acc_${desk.main.accountId}/transfers.accept_from_others`
  await desk.operate('PUT', setting, { value: true })
  expect(await flags()).toEqual({ mmp_enabled: true, interuser_transfers_enabled: true })
})
