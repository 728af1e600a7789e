/** Every operation of the native API, by name and in order of the reference. */
import type { InputOf, Operation, OutputOf } from './operation.js'
import { ACCESS_OPERATIONS } from './operations/access.js'
import { ACCOUNT_OPERATIONS } from './operations/accounts.js'
import { ADDRESS_OPERATIONS } from './operations/addresses.js'
import { ANNOUNCEMENT_OPERATIONS } from './operations/announcements.js'
import { APPROVAL_OPERATIONS } from './operations/approvals.js'
import { CREDENTIAL_OPERATIONS } from './operations/credentials.js'
import { DISCONNECT_OPERATIONS } from './operations/disconnects.js'
import { EVENT_OPERATIONS } from './operations/events.js'
import { FACTOR_OPERATIONS } from './operations/factors.js'
import { FUNDING_OPERATIONS } from './operations/funding.js'
import { INSTRUMENT_OPERATIONS } from './operations/instruments.js'
import { LEDGER_OPERATIONS } from './operations/ledger.js'
import { MARGIN_OPERATIONS } from './operations/margin.js'
import { MARKET_MAKING_OPERATIONS } from './operations/market-making.js'
import { MARKET_PAST_OPERATIONS } from './operations/market-past.js'
import { NODE_OPERATIONS } from './operations/nodes.js'
import { ORDER_READ_OPERATIONS } from './operations/order-reads.js'
import { ORDER_OPERATIONS } from './operations/orders.js'
import { PARTY_OPERATIONS } from './operations/parties.js'
import { POSITION_OPERATIONS } from './operations/positions.js'
import { PRICE_OPERATIONS } from './operations/prices.js'
import { PROTECTION_OPERATIONS } from './operations/protections.js'
import { RISK_OPERATIONS } from './operations/risk-limits.js'
import { SUBACCOUNT_OPERATIONS } from './operations/subaccounts.js'
import { SUMMARY_OPERATIONS } from './operations/summaries.js'
import { TRADE_OPERATIONS } from './operations/trades.js'
import { USER_OPERATIONS } from './operations/users.js'
import { VENUE_OPERATIONS } from './operations/venues.js'

const all = [
  ...PARTY_OPERATIONS,
  ...ACCOUNT_OPERATIONS,
  ...SUBACCOUNT_OPERATIONS,
  ...NODE_OPERATIONS,
  ...SUMMARY_OPERATIONS,
  ...USER_OPERATIONS,
  ...CREDENTIAL_OPERATIONS,
  ...FACTOR_OPERATIONS,
  ...PRICE_OPERATIONS,
  ...RISK_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...LEDGER_OPERATIONS,
  ...APPROVAL_OPERATIONS,
  ...FUNDING_OPERATIONS,
  ...ADDRESS_OPERATIONS,
  ...INSTRUMENT_OPERATIONS,
  ...MARKET_PAST_OPERATIONS,
  ...ORDER_OPERATIONS,
  ...ORDER_READ_OPERATIONS,
  ...MARKET_MAKING_OPERATIONS,
  ...PROTECTION_OPERATIONS,
  ...DISCONNECT_OPERATIONS,
  ...TRADE_OPERATIONS,
  ...POSITION_OPERATIONS,
  ...MARGIN_OPERATIONS,
  ...VENUE_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...ANNOUNCEMENT_OPERATIONS,
] as const

type Listed = (typeof all)[number]
export type OperationName = Listed['name']

/** What a call of each operation takes and answers, on the wire. */
export type Calls = {
  readonly [O in Listed as O['name']]: { readonly input: InputOf<O>; readonly output: OutputOf<O> }
}

export const OPERATIONS: readonly Operation[] = all as readonly unknown[] as readonly Operation[]
export const BASE_PATH = '/stemma/v1'
const byName: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((each) => [each.name, each]))
export const findOperation = (name: string): Operation | undefined => byName.get(name)
