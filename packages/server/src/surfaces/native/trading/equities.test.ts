/** `equity` beside the entries of money and of positions: who has it, and that nobody sees another's. */
import { EXAMPLE } from '@stemma/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catchUp } from '../../../testing/catch-up.js'
import { holdPerpetual } from '../../../testing/derivatives.js'
import { startWorld, type World } from '../../../testing/native-world.js'

const ONE = 10n ** 18n

let world: World
let main: string
let instrument: number

beforeAll(async () => {
  world = await startWorld()
  const held = await holdPerpetual(world)
  main = `acc_${held.main}`
  instrument = held.instrument
})
afterAll(() => world.stop())

const items = async (path: string) => {
  catchUp(world.engine)
  return (await world.call('GET', `/stemma/v1${path}`)).body.items
}
const equities = async (path: string): Promise<readonly (string | null)[]> =>
  (await items(path)).map(({ equity }: { readonly equity: string | null }) => equity)

test('under standard margin each entry says it, of money and of positions, as it was then', async () => {
  // One coin came in; 200 dollars were bought at 98,000, which was the mark.
  expect(await equities(`/accounts/${main}/entries`)).toEqual(['1.00000000'])
  expect(await equities(`/accounts/${main}/position-entries`)).toEqual(['1.00000000'])
  const prices = [{ instrument, price: 100_000n * ONE }]
  await world.run('prices.publish', { prices, indexes: [] })
  const account = Number(main.slice(4))
  const deposit = { account, currency: 'BTC', amount: 10n ** 9n, reference: null, description: null }
  await world.run('deposits.create', { ...deposit, settle: true })
  // 1.1, and 200 / 98,000 - 200 / 100,000 = 0.0020408163 - 0.002.
  expect(await equities(`/accounts/${main}/entries?newest_first=true`)).toEqual([
    '1.1000408163',
    '1.00000000',
  ])
  expect(await equities(`/accounts/${main}/entries?limit=1&type=deposit&newest_first=false`)).toEqual([
    '1.00000000',
  ])
  expect(await equities(`/accounts/${main}/position-entries`)).toEqual(['1.00000000'])
})

test('a cash account has none, on any entry', async () => {
  const account = Number(
    (await world.call('GET', '/stemma/v1/accounts?limit=100')).body.items
      .find(({ type }: { readonly type: string }) => type === 'cash')
      .id.slice(4),
  )
  const deposit = { account, currency: 'USD', amount: 10n ** 6n, reference: null, description: null }
  await world.run('deposits.create', { ...deposit, settle: true })
  expect((await equities(`/accounts/acc_${account}/entries?newest_first=true`))[0]).toBeNull()
})

test('events and dry runs leave it out: one event tells of all accounts of its command', async () => {
  const under = world.ids.get(EXAMPLE.firm)
  const told = await items(`/events?under=${under}&limit=100`)
  const traded = told.filter(({ kind }: { readonly kind: string }) => kind === 'order.filled')
  expect(traded).toHaveLength(2)
  for (const { data } of told) expect(data).not.toHaveProperty('equities')
  const { body } = await world.call('POST', '/stemma/v1/orders?dry_run=true', {
    body: {
      account: main,
      instrument: 'BTC-PERPETUAL',
      side: 'sell',
      type: 'limit',
      quantity: '10',
      price: '98000',
    },
  })
  expect(body).toMatchObject({ outcome: 'would_succeed' })
  for (const { data } of body.events) expect(data).not.toHaveProperty('equities')
})
