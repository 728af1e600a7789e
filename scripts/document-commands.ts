/**
 * Documents as programs: the shell blocks of a page are run in order, as a reader would, and what stands in the block
 * of text behind one is compared with what it printed. With UPDATE_DOCUMENTS=1 the page gets what was printed instead.
 *
 * A block that begins with `# in another terminal` runs beside those that follow and is awaited at the end.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..')

interface Block {
  readonly language: string
  readonly text: string
  /** Where the text stands in the page. */
  readonly from: number
  readonly to: number
}

interface Step {
  readonly command: string
  readonly output: Block | null
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm
const BESIDE = '# in another terminal\n'

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(FENCE)].map((match) => {
    const text = match[2] ?? ''
    const from = (match.index ?? 0) + match[0].indexOf('\n') + 1
    return { language: match[1] ?? '', text, from, to: from + text.length }
  })
}

/** Each shell block with the block of output behind it, if the next block is one. */
export function stepsOf(page: string): readonly Step[] {
  const blocks = blocksOf(page)
  return blocks.flatMap((block, at) => {
    if (block.language !== 'sh') return []
    const next = blocks[at + 1]
    const isOutput = next !== undefined && ['text', 'json', 'csv'].includes(next.language)
    return [{ command: block.text, output: isOutput ? next : null }]
  })
}

/** What differs from run to run: times, secrets, the digits of ids, numbers of requests, the columns' widths. */
const settled = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
    .replace(/\bsk_[\w.-]+/g, 'SECRET')
    .replace(/\breq_\w+/g, 'REQUEST')
    .replace(/\b([a-z]{3})_\d+\b/g, '$1_N')
    .replace(/"(id|sequence)": ?"?[\d.]+"?/g, '"$1": N')
    .replace(/\bsequence +\d+/g, 'sequence N')
    .replace(/ +/g, ' ')
    .trim()

export interface Comparison {
  readonly command: string
  readonly expected: string | null
  readonly printed: string
}

const MARK = '@@ step '

/** Begins a line of its own even where the output before does not end with one. */
const mark = (at: number): string => `printf '\\n%s\\n' '${MARK}${at}'`

const [ASKED, FOUND] = ['npx stemma ', 'node_modules/.bin/stemma ']

/**
 * The first step of a page that asks npx shows that it finds the command. From there on the same file runs without the
 * search, which takes longer than most commands do.
 */
function searchedOnce(commands: readonly string[]): readonly string[] {
  const first = commands.findIndex((command) => command.includes(ASKED))
  return commands.map((command, at) => (at > first ? command.replaceAll(ASKED, FOUND) : command))
}

/** One session for all steps, so that variables of one are there in the next; a mark stands before each output. */
function scriptOf(steps: readonly Step[], inPlace: (command: string) => string): string {
  const besides: number[] = []
  const lines = searchedOnce(steps.map(({ command }) => inPlace(command))).map((placed, at) => {
    if (!placed.startsWith(BESIDE)) return `${mark(at)}\n${placed}`
    besides.push(at)
    return `{ ${placed}\n} > "$BESIDE/${at}" & PROCESS_${at}=$!\n`
  })
  const ends = besides.map((at) => `wait "$PROCESS_${at}"; ${mark(at)}; cat "$BESIDE/${at}"`)
  return ['BESIDE=$(mktemp -d)', ...lines, ...ends].join('\n')
}

interface Printed {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function bash(script: string, env: NodeJS.ProcessEnv): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: repository, env })
    const printed = { stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      printed.stdout += data
    })
    child.stderr.on('data', (data) => {
      printed.stderr += data
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...printed }))
  })
}

export interface DocumentRun {
  readonly file: string
  readonly env: NodeJS.ProcessEnv
  /** What of a command has to be changed for this machine: the address and the data directory. */
  inPlace(command: string): string
  /** Steps that the caller runs in another way. */
  isElsewhere(command: string): boolean
}

/** Runs the steps of a page. Throws where a command fails. */
export async function runDocument({
  file,
  env,
  inPlace,
  isElsewhere,
}: DocumentRun): Promise<readonly Comparison[]> {
  const page = readFileSync(join(repository, file), 'utf8')
  const steps = stepsOf(page).filter(({ command }) => !isElsewhere(command))
  const { code, stdout: printed, stderr } = await bash(scriptOf(steps, inPlace), env)
  // What npm remarks about this machine's own settings is no part of an output; a page has no ends of lines as CSV has them.
  const stdout = printed.replace(/^npm (?:warn|notice) .*\n/gm, '').replaceAll('\r\n', '\n')
  if (code !== 0) throw new Error(`${file}:\n${stdout}\n${stderr}`)
  const outputs = outputsOf(stdout)
  if (process.env.UPDATE_DOCUMENTS === '1') update(file, page, steps, outputs)
  return steps.map(({ command, output }, at) => ({
    command,
    expected: output === null ? null : settled(output.text),
    printed: settled(outputs.get(at) ?? ''),
  }))
}

function outputsOf(stdout: string): ReadonlyMap<number, string> {
  const parts = stdout.split(new RegExp(`^${MARK}(\\d+)\n`, 'm')).slice(1)
  const outputs = new Map<number, string>()
  for (let at = 0; at < parts.length; at += 2) outputs.set(Number(parts[at]), parts[at + 1] ?? '')
  return outputs
}

function update(
  file: string,
  page: string,
  steps: readonly Step[],
  outputs: ReadonlyMap<number, string>,
): void {
  const changes = steps.flatMap(({ output }, at) =>
    output === null ? [] : [{ ...output, text: outputs.get(at)?.trimEnd() ?? '' }],
  )
  let changed = page
  // From the end, so that places before stay where they are.
  for (const { from, to, text } of changes.toReversed())
    changed = `${changed.slice(0, from)}${text}\n${changed.slice(to)}`
  writeFileSync(join(repository, file), changed)
}
