/** The reference pages, made from the registry and the catalogue. */
import { REFUSALS, type RefusalCode } from '@stemma/core/refusals'
import { LIMITS } from './limits.js'
import { COMMON_REFUSALS, ownRefusals, WRITE_REFUSALS } from './openapi.js'
import type { Operation } from './operation.js'
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
      ...refusalsLine(operation),
    ].join('\n\n')
  })
  return `${MADE}# Operations\n\n${introduction()}\n\n${parts.join('\n\n')}\n`
}

const introduction = (): string =>
  [
    'The request shows path, query and body fields together, as the client and batches take them. Beside the',
    '[refusals](refusals.md) that are named with it, each operation may be refused with',
    `${listed(COMMON_REFUSALS)}, and each that takes an \`Idempotency-Key\` with ${listed(WRITE_REFUSALS)}.`,
  ].join('\n')

const listed = (codes: readonly RefusalCode[]): string => codes.map((code) => `\`${code}\``).join(', ')

/** What the introduction does not say already. */
function refusalsLine(operation: Operation): string[] {
  const own = ownRefusals(operation).filter((code) => ![...COMMON_REFUSALS, ...WRITE_REFUSALS].includes(code))
  return own.length === 0 ? [] : [`Refusals: ${listed(own)}.`]
}

export function refusalsPage(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { family, status, title, retryable }]) =>
      `| \`${code}\` | ${family} | ${status} | ${title} | ${retryable ? 'yes' : 'no'} |`,
  )
  return `${MADE}# Refusals\n\nA refusal changes nothing and has no sequence. The status is the one of the native API. What an order was\nrejected for (\`order_rejected\`) is on the page of its [reasons](order-reasons.md).\n\n| Code | Family | Status | Meaning | Worth retrying |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`
}

export const limitsPage = (): string =>
  `${MADE}# Limits\n\n${LIMITS.map(
    ({ title, rows }) =>
      `## ${title}\n\n| What | Limit |\n| --- | --- |\n${rows.map(([what, limit]) => `| ${what} | ${limit} |`).join('\n')}\n`,
  ).join('\n')}`
