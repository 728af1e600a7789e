/**
 * `npm run soak -- --rounds N --store sqlite`: kills a server under load so many times, and says of each round what was
 * found. Ends with 1 at the first promise that was broken; the data is then left where it is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KillLoop } from './kill-loop.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
  },
})
const [rounds, seed] = [Number(values.rounds), Number(values.seed)]
if (!Number.isSafeInteger(rounds) || rounds < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write(
    'expected --rounds N, --seed N, both whole numbers, and --store sqlite or a postgres:// address\n',
  )
  process.exit(2)
}
const directory = mkdtempSync(join(tmpdir(), 'stemma-soak-'))
process.stdout.write(`${JSON.stringify({ seed, rounds, directory })}\n`)
const loop = await KillLoop.open({ directory, store: values.store, seed })
try {
  for (let round = 1; round <= rounds; round += 1)
    process.stdout.write(`${JSON.stringify(await loop.round(round))}\n`)
  await loop.end()
  rmSync(directory, { recursive: true })
} catch (error) {
  await loop.abandon()
  process.stderr.write(`${String(error)}\nThe data is in ${directory}\n`)
  process.exitCode = 1
}
