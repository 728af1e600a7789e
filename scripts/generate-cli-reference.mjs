// Writes docs/reference/cli.md from the command line itself. Needs a build; `npm run check` compares the result.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProgram } from '../packages/cli/dist/index.js'
import { root } from './run.mjs'

const HEAD = `# Command line

The \`stemma\` command. This page is made from the command itself by \`scripts/generate-cli-reference.mjs\`.

\`serve\`, \`migrate\`, \`seed\`, \`backup\`, \`restore\`, \`store\` and \`verify --offline\` open the book themselves, in a data
directory or, where \`STEMMA_STORE\` says so, in a database. Every other command asks a server: \`--url\` or \`STEMMA_URL\`
says which, \`--api-key\` or \`STEMMA_API_KEY\` as whom, and \`--demo\` takes the key of the demo world's operator.

| Ends with | When |
|---|---|
| 0 | it was done |
| 1 | Stemma said no; nothing was changed |
| 2 | the command line is not understood |
| 3 | no server answers |

Answers come as a table, as JSON exactly as the API gives it, or as CSV by RFC 4180 in which no cell is run by a
spreadsheet. Remarks go to the error stream, so that pipes carry answers only. Every command over the network also takes
\`--url\`, \`--api-key\`, \`--demo\` and \`--data\`. \`stemma --version\` says the version.
`

/** Options that the introduction explains once for all. */
const COMMON = new Set(['--url', '--api-key', '--demo', '--data'])

const nothing = () => undefined
const program = buildProgram({
  env: {},
  interruption: () => new AbortController().signal,
  out: nothing,
  note: nothing,
  connect: () => {
    throw new Error('the reference connects to nothing')
  },
})

const asksServer = (command) => command.options.some(({ long }) => long === '--url')
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')

function optionRow({ flags, description, argChoices, mandatory }) {
  const sentences = [
    description,
    argChoices === undefined ? '' : `one of ${argChoices.join(', ')}`,
    mandatory ? 'required' : '',
  ].filter((sentence) => sentence !== '')
  return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(sentences.join('; '))} |`
}

function section(command, path, depth) {
  const words = [...path, command.name()]
  const places = command.registeredArguments.map((argument) => ` <${argument.name()}>`).join('')
  const lines = [`${'#'.repeat(depth)} ${words.join(' ')}`, '', command.description(), '']
  if (command.commands.length === 0) {
    lines.push('```', `stemma ${words.join(' ')}${places} [options]`, '```', '')
    const shown = command.options.filter(({ long }) => !asksServer(command) || !COMMON.has(long))
    if (shown.length > 0) lines.push('| Option | Meaning |', '|---|---|', ...shown.map(optionRow), '')
  }
  return [...lines, ...command.commands.flatMap((inner) => section(inner, words, depth + 1))]
}

const pages = program.commands.flatMap((command) => section(command, [], 2))
const folder = join(root, 'docs', 'reference')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'cli.md'), `${HEAD}\n${pages.join('\n').trimEnd()}\n`)
