// Writes what is made from the contract and committed: OpenAPI, the reference pages, the client's routes. Needs a
// build before.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run.mjs'

const { limitsPage, OPERATIONS, openApi, operationsPage, refusalsPage } = await import(
  '../packages/contract/dist/index.js'
)
const reference = join(root, 'docs/reference')
mkdirSync(reference, { recursive: true })

writeFileSync(join(reference, 'openapi.json'), `${JSON.stringify(openApi('0.1.0'), null, 2)}\n`)
writeFileSync(join(reference, 'operations.md'), operationsPage())
writeFileSync(join(reference, 'refusals.md'), refusalsPage())
writeFileSync(join(reference, 'limits.md'), limitsPage())

/** @type {{ name: string, method: string, path: string, isWrite: boolean }[]} */
const operations = OPERATIONS
const routes = operations.map(
  ({ name, method, path, isWrite }) => `  '${name}': ['${method}', '${path}', ${isWrite}],`,
)
writeFileSync(
  join(root, 'packages/client/src/routes.ts'),
  `// Made from the contract by scripts/generate-contract.mjs; not written by hand.\nexport const ROUTES = {\n${routes.join('\n')}\n} as const\n`,
)
