/**
 * `npm run simulate -- --seed N --steps M`: one run, as one line of JSON. With `--fresh-seconds S` instead of a seed, run
 * after run under seeds that nobody chose, for so long. `--audit-every K`: after so many steps the auditor looks at the
 * whole state. Ends with 1 where a law was broken.
 */
import { parseArgs } from 'node:util'
import { simulate } from './simulator/simulate.js'

const STEPS_OF_FRESH_SEED = 500
/** A look takes longer as the book grows; in a short run one after every tenth step costs nearly nothing. */
const auditEveryOf = (steps: number): number => (steps <= 1_000 ? 10 : 500)

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string' },
    'fresh-seconds': { type: 'string', default: '0' },
    'audit-every': { type: 'string' },
  },
})
const freshSeconds = Number(values['fresh-seconds'])
const steps = Number(values.steps ?? (freshSeconds > 0 ? STEPS_OF_FRESH_SEED : 20_000))
const seed = Number(values.seed)
const auditEvery = Number(values['audit-every'] ?? auditEveryOf(steps))
const isWhole = [seed, steps, freshSeconds, auditEvery].every(Number.isSafeInteger)
if (!isWhole || steps < 1 || freshSeconds < 0 || auditEvery < 1) {
  process.stderr.write(
    'expected --seed N or --fresh-seconds S, --steps M and --audit-every K, all whole numbers\n',
  )
  process.exit(2)
}

if (freshSeconds === 0) await runOne(seed)
else {
  const end = performance.now() + freshSeconds * 1_000
  do await runOne(freshSeed())
  while (performance.now() < end && process.exitCode !== 1)
}

async function runOne(of: number): Promise<void> {
  const run = await simulate({ seed: of, steps, auditEvery })
  process.stdout.write(`${JSON.stringify({ auditEvery, ...run })}\n`)
  if (run.findings.length > 0) process.exitCode = 1
}

function freshSeed(): number {
  const [fresh = 0] = crypto.getRandomValues(new Uint32Array(1))
  return fresh
}
