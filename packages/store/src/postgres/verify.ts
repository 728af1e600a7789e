/** The walk over all that the database holds of a book: the chain, the head kept apart, the digest of the tables, and history. */
import { type ChainReport, type Damage, StoreRefusal, type StoreSchema } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import { DigestCheck } from '../tables/digest-check.js'
import type { Connection } from './connection.js'
import { historyDamage } from './history-check.js'
import { keptHead } from './load.js'
import { reachedBy, readMeta } from './meta.js'
import { type PostgresPlace, tablesName, writerName } from './place.js'
import { chainDamage, missingFrom } from './records.js'
import { fingerprintOf } from './schema.js'
import type { Session } from './session.js'
import { partsOf, provenSnapshot } from './snapshots.js'
import { tableRows } from './table-rows.js'

/** All as of one moment: the journal may go on meanwhile, and be compacted. */
export function verifyChain(
  connection: Connection,
  place: PostgresPlace,
  schema: StoreSchema,
): Promise<ChainReport> {
  return connection.run((session) => session.reading(() => chainReport(session, place, schema)))
}

async function chainReport(
  session: Session,
  place: PostgresPlace,
  schema: StoreSchema,
): Promise<ChainReport> {
  const kept = await keptHead(session, place)
  const tables = await tablesReport(session, place, schema)
  const snapshot = await snapshotReport(session, place)
  const { head, damage } = await chainDamage(session, place, snapshot.batch)
  const found = [
    ...damage,
    ...snapshot.damage,
    ...(await missingFrom(session, place, kept, writerName(place))),
    ...(await missingFrom(session, place, tables.reached, tablesName(place))),
    ...tables.damage,
  ]
  return { batches: head.batch, hash: head.hash, damage: found }
}

/** The record up to which a snapshot stands in, or 0, and what is wrong with it. */
async function snapshotReport(
  session: Session,
  place: PostgresPlace,
): Promise<{ readonly batch: number; readonly damage: readonly Damage[] }> {
  let batch = 0
  try {
    const snapshot = await provenSnapshot(session, place)
    if (snapshot === null) return { batch, damage: [] }
    batch = snapshot.batch
    for await (const _part of partsOf(session, place, snapshot));
    return { batch, damage: [] }
  } catch (error) {
    if (!(error instanceof StoreRefusal)) throw error
    return { batch, damage: [{ ...error.place, message: error.message }] }
  }
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
  const reached = reachedBy(meta)
  const ofHistory = await historyDamage(session, place, schema, meta)
  return { reached, damage: [...check.found(meta.digest), ...ofHistory] }
}
