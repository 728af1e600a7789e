/** `stemma backup`, `stemma restore`, `stemma store` and the proof of a backup: the life of a journal. */
import {
  backUp,
  bookAt,
  type CopyProof,
  copyBook,
  keyPartBeside,
  restoreBook,
  verifyBackup,
  whereKept,
} from '@stemma/server'
import { Ending, EXIT } from '../exit.js'
import type { Shell } from '../shell.js'
import { configurationFor } from './configuration.js'
import type { LocalOptions } from './options.js'

export interface BackupOptions extends LocalOptions {
  readonly to: string
  readonly keys?: string
}

export async function backup({ to, keys, ...options }: BackupOptions, shell: Shell): Promise<void> {
  const keyPart = keys ?? keyPartBeside(to)
  const made = await backUp(configurationFor(options, shell.env), { to, keyPart })
  shell.out(
    `${to} holds ${made.batches} records. The head of the chain is ${made.hash}\n${keyPart} holds the wrapped keys of ${made.keys} parties; keep only the newest.\n`,
  )
}

export interface RestoreOptions extends LocalOptions {
  readonly from: string
  /** A file, or false where it is said that there is none. */
  readonly keys?: string | false
}

export async function restore({ from, keys, ...options }: RestoreOptions, shell: Shell): Promise<void> {
  const keyPart = keys === false ? null : (keys ?? keyPartBeside(from))
  const configuration = configurationFor(options, shell.env)
  const proof = await restoreBook(configuration, { from, keyPart })
  conclude(proof, whereKept(configuration), shell)
}

export interface CopyOptions {
  readonly from: string
  readonly to: string
}

export async function copy({ from, to }: CopyOptions, shell: Shell): Promise<void> {
  const proof = await copyBook(bookAt(from), bookAt(to))
  conclude(proof, whereKept(bookAt(to)), shell)
}

export const proveBackup = (path: string): Promise<CopyProof> => verifyBackup(path)

function conclude({ batches, hash, stateHash, holds, checks }: CopyProof, to: string, shell: Shell): void {
  if (!holds) {
    const failed = checks.filter((check) => !check.holds)
    const why = failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ')
    throw new Ending(EXIT.refused, `${to} is not what it was made of: ${why}`)
  }
  shell.out(
    `${to} holds ${batches} records and is proven equal.\nThe head of the chain is ${hash}\nThe hash of the state is ${stateHash}\n`,
  )
}
