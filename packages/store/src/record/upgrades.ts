/**
 * Upgrades of records: what a batch that was written by an older format becomes in the next one. Each is a pure
 * function and is kept for ever, since journals are never rewritten. A field of an event that a projection reads under
 * another name, a column whose values mean something else: each is a new format with its function here. A column that
 * records do not have yet needs none, since its field declares what its absence means (RowReading of the image).
 */
import type { Batch } from '@stemma/core/image'

export type Upgrade = (batch: Batch) => Batch

/** The function at place N makes format N + 2 of format N + 1. */
export const UPGRADES: readonly Upgrade[] = []

/** The format of what is written now. A newer one is refused. */
export const FORMAT_VERSION = UPGRADES.length + 1

/** `batch`, which was written in format `version`, as the newest format has it. */
export const upgraded = (batch: Batch, version: number, upgrades: readonly Upgrade[] = UPGRADES): Batch =>
  upgrades.slice(version - 1).reduce((older, upgrade) => upgrade(older), batch)
