/** A port onto an engine in memory, with a clock that ticks by itself and keys that are the same every time. */
import { Engine, type Instant, type Plain } from '@stemma/core'
import type { DemoPort } from '../port.js'

const START = 1_790_000_000_000_000 as Instant
const STEP = 1_000

export function engineWithPort(): { readonly engine: Engine; readonly port: DemoPort } {
  const engine = new Engine()
  let at = START
  const now = (): Instant => {
    at = (at + STEP) as Instant
    return at
  }
  const port: DemoPort = {
    now,
    async execute({ command, input, actor, reason }): Promise<Plain> {
      const outcome = engine.execute({ command, input, actor, reason, time: now() })
      if (outcome.kind === 'done') return outcome.result
      throw new Error(`${command}: ${outcome.kind === 'refused' ? outcome.refusal.detail : 'repeated'}`)
    },
    seal: async (party, plain) => `sealed for ${party}: ${plain.length} characters`,
    newApiKey: (clientId) => ({ apiKey: `sk_${clientId}_test`, secretHash: '0'.repeat(64) }),
    newSigningSecret: async () => ({
      clientSecret: 'secret',
      secretHash: '0'.repeat(64),
      sealedSecret: 'sealed',
    }),
    newCodeSecret: async () => ({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', sealedSecret: 'sealed' }),
    newRsaKeyPair: async () => ({ privateKeyPem: 'private', publicKeyPem: 'public' }),
  }
  return { engine, port }
}
