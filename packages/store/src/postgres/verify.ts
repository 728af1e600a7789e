/** The walk over all that the database holds of a book: the chain, the head kept apart, and the digest of the tables. */
import type { ChainReport, Damage, StoreSchema } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { DigestCheck } from '../tables/digest-check.js'
import type { Connection } from './connection.js'
import { keptHead } from './load.js'
import { reachedBy, readMeta } from './meta.js'
import { type PostgresPlace, tablesName, writerName } from './place.js'
import { chainDamage, missingFrom } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'
import { tableRows } from './table-rows.js'

/** What lies behind the journal is read before it: it may go on meanwhile. */
export function verifyChain(
  connection: Connection,
  place: PostgresPlace,
  schema: StoreSchema,
): Promise<ChainReport> {
  return connection.run(async (session) => {
    const kept = await keptHead(session, place)
    const tables = await session.reading(() => tablesReport(session, place, schema))
    const { head, damage } = await chainDamage(session, place)
    const found = [
      ...damage,
      ...(await missingFrom(session, place, kept, writerName(place))),
      ...(await missingFrom(session, place, tables.reached, tablesName(place))),
      ...tables.damage,
    ]
    return { batches: head.batch, hash: head.hash, damage: found }
  })
}

async function tablesReport(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
): Promise<{ readonly reached: ChainHead; readonly damage: readonly Damage[] }> {
  const meta = await readMeta(session, place)
  if (meta?.fingerprint !== fingerprintOf(schema)) return { reached: reachedBy(null), damage: [] }
  const check = new DigestCheck(tablesName(place))
  let index = 0
  for (const shape of schema.tables) {
    for await (const rows of tableRows(session, shape)) check.take(shape, index, rows)
    index += 1
  }
  return { reached: reachedBy(meta), damage: check.found(meta.digest) }
}
