/** What calls that move money have in common: an amount, a nonce that makes a repeat the same call, and its key. */
import { createHash } from 'node:crypto'
import { type Amount, type CurrencyCode, currencyOf, parseAmount } from '@stemma/core'
import type { Request } from '../../services.js'
import type { PrivateCall } from './call.js'
import { invalidParam } from './errors.js'

export const NONCE_LENGTHS = { least: 8, most: 128 }

export function amountAsked({ params }: PrivateCall, currency: CurrencyCode): Amount {
  const amount = parseAmount(params.decimal('amount') ?? params.missing('amount'), currencyOf(currency))
  if (typeof amount !== 'bigint')
    throw invalidParam('amount', `must have at most ${currencyOf(currency).precision} decimals`)
  if (amount <= 0n) throw invalidParam('amount', 'must be positive')
  return amount
}

export function nonceAsked({ params }: PrivateCall): string | null {
  const nonce = params.text('nonce')
  const { least, most } = NONCE_LENGTHS
  if (nonce !== null && (nonce.length < least || nonce.length > most))
    throw invalidParam('nonce', `must have ${least} to ${most} characters`)
  return nonce
}

type Part = string | number | bigint | null

/** The key of a command that a nonce came with: a repeat gets the first one's answer. */
export function keyOf(nonce: string | null, parts: readonly Part[]): Pick<Request, 'key'> {
  if (nonce === null) return {}
  const bodyHash = createHash('sha256').update(parts.map(String).join(' ')).digest('hex')
  return { key: { key: nonce, bodyHash } }
}

export const withNonce = (shown: object, nonce: string | null): object =>
  nonce === null ? shown : { ...shown, nonce }
