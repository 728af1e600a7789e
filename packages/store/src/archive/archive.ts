/** A backup as a file: written from a journal, and read as one that proves itself. */
import { existsSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { WrappedKey } from '../keys/key-shelf.js'
import { StoreRefusal } from '../port.js'
import type { ChainHead } from '../record/chain.js'
import type { RecordRow } from '../record/checked.js'
import type { SnapshotHead, SnapshotPart } from '../record/snapshot.js'
import {
  bytesAt,
  contentIn,
  framesIn,
  type Header,
  headerFrame,
  headerIn,
  isRecord,
  MAGIC,
  partFrame,
  recordFrame,
} from './frames.js'
import { checkedParts, checkedRecords, type JournalSource } from './journal-source.js'
import { readKeyPart } from './key-part.js'

/**
 * Writes the records of a journal to a new file, which is there complete or not at all. The keys of its parties are not
 * in it. Throws StoreRefusal where there is such a file already.
 */
export async function writeArchive(source: JournalSource, path: string): Promise<void> {
  if (existsSync(path)) throw new StoreRefusal('unusable', `${path} is there already`, { file: path })
  const beside = `${path}.new`
  await rm(beside, { force: true })
  const file = await open(beside, 'wx', 0o600)
  try {
    await file.appendFile(MAGIC)
    await file.appendFile(headerFrame(source))
    for await (const part of source.parts()) await file.appendFile(partFrame(part))
    for await (const row of source.records()) await file.appendFile(recordFrame(row))
    await file.sync()
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  } finally {
    await file.close()
  }
  await rename(beside, path)
  await syncFolder(dirname(path))
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export class ArchiveSource implements JournalSource {
  readonly book: number
  readonly first: string
  readonly head: ChainHead
  readonly snapshot: SnapshotHead | null

  private constructor(
    readonly name: string,
    private readonly file: FileHandle,
    private readonly keyPart: string | null,
    { book, first, head, snapshot }: Header,
  ) {
    this.book = book
    this.first = first
    this.head = head
    this.snapshot = snapshot
  }

  /** `keyPart`: the file with the keys of its parties; null where it is read without them. */
  static async open(path: string, keyPart: string | null): Promise<ArchiveSource> {
    if (!existsSync(path)) throw new StoreRefusal('unusable', `there is no file ${path}`, { file: path })
    const file = await open(path, 'r')
    try {
      if (!(await bytesAt(file, 0, MAGIC.length)).equals(MAGIC))
        throw new StoreRefusal('unusable', `${path} is no backup that this version can read`, { file: path })
      for await (const frame of framesIn(file, path))
        return new ArchiveSource(
          path,
          file,
          keyPart,
          understood(path, () => headerIn(frame)),
        )
      throw new StoreRefusal('damaged', `${path} is cut off at its beginning`, { file: path })
    } catch (error) {
      await file.close()
      throw error
    }
  }

  records(): AsyncIterable<RecordRow> {
    return checkedRecords(this, this.rows())
  }

  async *parts(): AsyncIterable<SnapshotPart> {
    if (this.snapshot !== null) yield* checkedParts(this.name, this.snapshot, this.snapshotParts())
  }

  async keys(): Promise<readonly WrappedKey[]> {
    return this.keyPart === null ? [] : readKeyPart(this.keyPart, this)
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private async *rows(): AsyncIterable<RecordRow> {
    for await (const content of this.contents()) if (isRecord(content)) yield content
  }

  private async *snapshotParts(): AsyncIterable<SnapshotPart> {
    for await (const content of this.contents()) {
      if (isRecord(content)) return
      yield content
    }
  }

  private async *contents(): AsyncIterable<RecordRow | SnapshotPart> {
    let isHeader = true
    for await (const frame of framesIn(this.file, this.name)) {
      if (!isHeader) yield understood(this.name, () => contentIn(frame))
      isHeader = false
    }
  }
}

/** What is no msgpack, or not of the shape that was written, is damage. */
function understood<Content>(name: string, read: () => Content): Content {
  try {
    return read()
  } catch (cause) {
    const message = `${name} cannot be read: ${(cause as Error).message}`
    throw new StoreRefusal('damaged', message, { file: name }, { cause })
  }
}
