/** The server's configuration for a local command: the environment, with what the command line says on top. */

import { type Configuration, ConfigurationFault, readConfiguration } from '@stemma/server/local'
import { usageError } from '../exit.js'
import type { LocalOptions } from './options.js'

const NAMES = { data: 'STEMMA_DATA', port: 'STEMMA_PORT', host: 'STEMMA_HOST' } as const

export function configurationFor(options: LocalOptions, env: NodeJS.ProcessEnv): Configuration {
  const said = Object.entries(NAMES).flatMap(([option, name]) => {
    const value = options[option as keyof typeof NAMES]
    return value === undefined ? [] : [[name, value]]
  })
  const demo = options.demo === true ? { STEMMA_DEMO: '1' } : {}
  try {
    return readConfiguration({ ...env, ...Object.fromEntries(said), ...demo })
  } catch (thrown) {
    if (thrown instanceof ConfigurationFault) throw usageError(thrown.message, thrown)
    throw thrown
  }
}
