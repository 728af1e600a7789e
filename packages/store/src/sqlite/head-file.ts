/**
 * The head kept apart: which record was last and its hash, in a small file beside the journal, so that a journal that
 * lost its end is noticed. It is written after each append and not flushed: it may be behind the journal after a loss
 * of power, never ahead. Two places are written in turn, so that a torn write leaves the other.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ChainHead } from '../record/chain.js'

const PLACE_BYTES = 128

export class HeadFile {
  private constructor(private readonly handle: number) {}

  /** Makes the file, on the disk when it returns. */
  static create(path: string, head: ChainHead): void {
    const handle = openSync(path, 'w', 0o600)
    writeSync(handle, textOf(head) + textOf(head))
    flushAndClose(handle)
    flushAndClose(openSync(dirname(path), 'r'))
  }

  static open(path: string): HeadFile {
    return new HeadFile(openSync(path, 'r+'))
  }

  /** The later of the two places that can be read, or null when neither can. */
  static read(path: string): ChainHead | null {
    const text = readFileSync(path, 'latin1')
    const heads = [text.slice(0, PLACE_BYTES), text.slice(PLACE_BYTES)]
      .map(parse)
      .filter((head) => head !== null)
    return heads.sort((left, right) => right.batch - left.batch)[0] ?? null
  }

  write(head: ChainHead): void {
    writeSync(this.handle, textOf(head), (head.batch % 2) * PLACE_BYTES)
  }

  close(): void {
    closeSync(this.handle)
  }
}

function flushAndClose(handle: number): void {
  fsyncSync(handle)
  closeSync(handle)
}

function textOf({ batch, hash }: ChainHead): string {
  const text = `${batch} ${hash}`
  const line = `${text} ${crc32(text)}`.padEnd(PLACE_BYTES - 1)
  return `${line}\n`
}

function parse(line: string): ChainHead | null {
  const [batch, hash, check] = line.trim().split(' ')
  if (batch === undefined || hash === undefined || check !== String(crc32(`${batch} ${hash}`))) return null
  return { batch: Number(batch), hash }
}
