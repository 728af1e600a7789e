/** What a withdrawal costs, by currency: an amount that is taken beside what is withdrawn. */
import { findCurrency, parseAmount } from '../money/index.js'
import { isRecord, type Setting } from './kinds.js'

export const withdrawalFees: Setting<{ readonly [currency: string]: string }> = {
  description:
    'What a withdrawal to an address costs beside its amount, by currency; nothing for those not named',
  defaultValue: {},
  fault: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([code, fee]) => {
      const currency = findCurrency(code)
      const amount = currency === undefined || typeof fee !== 'string' ? null : parseAmount(fee, currency)
      return typeof amount === 'bigint' && amount >= 0n
    })
      ? null
      : 'currencies with amounts in text, such as { "BTC": "0.0001" }',
}
