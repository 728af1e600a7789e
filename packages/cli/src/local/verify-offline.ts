/** The proof of a data directory that no server uses. */
import { type OfflineProof, verifyData } from '@stemma/server'
import { configurationFor } from './configuration.js'
import { explained } from './faults.js'

export const verifyOffline = (data: string | undefined, env: NodeJS.ProcessEnv): Promise<OfflineProof> =>
  explained(() => verifyData(configurationFor(data === undefined ? {} : { data }, env)))
