/**
 * Sealing: personal fields and secrets, encrypted with AES-256-GCM under a data key per party. The data key is wrapped by
 * the master key and kept in the book; erasing it there makes everything that was sealed with it unreadable, in backups
 * too. The party's id is bound into both, so that nothing sealed for one can pass for another's.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type Engine, type PartyId, refuse } from '@stemma/core'
import type { Host, Sealing } from '../services.js'
import { writePrivateFile } from './private-file.js'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

export class SecretKeyFault extends Error {
  override readonly name = 'SecretKeyFault'
}

/** The key that wraps all others. */
export class MasterKey {
  private constructor(private readonly key: Buffer) {}

  /** Reads the key file, or makes it with mode 0600. `isFresh` asks for a warning: without the file the secrets are lost. */
  static open(path: string): { readonly key: MasterKey; readonly isFresh: boolean } {
    const isFresh = !existsSync(path)
    if (isFresh) writePrivateFile(path, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    const text = readFileSync(path, 'utf8').trim()
    const key = Buffer.from(text, 'base64')
    if (key.length !== KEY_BYTES || key.toString('base64') !== text)
      throw new SecretKeyFault(`${path}: expected ${KEY_BYTES} bytes in base64`)
    return { key: new MasterKey(key), isFresh }
  }

  /** A key of its own for a named purpose. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.key, Buffer.alloc(0), `stemma ${purpose}`, KEY_BYTES))
  }
}

export class PartySealing implements Sealing {
  private readonly wrapping: Buffer
  private readonly opened = new Map<string, Buffer>()

  constructor(
    master: MasterKey,
    private readonly engine: Engine,
    private readonly host: Pick<Host, 'execute'>,
    private readonly onFault: (error: Error) => void,
  ) {
    this.wrapping = master.derive('party keys')
  }

  /** Throws SecretKeyFault where the book was written with another key than this one. */
  check(): void {
    const { table } = this.engine.rooms.identity.partyKeys
    for (const row of table.each()) {
      this.keyOf(table.party.get(row))
      return
    }
  }

  get operator(): number {
    const { parties, root } = this.engine.rooms.hierarchy
    return parties.id(root)
  }

  /** Encrypts for a party that exists, making its key on first use. */
  seal(party: number, plain: string): string {
    return encrypt(this.keyOf(party) ?? this.makeKey(party), party, Buffer.from(plain))
  }

  /** The plain text, or null where the key was erased or the text was sealed for somebody else. */
  open(party: number, sealed: string): string | null {
    const key = this.keyOf(party)
    return key === null ? null : (decrypt(key, party, sealed)?.toString('utf8') ?? null)
  }

  private keyOf(party: number): Buffer | null {
    const wrapped = this.engine.rooms.identity.partyKeys.find(party as PartyId)
    if (wrapped === null) return null
    const known = this.opened.get(wrapped)
    if (known !== undefined) return known
    const key = decrypt(this.wrapping, party, wrapped)
    if (key === null)
      throw new SecretKeyFault('the secret key file is not the one that this book was written with')
    this.opened.set(wrapped, key)
    return key
  }

  /** The command takes effect at once and goes to the disk with, or before, whatever is sealed with the key. */
  private makeKey(party: number): Buffer {
    const key = randomBytes(KEY_BYTES)
    const wrappedKey = encrypt(this.wrapping, party, key)
    this.host
      .execute({ command: 'parties.keep_key', input: { party, wrappedKey }, actor: { kind: 'system' } })
      .catch(this.onFault)
    // Text under a key that is not kept could never be opened: while the intake is closed nothing is sealed either.
    if (this.engine.rooms.identity.partyKeys.find(party as PartyId) !== wrappedKey)
      refuse('overloaded', 'no key can be kept at the moment; try again shortly')
    this.opened.set(wrappedKey, key)
    return key
  }
}

function encrypt(key: Buffer, party: number, plain: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(`pty_${party}`))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`
}

function decrypt(key: Buffer, party: number, sealed: string): Buffer | null {
  const [version, text] = sealed.split('.')
  if (version !== VERSION || text === undefined) return null
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES)).setAAD(
    Buffer.from(`pty_${party}`),
  )
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    // The tag does not fit: another key, another party, or changed bytes. All three are "cannot be opened".
    return null
  }
}
