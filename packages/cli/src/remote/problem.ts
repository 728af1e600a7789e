/** A Problem Details answer in words: what is the case, where, and what helps. */
import { Ending, EXIT } from '../exit.js'

export interface Problem {
  readonly title?: string
  readonly status?: number
  readonly code?: string
  readonly detail?: string
  readonly field?: string
  readonly retryable?: boolean
  readonly request_id?: string
}

const REMEDIES: Readonly<Record<string, string>> = {
  unauthenticated: 'Check the API key: STEMMA_API_KEY, --api-key, or --demo for the demo world.',
  scope_missing: '`stemma access whoami` shows the scopes of this key.',
  not_visible: 'It does not exist, or no binding of this user leads to it: `stemma access reach-of`.',
  level_insufficient: '`stemma access explain` shows which lock is shut.',
  version_mismatch: 'Read the record again and pass its version with --if-match.',
}

export function refusal(problem: Problem): Ending {
  const { title = 'The request was refused', detail, code, field, request_id: request } = problem
  const lines = [
    detail === undefined || detail.toLowerCase() === title.toLowerCase()
      ? `${title}.`
      : `${title}: ${detail}`,
    ...(field === undefined ? [] : [`Field: ${field}`]),
    ...(code === undefined
      ? []
      : [`Code: ${code}${problem.retryable === true ? ' (may succeed later)' : ''}`]),
    ...(request === undefined ? [] : [`Request: ${request}`]),
    ...(code !== undefined && REMEDIES[code] !== undefined ? [REMEDIES[code]] : []),
  ]
  return new Ending(EXIT.refused, lines.join('\n'))
}

export const unreachable = (url: string, cause: unknown): Ending =>
  new Ending(EXIT.unreachable, `No Stemma server answers at ${url}. Is it running? (${reasonOf(cause)})`, {
    cause,
  })

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}
