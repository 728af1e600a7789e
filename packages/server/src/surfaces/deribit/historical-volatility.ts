/** How much an index moved (section 12.3), in percent: of the index of a coin in dollars. */
import { toMilliseconds } from '@stemma/core'
import { volatilityOf } from '../../host/market-past/index-volatility.js'
import type { Call, Method } from './call.js'
import { currencyNamed } from './instruments.js'

async function volatility({ params, host }: Call): Promise<unknown> {
  const index = `${currencyNamed(params).toLowerCase()}_usd`
  return (await volatilityOf(host, index, host.now())).map(({ hour, volatility: deviation }) => [
    toMilliseconds(hour),
    Number((100 * deviation).toPrecision(12)),
  ])
}

export const VOLATILITY_METHODS: readonly Method[] = [
  { name: 'public/get_historical_volatility', kind: 'public', answer: volatility },
]
