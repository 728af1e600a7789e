/**
 * Strict JSON: what parses for one reader must not mean something else for another. Invalid UTF-8, duplicate keys and
 * deep nesting are refused. The platform's parser does the work; one scan of the text finds what it lets pass.
 */
import { refuse } from '@stemma/core'

export const JSON_DEPTH_MAX = 32
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const QUOTE = 34
const BACKSLASH = 92
const COLON = 58

export function parseStrictJson(body: Buffer): unknown {
  const written = decode(body)
  const members = countMembers(written)
  let parsed: unknown
  try {
    parsed = JSON.parse(written)
  } catch {
    return refuse('malformed', 'the body is not JSON', { field: '/' })
  }
  // Every member has one colon outside text; the parser keeps the last of equal keys. So fewer keys mean a duplicate.
  if (countKeys(parsed) !== members)
    refuse('malformed', 'an object of the body names a field twice', { field: '/' })
  return parsed
}

function decode(body: Buffer): string {
  try {
    return decoder.decode(body)
  } catch {
    return refuse('malformed', 'the body is not UTF-8', { field: '/' })
  }
}

/** Colons outside text; refuses nesting beyond the limit before anything recursive sees it. */
function countMembers(written: string): number {
  let members = 0
  let depth = 0
  let isText = false
  for (let index = 0; index < written.length; index += 1) {
    const char = written.charCodeAt(index)
    if (isText) {
      if (char === BACKSLASH) index += 1
      else if (char === QUOTE) isText = false
      continue
    }
    if (char === QUOTE) isText = true
    else if (char === COLON) members += 1
    else if (char === 123 || char === 91) {
      depth += 1
      if (depth > JSON_DEPTH_MAX)
        refuse('malformed', `expected at most ${JSON_DEPTH_MAX} levels of nesting`, { field: '/' })
    } else if (char === 125 || char === 93) depth -= 1
  }
  return members
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const part of value) keys += countKeys(part)
    return keys
  }
  for (const key of Object.keys(value)) keys += 1 + countKeys((value as Record<string, unknown>)[key])
  return keys
}
