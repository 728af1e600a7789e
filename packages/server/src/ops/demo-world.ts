/**
 * The demo world on an empty book: the commands come from @stemma/demo, the keys and secrets from here. They are
 * written to `demo.json` in the data directory, readable by its owner alone, and are kept nowhere else.
 */
import { generateKeyPair } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createDemoWorld, type DemoFile, type DemoPort, demoFile } from '@stemma/demo'
import { hashSecret, mintApiKey, mintSecret } from '../auth/api-keys.js'
import { newCodeSecret } from '../auth/factors/index.js'
import { writePrivateFile } from '../host/private-file.js'
import type { Services } from '../services.js'

const RSA_BITS = 2_048
const makeKeyPair = promisify(generateKeyPair)

export const demoFileIn = (dataDirectory: string): string => join(dataDirectory, 'demo.json')

/** Builds the world and writes its file; throws, naming the command, when the book is not empty. */
export async function buildDemoWorld(
  services: Pick<Services, 'host' | 'sealing'>,
  dataDirectory: string,
  url: string,
): Promise<void> {
  const { credentials } = await createDemoWorld(portOf(services))
  write(dataDirectory, demoFile(credentials, addressAt(url)))
}

/** Brings the address in the file to where the server listens now; a free port is known only then. */
export function keepDemoAddress(dataDirectory: string, url: string): void {
  const path = demoFileIn(dataDirectory)
  if (!existsSync(path)) return
  const file = JSON.parse(readFileSync(path, 'utf8')) as DemoFile
  if (file['polymarket-us'].audience === url) return
  write(dataDirectory, { ...file, 'polymarket-us': { ...file['polymarket-us'], ...addressAt(url) } })
}

const addressAt = (url: string): { readonly tokenUrl: string; readonly audience: string } => ({
  tokenUrl: `${url}/oauth/token`,
  audience: url,
})

const write = (dataDirectory: string, file: DemoFile): void =>
  writePrivateFile(demoFileIn(dataDirectory), `${JSON.stringify(file, null, 2)}\n`)

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
    async newSigningSecret(party) {
      const clientSecret = mintSecret()
      const sealedSecret = await sealing.seal(party, clientSecret)
      return { clientSecret, secretHash: hashSecret(clientSecret), sealedSecret }
    },
    async newCodeSecret(party) {
      const secret = newCodeSecret()
      return { secret, sealedSecret: await sealing.seal(party, secret) }
    },
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
