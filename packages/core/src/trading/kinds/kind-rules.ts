/** The rules of each kind of instrument. */
import type { InstrumentKind } from '../../market/index.js'
import { currencyPair } from './currency-pair.js'
import { option, paidBySession } from './derivative.js'
import { equity } from './equity.js'
import { eventContract } from './event-contract.js'
import type { KindRules } from './kind.js'

const RULES: Readonly<Record<InstrumentKind, KindRules>> = {
  event_contract: eventContract,
  equity,
  future: paidBySession,
  perpetual: paidBySession,
  option,
  currency_pair: currencyPair,
}

/** Whether trades in it leave positions: of a pair nothing is left but two balances. */
export const leavesPositions = (kind: InstrumentKind): boolean => RULES[kind].paid !== 'exchanged'

export const kindRules = (kind: InstrumentKind): KindRules => RULES[kind]
