/** `stemma backup`, `stemma restore`, `stemma store` and the proof of a backup: the life of a journal. */
import {
  backUp,
  bookAt,
  type CompactProof,
  type CopyProof,
  compactData,
  copyBook,
  KEPT_DAYS_MAX,
  KEPT_DAYS_MIN,
  keyPartBeside,
  restoreBook,
  verifyBackup,
  whereKept,
} from '@stemma/server/local'
import { Ending, EXIT, usageError } from '../exit.js'
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

export interface CompactOptions extends LocalOptions {
  readonly keep: string
}

export async function compact({ keep, ...options }: CompactOptions, shell: Shell): Promise<void> {
  const days = /^\d{1,5}$/.test(keep) ? Number(keep) : 0
  if (days < KEPT_DAYS_MIN || days > KEPT_DAYS_MAX)
    throw usageError(`--keep: expected ${KEPT_DAYS_MIN} to ${KEPT_DAYS_MAX} days, was ${keep}`)
  const configuration = configurationFor(options, shell.env)
  const proof: CompactProof = await compactData(configuration, days)
  if (!proof.holds) throw new Ending(EXIT.refused, `${whereKept(configuration)}: ${failuresOf(proof)}`)
  const { droppedThrough, bytesBefore, bytesAfter } = proof
  shell.out(
    `${whereKept(configuration)} keeps the events of records 1 to ${droppedThrough} and everything of later ones.\nThe journal took ${bytesBefore} bytes, and takes ${bytesAfter}.\n`,
  )
}

export const proveBackup = (path: string): Promise<CopyProof> => verifyBackup(path)

function conclude({ batches, hash, stateHash, holds, checks }: CopyProof, to: string, shell: Shell): void {
  if (!holds) throw new Ending(EXIT.refused, `${to} is not what it was made of: ${failuresOf({ checks })}`)
  shell.out(
    `${to} holds ${batches} records and is proven equal.\nThe head of the chain is ${hash}\nThe hash of the state is ${stateHash}\n`,
  )
}

const failuresOf = ({ checks }: Pick<CopyProof, 'checks'>): string =>
  checks
    .filter(({ holds }) => !holds)
    .map(({ name, detail }) => `${name}: ${detail}`)
    .join('; ')
