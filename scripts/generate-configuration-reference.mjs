// Writes docs/operating/configure.md from the server's own list of variables and the engine's of settings. Needs a build.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '../packages/core/dist/index.js'
import { VARIABLES } from '../packages/server/dist/index.js'
import { root } from './run.mjs'

const HEAD = `# Configure

A process is configured by environment variables, a book by settings that are in it. This page is made from the server's
own lists of both by \`scripts/generate-configuration-reference.mjs\`.

## The process

A variable that is wrong, or a name that is not known, ends the start with a sentence that names it. \`stemma serve\` takes
\`--port\`, \`--host\`, \`--data\` and \`--demo\` on top.
`

const TAIL = `
Commands that ask a server read \`STEMMA_URL\` and \`STEMMA_API_KEY\`; see the [command line](../reference/cli.md).

## The book

Settings are dated values at a node of the tree and hold for everything beneath it that has no value of its own:
\`stemma setting set NODE NAME --value …\`. \`stemma setting effective NODE\` shows what holds there, and where it comes from.
`

/** The default, or nothing where leaving it out means something that the text explains. */
function defaultOf(schema) {
  const parsed = schema.safeParse(undefined)
  if (!parsed.success || parsed.data === undefined) return ''
  return `\`${typeof parsed.data === 'boolean' ? Number(parsed.data) : parsed.data}\``
}

const cell = (text) => text.replaceAll('|', '\\|')
const rows = Object.entries(VARIABLES).map(
  ([name, { schema, says }]) => `| \`${name}\` | ${defaultOf(schema)} | ${cell(says)} |`,
)
const written = (value) => `\`${JSON.stringify(value)}\``
/** What a setting takes it says itself, of a value that none takes. */
const settings = Object.entries(SETTINGS).map(
  ([name, { description, defaultValue, fault }]) =>
    `| \`${name}\` | ${written(defaultValue)} | ${cell(fault(null))} | ${cell(description)} |`,
)
const book = ['| Setting | Default | Takes | Meaning |', '|---|---|---|---|', ...settings].join('\n')
const page = [HEAD, '| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
writeFileSync(join(root, 'docs', 'operating', 'configure.md'), `${page}\n${TAIL}\n${book}\n`)
