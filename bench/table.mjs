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
  'transfers.postgres.': 'transfers-postgres',
  'transfers.long.': 'transfers-long',
  'ceiling.': 'ceiling',
  'access.peer.': 'access-peers',
  'access.': 'access',
  'rollup.': 'rollup',
  'engine.': 'engine',
  'growth.': 'growth',
  'orders.http.': 'orders-http',
  'orders.socket.': 'orders-socket',
  'orders.': 'orders',
  'deribit.orders.': 'deribit-orders',
  'deribit.notifications.': 'deribit-notifications',
  'take_over.': 'take-over',
  'store.': 'store',
  'idempotency.': 'idempotency',
  'start.': 'start',
  'memory.': 'start',
}

/** @typedef {{ bench: string, value: number, unit: string, statistic: string, load: Record<string, unknown> }} Figure */

/** Figures that were measured together under the same conditions: one run of transfers, or one benchmark. */
const RUN = /^(?:transfers\.(?:http|socket|batch|postgres)\.[^.]+|ceiling\.[^.]+)/

/** @param {string} bench */
function printedBy(bench) {
  const found = Object.entries(PRINTED_BY).find(([begin]) => bench.startsWith(begin))?.[1]
  if (found === undefined) throw new Error(`no benchmark is known to print ${bench}`)
  return found
}

/** @param {[string, unknown][]} conditions */
const told = (conditions) => conditions.map(([name, what]) => `${name} ${what}`).join('; ')

/** @param {string} cell */
const escaped = (cell) => cell.replaceAll('|', '\\|')

/** @param {Figure} figure @param {Set<string>} shared */
function row({ bench, value, unit, statistic, load }, shared) {
  const number = Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(value)
  const besides = told(Object.entries(load).filter(([name]) => !shared.has(name)))
  return `| ${[`\`${bench}\``, number, unit, statistic, besides].map(escaped).join(' | ')} |`
}

/** What all figures of a section have in common stands above them, and once. @param {string} name @param {Figure[]} figures */
function section(name, figures) {
  const [first] = figures
  const common = Object.entries(first.load).filter(([key, what]) =>
    figures.every(({ load }) => load[key] === what),
  )
  const shared = new Set(common.map(([key]) => key))
  return [
    `**${name}** (\`npm run bench -- --only ${printedBy(first.bench)}\`)${common.length === 0 ? '' : `: ${told(common)}`}`,
    '',
    '| Figure | Value | Unit | Statistic | Besides |',
    '|---|---|---|---|---|',
    ...figures.map((figure) => row(figure, shared)),
    '',
  ]
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
/** @type {Map<string, Figure[]>} */
const sections = new Map()
for (const figure of figures) {
  const name = RUN.exec(figure.bench)?.[0] ?? printedBy(figure.bench)
  sections.set(name, [...(sections.get(name) ?? []), figure])
}
const table = [
  START,
  '',
  machineOf(figures),
  '',
  ...[...sections].flatMap(([name, some]) => section(name, some)),
].join('\n')
writeFileSync(PAGE, `${page.slice(0, start)}${table}${page.slice(end)}`)
console.log(`${figures.length} figures are in ${PAGE}`)
