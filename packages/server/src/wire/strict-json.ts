/**
 * JSON as RFC 8259 has it and not one thing more: valid UTF-8, no key twice in an object, a bounded depth. One pass
 * over the text checks what JSON.parse lets through; then JSON.parse reads it.
 */
export const JSON_DEPTH_MAX = 64

export class StrictJsonError extends Error {}

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  checkShape(text)
  try {
    return JSON.parse(text)
  } catch {
    throw new StrictJsonError('expected the body to be JSON')
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes)
  } catch {
    throw new StrictJsonError('expected the body to be valid UTF-8')
  }
}

/** The keys of the object at each open level; null for a list. */
type Level = Set<string> | null

function checkShape(text: string): void {
  const levels: Level[] = []
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      const end = endOfText(text, at)
      const keys = levels.at(-1)
      if (keys && isKey(text, end)) enter(keys, text.slice(at, end + 1))
      at = end
    } else if (character === OPEN_OBJECT || character === OPEN_LIST) {
      levels.push(character === OPEN_OBJECT ? new Set() : null)
      if (levels.length > JSON_DEPTH_MAX)
        throw new StrictJsonError(`expected JSON of at most ${JSON_DEPTH_MAX} levels`)
    } else if (character === CLOSE_OBJECT || character === CLOSE_LIST) {
      levels.pop()
    }
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const COLON = 0x3a

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === BACKSLASH) at += 1
    else if (character === QUOTE) return at
  }
  throw new StrictJsonError('expected the body to be JSON')
}

/** Whether the text that ends at `end` stands before a colon. */
function isKey(text: string, end: number): boolean {
  for (let at = end + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === COLON) return true
    if (character !== 0x20 && character !== 0x09 && character !== 0x0a && character !== 0x0d) return false
  }
  return false
}

function enter(keys: Set<string>, written: string): void {
  const key = unescaped(written)
  if (keys.has(key)) throw new StrictJsonError('expected no key twice in an object')
  // An own property of that name would be read by nobody and could only mislead.
  if (key === '__proto__') throw new StrictJsonError('__proto__ is no key')
  keys.add(key)
}

function unescaped(written: string): string {
  try {
    return JSON.parse(written) as string
  } catch {
    throw new StrictJsonError('expected the body to be JSON')
  }
}
