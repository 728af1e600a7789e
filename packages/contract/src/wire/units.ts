/** Wire type of quantities that are of no one instrument: whole counts of 10^-9, as decimal text. */
import { formatDecimal, parseDecimal, QUANTITY_SCALE_MAX } from '@stemma/core/money'
import { refuse } from '@stemma/core/refusals'
import { z } from 'zod'
import { DECIMAL_FAULTS } from './market.js'
import { malformed, type Wire } from './wire.js'

export function units(description: string): Wire<string> {
  return {
    schema: z
      .string()
      .max(64)
      .regex(/^(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/)
      .describe(description),
    decode(value, at) {
      if (typeof value !== 'string' || value.startsWith('-'))
        return malformed(at, 'a quantity as decimal text', value)
      const parsed = parseDecimal(value, QUANTITY_SCALE_MAX)
      return typeof parsed === 'bigint'
        ? parsed
        : refuse('malformed', `expected ${DECIMAL_FAULTS[parsed]}`, { field: at })
    },
    encode: (value) => (typeof value === 'bigint' ? formatDecimal(value, QUANTITY_SCALE_MAX) : value),
  }
}
