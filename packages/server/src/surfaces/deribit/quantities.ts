/** Amounts of orders: `amount` in the instrument's own units, or `contracts` of its size; both must agree. */
import { parseQuantity, type Quantity } from '@stemma/core'
import type { PrivateCall } from './call.js'
import { invalidParam, VenueError } from './errors.js'
import { type Contract, contractSize } from './instruments.js'
import { plainDecimal } from './numbers.js'

export function quantityAsked({ params }: PrivateCall, contract: Contract): Quantity | null {
  const [amount, contracts] = [params.decimal('amount'), params.decimal('contracts')]
  const counted = contracts === null ? null : inContracts(contracts, contract)
  if (amount === null) return counted
  const quantity = quantityRead(amount, contract, 'amount')
  if (counted !== null && counted !== quantity) throw invalidParam('contracts', 'must agree with amount')
  return quantity
}

export function quantityRead(text: string, contract: Contract, param: string): Quantity {
  const quantity = parseQuantity(text, contract.quantityScale)
  if (typeof quantity === 'bigint' && quantity > 0n && quantity < contract.lot) throw new VenueError(10002)
  if (typeof quantity !== 'bigint' || quantity <= 0n || quantity % contract.lot !== 0n)
    throw invalidParam(param, 'must be a multiple of contract size')
  return quantity
}

function inContracts(text: string, contract: Contract): Quantity {
  const one = parseQuantity(plainDecimal(contractSize(contract)) ?? '', contract.quantityScale)
  const count = parseQuantity(text, contract.quantityScale)
  if (typeof one !== 'bigint' || typeof count !== 'bigint' || count <= 0n)
    throw invalidParam('contracts', 'must be a positive number')
  const quantity = (count * one) / 10n ** BigInt(contract.quantityScale)
  return quantityRead(
    plainDecimal(Number(quantity) / 10 ** contract.quantityScale) ?? '',
    contract,
    'contracts',
  )
}
