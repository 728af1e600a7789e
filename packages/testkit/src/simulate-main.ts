/** `npm run simulate -- --seed N --steps M`: one run, as one line of JSON; ends with 1 where a law was broken. */
import { parseArgs } from 'node:util'
import { simulate } from './simulator/simulate.js'

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, steps: { type: 'string', default: '20000' } },
})
const [seed, steps] = [Number(values.seed), Number(values.steps)]
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(steps) || steps < 1) {
  process.stderr.write('expected --seed N --steps M, both whole numbers\n')
  process.exit(2)
}
const run = await simulate({ seed, steps, auditEvery: 500 })
process.stdout.write(`${JSON.stringify(run)}\n`)
if (run.findings.length > 0) process.exitCode = 1
