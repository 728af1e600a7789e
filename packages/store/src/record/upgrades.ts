/**
 * Upgrades of records: what a batch that was written by an older format becomes in the next one. Each is a pure
 * function and is kept for ever, since journals are never rewritten. A field of an event that a projection reads under
 * another name, a column whose values mean something else: each is a new format with its function here. A column that
 * records do not have yet needs none, since its field declares what its absence means (RowReading of the image).
 */
import type { Batch, Plain } from '@stemma/core/image'

export type Upgrade = (batch: Batch) => Batch

/** Rows of a table from before it had a column. */
const withColumn =
  (table: string, column: string, value: Plain): Upgrade =>
  (batch) => ({
    ...batch,
    images: batch.images.map((images) =>
      images.table === table
        ? {
            ...images,
            columns: [...images.columns, column],
            rows: images.rows.map((row) => [...row, value]),
          }
        : images,
    ),
  })

/** The function at place N makes format N + 2 of format N + 1. */
export const UPGRADES: readonly Upgrade[] = [
  // API keys say how they are asked for a second factor: with an error, as all were.
  withColumn('credentials', 'isFactorAskedInResult', false),
]

/** The format of what is written now. A newer one is refused. */
export const FORMAT_VERSION = UPGRADES.length + 1

/** `batch`, which was written in format `version`, as the newest format has it. */
export const upgraded = (batch: Batch, version: number, upgrades: readonly Upgrade[] = UPGRADES): Batch =>
  upgrades.slice(version - 1).reduce((older, upgrade) => upgrade(older), batch)
