// Writes docs/operating/configure.md from the server's own list of settings. Needs a build.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VARIABLES } from '../packages/server/dist/index.js'
import { root } from './run.mjs'

const HEAD = `# Configure

Settings are environment variables. This page is made from the server's own list of them by
\`scripts/generate-configuration-reference.mjs\`. A setting that is wrong, or a name that is not known, ends the start with
a sentence that names it. \`stemma serve\` takes \`--port\`, \`--host\`, \`--data\` and \`--demo\` on top.
`

const TAIL = `
Commands that ask a server read \`STEMMA_URL\` and \`STEMMA_API_KEY\`; see the [command line](../reference/cli.md).
Configuration of the book itself (limits, lives of tokens, approval policies) is in the book, dated and inherited down
the tree: \`stemma setting effective\` shows what holds at a node, and where it comes from.
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
const page = [HEAD, '| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
writeFileSync(join(root, 'docs', 'operating', 'configure.md'), `${page}\n${TAIL}`)
