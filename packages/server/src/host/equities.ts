/** What an account was worth after commands that booked something of it, as history kept it. Every surface reads it so. */
import type { AccountId, Amount, CurrencyCode } from '@stemma/core'
import type { Host } from '../services.js'

/** By sequence; what is absent was booked under another margin model, or by a version that did not keep it. */
export async function equitiesAt(
  host: Pick<Host, 'history'>,
  account: AccountId,
  currency: CurrencyCode,
  sequences: readonly number[],
): Promise<ReadonlyMap<number, Amount>> {
  const wanted = [...new Set(sequences)]
  if (wanted.length === 0) return new Map()
  const rows = await host.history('equities', {
    equals: { account, currency },
    oneOf: { sequence: wanted },
    limit: wanted.length,
  })
  return new Map(rows.map(({ sequence, equity }) => [Number(sequence), equity as Amount]))
}
