/**
 * The part of a backup that is not kept: the wrapped keys of the parties, in one file that each backup of a book
 * replaces. The newest one opens every backup, older ones too, but for the parties that were erased since.
 */
import { existsSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import type { WrappedKey } from '../keys/key-shelf.js'
import { StoreRefusal } from '../port.js'
import type { JournalSource } from './journal-source.js'

const FORMAT = 1

interface KeyPart {
  readonly format: number
  /** Of which book, by its number and its first record. */
  readonly book: number
  readonly first: string
  readonly keys: readonly WrappedKey[]
}

type BookOf = Pick<JournalSource, 'book' | 'first'>

/** Replaces the file. Throws StoreRefusal, and leaves it, where it has the keys of another book. */
export async function writeKeyPart(source: JournalSource, path: string): Promise<readonly WrappedKey[]> {
  if (existsSync(path)) await readKeyPart(path, source)
  const keys = await source.keys()
  const { book, first } = source
  const beside = `${path}.new`
  await rm(beside, { force: true })
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ format: FORMAT, book, first, keys } satisfies KeyPart)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(beside, path)
  return keys
}

export async function readKeyPart(path: string, { book, first }: BookOf): Promise<readonly WrappedKey[]> {
  if (!existsSync(path)) throw new StoreRefusal('unusable', `there is no file ${path}`, { file: path })
  const part = parse(await readFile(path, 'utf8'))
  if (part === null)
    throw new StoreRefusal('damaged', `${path} does not hold keys of parties`, { file: path })
  if (part.format > FORMAT)
    throw new StoreRefusal('newer_version', `${path} was written by a newer version`, { file: path })
  if (part.book === book && part.first === first) return part.keys
  throw new StoreRefusal('wrong_book', `${path} has the keys of another book`, { file: path })
}

function parse(text: string): KeyPart | null {
  try {
    const part = JSON.parse(text) as KeyPart
    return Array.isArray(part.keys) && typeof part.format === 'number' ? part : null
  } catch {
    // No JSON: the caller says what was expected.
    return null
  }
}
