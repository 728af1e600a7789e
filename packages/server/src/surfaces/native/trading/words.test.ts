// The words of the wire are those of the engine.
import { findOperation } from '@stemma/contract'
import {
  ACCESS_RESULTS,
  FEE_KINDS,
  INSTRUMENT_KINDS,
  INSTRUMENT_STATES,
  MARGIN_MODELS,
  ORDER_STATES,
  ORDER_TYPES,
  PRODUCTS,
  REPORT_KINDS,
  SELF_MATCH_INSTRUCTIONS,
  SIDES,
  TIMES_IN_FORCE,
} from '@stemma/core'
import { expect, test } from 'vitest'
import { SETTLEMENT_TYPES } from '../../../host/market-past/settlements.js'

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
    ['accounts.bar_products', 'products', PRODUCTS.map((product) => [product])],
    ['settlements.list', 'types', SETTLEMENT_TYPES.map((type) => [type])],
  ] as const)
    for (const word of words) expect(() => field(operation, name)!.decode(word, '', {})).not.toThrow()
  for (const [operation, name, words] of [
    ['access_log.list', 'result', ACCESS_RESULTS],
    ['portfolios.list', 'model', MARGIN_MODELS],
  ] as const) {
    const { output, example } = findOperation(operation)!
    const [item] = (example.response as { items: readonly object[] }).items
    for (const word of words) {
      const answer = { items: [{ ...item, [name]: word }], next_cursor: null }
      expect(output.schema.safeParse(answer).error, word).toBeUndefined()
    }
  }
})
