/** The rules of each kind of instrument. */
import type { InstrumentKind } from '../../market/index.js'
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
}

export const kindRules = (kind: InstrumentKind): KindRules => RULES[kind]
