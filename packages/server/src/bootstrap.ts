/**
 * What a start does on an empty book: it opens the book, makes an operator with a key, and writes the key to a file that
 * only its owner can read; or, where that is asked for, it builds the demo world.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, Plain } from '@stemma/core'
import { mintApiKey } from './auth/index.js'
import { writePrivateFile } from './host/private-file.js'
import { type Configuration, ConfigurationFault } from './ops/configuration.js'
import { buildDemoWorld, demoFileIn } from './ops/demo-world.js'
import type { Services } from './services.js'

export interface Made {
  readonly credentialsFile: string
  readonly isDemo: boolean
}

/** Stands beside the data while a first start is making the book; nobody is answered before it is gone. */
export const unfinishedFileIn = (dataDirectory: string): string =>
  join(dataDirectory, 'first-start.unfinished')

export const operatorFileIn = (dataDirectory: string): string => join(dataDirectory, 'operator.json')

/** Null where the book was open already. */
export async function openBookWhereEmpty(
  engine: Engine,
  services: Services,
  configuration: Configuration,
): Promise<Made | null> {
  const { dataDirectory, isDemo } = configuration
  const unfinished = unfinishedFileIn(dataDirectory)
  if (engine.rooms.hierarchy.parties.size > 0) {
    if (existsSync(unfinished))
      throw new ConfigurationFault(
        `the first start in ${dataDirectory} was cut short, and what it made is not whole; nobody has used it: remove the directory and start again`,
      )
    return null
  }
  writePrivateFile(unfinished, '')
  const made = await makeBook(services, dataDirectory, isDemo)
  rmSync(unfinished)
  return made
}

async function makeBook(services: Services, dataDirectory: string, isDemo: boolean): Promise<Made> {
  if (isDemo) {
    await buildDemoWorld(services, dataDirectory, services.url())
    return { credentialsFile: demoFileIn(dataDirectory), isDemo }
  }
  const credentialsFile = operatorFileIn(dataDirectory)
  const key = mintApiKey('operator')
  writePrivateFile(
    credentialsFile,
    `${JSON.stringify({ native: { operator: { apiKey: key.value } } }, null, 2)}\n`,
  )
  await makeOperator(services, key.secretHash)
  return { credentialsFile, isDemo }
}

async function makeOperator({ host }: Services, secretHash: string): Promise<void> {
  const run = async (command: string, input: Plain): Promise<Readonly<Record<string, number>>> => {
    const outcome = await host.execute({
      command,
      input,
      actor: { kind: 'system' },
      reason: 'the first start on an empty book',
    })
    if (outcome.kind === 'refused')
      throw new Error(`expected ${command} on an empty book: ${outcome.refusal.detail}`)
    return outcome.result as Readonly<Record<string, number>>
  }
  const { party } = await run('book.open', { name: 'operator', displayName: 'Operator', baseCurrency: 'USD' })
  const { user } = await run('users.create', {
    party: party ?? 0,
    name: 'operator',
    displayName: 'Operator',
    sealedEmail: null,
    kyc: null,
    roles: ['operator'],
    scopes: [],
    account: null,
  })
  await run('credentials.create', {
    user: user ?? 0,
    party: null,
    kind: 'api_key',
    clientId: 'operator',
    displayName: 'First key of the operator',
    surface: 'native',
    secretHash,
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  })
}
