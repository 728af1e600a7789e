/** Words of the command line as JSON values. What they mean is checked by the server, so that one place decides. */
import { usageError } from '../exit.js'
import type { Field } from './fields.js'

export function toValue({ name, kind }: Field, written: string | boolean): unknown {
  if (typeof written === 'boolean') return written
  switch (kind) {
    case 'text':
      return written
    case 'whole':
      return whole(name, written)
    case 'flag':
      return choiceOf(name, written)
    case 'list':
      return written === '' ? [] : written.split(',').map((part) => part.trim())
    case 'json':
      return json(name, written)
  }
}

function whole(name: string, written: string): number {
  const value = Number(written)
  if (!/^-?[0-9]{1,16}$/.test(written) || !Number.isSafeInteger(value))
    throw usageError(`--${dashed(name)}: expected a whole number, was ${written}`)
  return value
}

function choiceOf(name: string, written: string): boolean {
  if (written !== 'true' && written !== 'false')
    throw usageError(`--${dashed(name)}: expected true or false, was ${written}`)
  return written === 'true'
}

function json(name: string, written: string): unknown {
  try {
    return JSON.parse(written)
  } catch (cause) {
    throw usageError(`--${dashed(name)}: expected JSON, was ${written}`, cause)
  }
}

export const dashed = (name: string): string => name.replaceAll('_', '-')
