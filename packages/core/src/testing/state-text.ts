/** Runs random commands from a seed and prints every outcome's sequence and the texts that a state hash is made of. */
import { Engine } from '../engine.js'
import { derivedHash, stateHash } from '../image/index.js'
import { choicesFrom, envelopeOf } from './random-commands.js'
import { openBook } from './world.js'

/** What the image says of itself, as text: whoever runs this hashes it. */
export function stateTextAfter(seed: number, count: number): string {
  const engine = new Engine()
  openBook(engine)
  for (const choice of choicesFrom(seed, count)) engine.execute(envelopeOf(engine, choice))
  const parts: string[] = []
  const collector = { update: (text: string) => parts.push(text), digest: () => '' }
  stateHash(engine.image, collector)
  derivedHash(engine.image, collector)
  return parts.join('')
}
