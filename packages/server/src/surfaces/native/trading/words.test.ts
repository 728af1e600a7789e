// The words of the wire are those of the engine.
import { findOperation } from '@stemma/contract'
import {
  FEE_KINDS,
  INSTRUMENT_KINDS,
  INSTRUMENT_STATES,
  ORDER_STATES,
  ORDER_TYPES,
  REPORT_KINDS,
  SELF_MATCH_INSTRUCTIONS,
  SIDES,
  TIMES_IN_FORCE,
} from '@stemma/core'
import { expect, test } from 'vitest'

test('the words of the wire are those of the engine', () => {
  const field = (operation: string, name: string) => findOperation(operation)?.input.shape[name]
  for (const [operation, name, words] of [
    ['orders.place', 'side', SIDES],
    ['orders.place', 'type', ORDER_TYPES],
    ['orders.place', 'time_in_force', TIMES_IN_FORCE],
    ['orders.place', 'self_match_instruction', SELF_MATCH_INSTRUCTIONS],
    ['orders.list', 'states', ORDER_STATES.map((state) => [state])],
    ['executions.list', 'types', REPORT_KINDS.map((kind) => [kind])],
    ['instruments.set_state', 'state', INSTRUMENT_STATES],
    ['instruments.create', 'kind', INSTRUMENT_KINDS],
    ['fee_schedules.create', 'kind', FEE_KINDS],
  ] as const)
    for (const word of words) expect(() => field(operation, name)!.decode(word, '', {})).not.toThrow()
})
