/**
 * JSON from outside. `JSON.parse` reads it; one scan before sees to what `JSON.parse` lets pass: text that is not
 * UTF-8, nesting without end, and names that stand twice in an object (of which readers would believe different ones).
 * A fault is a value, so that each surface says it in its own words.
 */
export const JSON_DEPTH_MAX = 64

export type JsonFault = {
  readonly fault: 'not_utf8' | 'too_deep' | 'duplicate_name' | 'not_json'
  readonly detail: string
}
export type JsonRead = { readonly value: unknown } | JsonFault

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

export function readJson(bytes: Uint8Array): JsonRead {
  let text: string
  try {
    text = decoder.decode(bytes)
  } catch {
    return { fault: 'not_utf8', detail: 'the body is not UTF-8' }
  }
  return readJsonText(text)
}

export function readJsonText(text: string): JsonRead {
  const fault = scan(text)
  if (fault !== null) return fault
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { fault: 'not_json', detail: 'the body is not JSON' }
  }
}

const QUOTE = 34
const BACKSLASH = 92
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const COLON = 58

/** One pass over the text: depth, and the names of each open object. Malformed text is left for JSON.parse to refuse. */
function scan(text: string): JsonFault | null {
  const names: (Set<string> | null)[] = []
  let string = ''
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === QUOTE) {
      const end = endOfString(text, at)
      string = text.slice(at, end + 1)
      at = end
    } else if (unit === COLON) {
      const known = names[names.length - 1]
      if (known === null || known === undefined) continue
      const name = plainName(string)
      if (known.has(name))
        return { fault: 'duplicate_name', detail: `the name ${name.slice(0, 64)} stands twice in one object` }
      known.add(name)
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (names.length === JSON_DEPTH_MAX)
        return { fault: 'too_deep', detail: `expected at most ${JSON_DEPTH_MAX} levels of nesting` }
      names.push(unit === OPEN_OBJECT ? new Set() : null)
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) names.pop()
  }
  return null
}

/** The place of the closing quote, or the end of the text where there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit === BACKSLASH) at += 1
    else if (unit === QUOTE) return at
  }
  return text.length
}

/** Names that are written differently may be the same: `"a"` and `"\u0061"`. */
function plainName(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return String(JSON.parse(quoted))
  } catch {
    return quoted
  }
}
