/**
 * The demo world on an empty book: the commands come from @stemma/demo, the keys and secrets from here. They are
 * written to `demo.json` in the data directory, readable by its owner alone, and are kept nowhere else.
 */
import { generateKeyPair } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDemoWorld, type DemoPort, demoFile, type VenueAddress } from '@stemma/demo'
import { mintApiKey } from '../auth/api-keys.js'
import type { Services } from '../services.js'

const RSA_BITS = 2_048
const makeKeyPair = promisify(generateKeyPair)

export const demoFileIn = (dataDirectory: string): string => join(dataDirectory, 'demo.json')

/** Builds the world and writes its file; throws, naming the command, when the book is not empty. */
export async function buildDemoWorld(
  services: Pick<Services, 'host' | 'sealing'>,
  dataDirectory: string,
  address: VenueAddress,
): Promise<void> {
  const { credentials } = await createDemoWorld(portOf(services))
  const file = demoFileIn(dataDirectory)
  // Complete or not there: a reader never sees half of it.
  const beside = `${file}.new`
  writeFileSync(beside, `${JSON.stringify(demoFile(credentials, address), null, 2)}\n`, { mode: 0o600 })
  renameSync(beside, file)
}

function portOf({ host, sealing }: Pick<Services, 'host' | 'sealing'>): DemoPort {
  return {
    now: () => host.now(),
    async execute({ command, input, actor, reason }) {
      const outcome = await host.execute({ command, input, actor, reason })
      if (outcome.kind === 'refused')
        throw new Error(
          `expected the demo world to be built, but ${command} was refused: ${outcome.refusal.detail}`,
        )
      return outcome.result
    },
    seal: (party, plain) => sealing.seal(party, plain),
    newApiKey(clientId) {
      const { value, secretHash } = mintApiKey(clientId)
      return { apiKey: value, secretHash }
    },
    async newRsaKeyPair() {
      const { privateKey, publicKey } = await makeKeyPair('rsa', {
        modulusLength: RSA_BITS,
        privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
        publicKeyEncoding: { type: 'spki', format: 'pem' },
      })
      return { privateKeyPem: privateKey, publicKeyPem: publicKey }
    },
  }
}
