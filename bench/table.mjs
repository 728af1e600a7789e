/**
 * Writes measured figures into docs/internals/performance.md, between its marks:
 * `npm run --silent bench > results.jsonl`, then `node bench/table.mjs results.jsonl`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../docs/internals/performance.md', import.meta.url))
const START = '<!-- measured -->'
const END = '<!-- /measured -->'

/** The benchmark that prints a figure, by how the figure's name begins. */
const PRINTED_BY = {
  'transfers.http.': 'transfers-http',
  'transfers.socket.': 'transfers-socket',
  'transfers.batch.': 'transfers-batch',
  'transfers.long.': 'transfers-long',
  'access.peer.': 'access-peers',
  'access.': 'access',
  'rollup.': 'rollup',
  'engine.': 'engine',
  'store.': 'store',
  'idempotency.': 'idempotency',
  'start.': 'start',
  'memory.': 'start',
}

/** @param {{ bench: string, value: number, unit: string, statistic: string, load: object }} figure */
function row({ bench, value, unit, statistic, load }) {
  const printedBy = Object.entries(PRINTED_BY).find(([begin]) => bench.startsWith(begin))?.[1]
  if (printedBy === undefined) throw new Error(`no benchmark is known to print ${bench}`)
  const loads = Object.entries(load)
    .map(([name, what]) => `${name} ${what}`)
    .join('; ')
  const number = Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(value)
  const cells = [`\`${bench}\``, number, unit, statistic, loads, `\`npm run bench -- --only ${printedBy}\``]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** @param {{ machine: { model: string, cores: number, memory_gib: number, node: string, load_average: number } }[]} figures */
function machineOf(figures) {
  const [{ machine }] = figures
  const loads = figures.map((figure) => figure.machine.load_average)
  return `${machine.model}, ${machine.cores} cores, ${machine.memory_gib} GiB, Node ${machine.node}; load average ${Math.min(...loads)} to ${Math.max(...loads)} while it ran.`
}

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('expected the path of a file that `npm run bench` has printed')
const figures = readFileSync(file, 'utf8')
  .split('\n')
  // What npm and the compiler say stands between the figures.
  .filter((line) => line.startsWith('{"bench":'))
  .map((line) => JSON.parse(line))
if (figures.length === 0) throw new Error(`expected figures in ${file}`)

const page = readFileSync(PAGE, 'utf8')
const [start, end] = [page.indexOf(START), page.indexOf(END)]
if (start < 0 || end < start) throw new Error(`expected ${START} and ${END} in ${PAGE}`)
const table = [
  START,
  '',
  machineOf(figures),
  '',
  '| Figure | Value | Unit | Statistic | Load | Printed by |',
  '|---|---|---|---|---|---|',
  ...figures.map(row),
  '',
].join('\n')
writeFileSync(PAGE, `${page.slice(0, start)}${table}${page.slice(end)}`)
console.log(`${figures.length} figures are in ${PAGE}`)
