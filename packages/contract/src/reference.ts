/** The reference pages, made from the registry and the catalogue. */
import { REFUSALS } from '@stemma/core/refusals'
import { LIMITS } from './limits.js'
import { refusalsOf } from './openapi.js'
import { BASE_PATH, OPERATIONS } from './registry.js'

const MADE = '<!-- Made from the contract by scripts/generate-contract.mjs; not written by hand. -->\n'

export function operationsPage(): string {
  const parts = OPERATIONS.map((operation) => {
    const { name, method, path, summary, description, scope, example } = operation
    return [
      `## ${name}`,
      `${summary}.${description === undefined ? '' : ` ${description}`}`,
      `\`${method} ${BASE_PATH}${path}\` · ${scope === null ? 'no scope' : `scope \`${scope}\``}${operation.ifMatch ? ' · takes `If-Match`' : ''}${operation.isWrite ? ' · takes `Idempotency-Key` and `?dry_run=true`' : ''}`,
      `\`\`\`json\n${JSON.stringify(example.request, null, 2)}\n\`\`\``,
      `\`\`\`json\n${JSON.stringify(example.response, null, 2)}\n\`\`\``,
      `Refusals: ${refusalsOf(operation)
        .map((code) => `\`${code}\``)
        .join(', ')}.`,
    ].join('\n\n')
  })
  return `${MADE}# Operations\n\nThe request shows path, query and body fields together, as the client and batches take them.\n\n${parts.join('\n\n')}\n`
}

export function refusalsPage(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { family, status, title, retryable }]) =>
      `| \`${code}\` | ${family} | ${status} | ${title} | ${retryable ? 'yes' : 'no'} |`,
  )
  return `${MADE}# Refusals\n\nA refusal changes nothing and has no sequence. The status is the one of the native API.\n\n| Code | Family | Status | Meaning | Worth retrying |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

export const limitsPage = (): string =>
  `${MADE}# Limits\n\n${LIMITS.map(
    ({ title, rows }) =>
      `## ${title}\n\n| What | Limit |\n| --- | --- |\n${rows.map(([what, limit]) => `| ${what} | ${limit} |`).join('\n')}\n`,
  ).join('\n')}`
