/** What `stemma migrate` and `stemma verify --offline` do: work on a data directory that no server uses. */
import { migrateData, type OfflineProof, verifyData } from '@stemma/server/local'
import type { Shell } from '../shell.js'
import { configurationFor } from './configuration.js'
import type { LocalOptions } from './options.js'

export async function migrate(options: LocalOptions, shell: Shell): Promise<void> {
  const configuration = configurationFor(options, shell.env)
  const { batches, sequence } = await migrateData(configuration)
  shell.out(
    `${configuration.dataDirectory} is up to date: ${batches} records, the last sequence is ${sequence}.\n`,
  )
}

export const verify = (options: LocalOptions, shell: Shell): Promise<OfflineProof> =>
  verifyData(configurationFor(options, shell.env))
