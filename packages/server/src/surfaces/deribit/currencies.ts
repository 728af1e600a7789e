/** The coins of the venue (section 7.1), and what it costs to send one outside. */
import { type CurrencyCode, currencyOf } from '@stemma/core'
import type { Call, Method } from './call.js'
import { answered } from './errors.js'
import { COINS, CURRENCIES, SYSTEM } from './instruments.js'
import { PRIORITY_VALUES } from './wallet.js'

type Fees = Readonly<Record<string, string>>

/** As the operator has set them for everybody; an owner may have others. */
async function withdrawalFees({ host, services }: Call): Promise<Fees> {
  const { items } = answered(
    await host.read<{ readonly items: readonly { readonly value: Fees }[] }>('settings.effective', SYSTEM, {
      node: services.sealing.operator,
      name: 'withdrawals.fees',
      at: null,
    }),
  )
  return items[0]?.value ?? {}
}

const priorities = Object.entries(PRIORITY_VALUES).map(([name, value]) => ({ name, value }))

function currencyShown(code: CurrencyCode, fees: Fees): Readonly<Record<string, unknown>> {
  const fee = Number(fees[code] ?? 0)
  return {
    currency: code,
    currency_long: COINS[code],
    coin_type: code,
    min_confirmations: 1,
    withdrawal_fee: fee,
    min_withdrawal_fee: fee,
    withdrawal_priorities: priorities,
    in_cross_collateral_pool: true,
    network_fee: 0,
    network_currency: code,
    decimals: currencyOf(code).precision,
  }
}

/** Every account can hold each of them. */
export async function currencies(call: Call): Promise<unknown> {
  const fees = await withdrawalFees(call)
  return CURRENCIES.map((code) => currencyShown(code, fees))
}

export const CURRENCY_METHODS: readonly Method[] = [
  { name: 'public/get_currencies', kind: 'public', answer: currencies },
]
