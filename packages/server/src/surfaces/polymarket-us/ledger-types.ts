/** The venue's types of balance ledger entries and ours. Types without one of ours never occur. */
import type { EntryType } from '@stemma/core'
import { GRPC, VenueError } from './errors.js'

const PREFIX = 'LEDGER_ENTRY_TYPE_BALANCE_'

const SHOWN: Partial<Record<EntryType, string>> = {
  deposit: 'DEPOSIT',
  withdrawal: 'WITHDRAWAL',
  order_execution: 'ORDER_EXECUTION',
  correction: 'CORRECTION',
  settlement: 'RESOLUTION',
  adjustment: 'MANUAL_ADJUSTMENT',
  commission: 'COMMISSION',
  fee: 'COMMISSION',
  withdrawal_rejected: 'WITHDRAWAL_REJECTION',
  transfer: 'MANUAL_TRANSFER',
  withdrawal_pending: 'PENDING_WITHDRAWAL_CREATION',
}

/** Visible, though nothing of ours makes one yet. */
const VISIBLE = new Set([...Object.values(SHOWN), 'ACCOUNT_PROPERTY_ADJUSTMENT'])

const SUPPRESSED = new Set([
  'NETTING',
  'SECURITY_BALANCE_ADJUSTMENT',
  'SECURITY_MARK_TO_MARKET',
  'CONTRACT_EXPIRATION',
  'PENDING_CREDIT_ADJUSTMENT',
  'BEGINNING_OF_DAY',
  'SECURITY_WITHDRAWAL',
  'AVERAGE_PRICE_TRANSFER',
  'GIVE_UP',
  'SYNCHRONIZATION',
  'INTEREST',
  'SETTLEMENT_FEE',
])

export const entryTypeShown = (type: EntryType): string => `${PREFIX}${SHOWN[type] ?? ''}`

/** Every type of ours that the venue shows. */
const TYPES_SHOWN: readonly EntryType[] = Object.keys(SHOWN) as EntryType[]

/**
 * A filter's types in any of the three spellings. A suppressed one is aborted; one that the venue does not have is
 * taken as the default value, which filters nothing, and is left out.
 */
export function typesMeant(filter: readonly string[]): readonly EntryType[] {
  const names = filter.map((name) => name.replace(/^LEDGER_ENTRY_TYPE_(?:BALANCE_)?/, ''))
  const suppressed = names.find((name) => SUPPRESSED.has(name))
  if (suppressed !== undefined)
    throw new VenueError(GRPC.aborted, `ledger entry type ${PREFIX}${suppressed} is not available`)
  const known = names.filter((name) => VISIBLE.has(name))
  if (known.length === 0) return TYPES_SHOWN
  return TYPES_SHOWN.filter((type) => known.includes(SHOWN[type] ?? ''))
}
