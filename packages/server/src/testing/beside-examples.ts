/** What examples of operations need that the native surface does not make itself, by the name of the operation. Not exported. */
import { EXAMPLE } from '@stemma/contract'
import { holdPerpetual } from './derivatives.js'
import { lockOut, openShare } from './holding.js'
import type { World } from './native-world.js'

/** What is protected follows an index. */
async function publishIndex({ run }: World): Promise<unknown> {
  const indexes = [{ name: 'btc_usd', price: 100_000n * 10n ** 18n }]
  return run('prices.publish', { prices: [], indexes })
}

/** What the native surface does not make itself. */
export const THERE: Readonly<Record<string, (into: World) => Promise<unknown>>> = {
  'prices.publish': openShare,
  'loss_lockouts.lift': lockOut,
  'positions.move': holdPerpetual,
  'orders.quote': holdPerpetual,
  'protections.set': publishIndex,
  'protections.reset': publishIndex,
  'margin.change_model': holdPerpetual,
  'margin.of_quantity': holdPerpetual,
  'margin.simulate': holdPerpetual,
  'margin.project': holdPerpetual,
  'margin.compare_models': holdPerpetual,
  'funding_hours.list': holdPerpetual,
  'funding_hours.sum': holdPerpetual,
  'instrument_settlements.list': holdPerpetual,
  'settlements.list': holdPerpetual,
  'indexes.hours': holdPerpetual,
  'indexes.volatility': holdPerpetual,
  'factors.begin': askForOneself,
  'factors.list': askForOneself,
  'factors.remove': askForOneself,
  async 'factors.challenge'(into) {
    const user = await askForOneself(into)
    const begun = { ...ONE_TIME_CODES, user, sealedSecret: 'S', registrationChallenge: null, isProven: false }
    const { factor } = await into.run<{ factor: number }>('factors.begin', begun)
    await into.run('factors.confirm', { factor, proof: { step: 0 } })
  },
}

const ONE_TIME_CODES = { kind: 'totp', name: 'phone', assignments: ['account'] }

/** A second factor is its user's own: the examples are asked by the user that they speak of. */
async function askForOneself(into: World): Promise<number> {
  const { id } = (await into.call('GET', '/stemma/v1/whoami')).body.user
  into.ids.set(EXAMPLE.user, id)
  return Number(id.slice('usr_'.length))
}
