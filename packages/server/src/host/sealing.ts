/**
 * Sealing: personal fields and secrets, encrypted with AES-256-GCM under a data key per party. The data key is wrapped by
 * the master key and kept on a shelf beside the journal; the book has its name alone. Destroying it there makes
 * everything that was sealed with it unreadable, in the journal and in backups of it too. The party's id is bound into
 * both, so that nothing sealed for one can pass for another's.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type Engine, MINUTE, type PartyId, Refused } from '@stemma/core'
import type { KeyShelf } from '@stemma/store'
import type { Host, Sealing } from '../services.js'
import type { Deliverer } from './effects.js'
import { writePrivateFile } from './private-file.js'

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'
const DESTROYED_AGAIN_AFTER = MINUTE

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
  /** By name. */
  private readonly unwrapped = new Map<string, Buffer>()
  private readonly beingMade = new Map<number, Promise<Buffer>>()

  constructor(
    master: MasterKey,
    private readonly shelf: KeyShelf,
    private readonly engine: Engine,
    private readonly host: Pick<Host, 'execute'>,
  ) {
    this.wrapping = master.derive('party keys')
  }

  /** Throws SecretKeyFault where the book was written with another key than this one. */
  async check(): Promise<void> {
    const { table } = this.engine.rooms.identity.partyKeys
    for (const row of table.each()) {
      await this.keyOf(table.party.get(row))
      return
    }
  }

  get operator(): number {
    const { parties, root } = this.engine.rooms.hierarchy
    return parties.id(root)
  }

  /** Encrypts for a party that exists, making its key on first use. */
  async seal(party: number, plain: string): Promise<string> {
    return encrypt((await this.keyOf(party)) ?? (await this.makeKey(party)), party, Buffer.from(plain))
  }

  /** The plain text, or null where the key was destroyed or the text was sealed for somebody else. */
  async open(party: number, sealed: string): Promise<string | null> {
    const key = await this.keyOf(party)
    return key === null ? null : (decrypt(key, party, sealed)?.toString('utf8') ?? null)
  }

  /** Destroys a key that the book has given up. */
  async destroy(keyName: string): Promise<void> {
    await this.shelf.drop(keyName)
    this.unwrapped.delete(keyName)
  }

  private async keyOf(party: number): Promise<Buffer | null> {
    const name = this.engine.rooms.identity.partyKeys.find(party as PartyId)
    if (name === null) return null
    const known = this.unwrapped.get(name)
    if (known !== undefined) return known
    const wrapped = await this.shelf.find(name)
    if (wrapped === null) return null
    const key = decrypt(this.wrapping, party, wrapped)
    if (key === null)
      throw new SecretKeyFault('the secret key file is not the one that this book was written with')
    this.unwrapped.set(name, key)
    return key
  }

  /** One for all who ask at once. */
  private makeKey(party: number): Promise<Buffer> {
    const under = this.beingMade.get(party)
    if (under !== undefined) return under
    const made = this.keepNewKey(party).finally(() => this.beingMade.delete(party))
    this.beingMade.set(party, made)
    return made
  }

  /** On the shelf before the book speaks of it: text under a key that is not kept could never be opened. */
  private async keepNewKey(party: number): Promise<Buffer> {
    const key = randomBytes(KEY_BYTES)
    const keyName = randomUUID()
    await this.shelf.keep([{ name: keyName, wrappedKey: encrypt(this.wrapping, party, key) }])
    const outcome = await this.host.execute({
      command: 'parties.keep_key',
      input: { party, keyName },
      actor: { kind: 'system' },
    })
    if (outcome.kind === 'refused') {
      await this.shelf.drop(keyName)
      throw new Refused(outcome.refusal)
    }
    this.unwrapped.set(keyName, key)
    return key
  }
}

/** An erased party's key is destroyed once that it was erased is durable; it is tried until it is done. */
export const keyDestroyer =
  (sealing: PartySealing): Deliverer =>
  async ({ target }) => {
    try {
      await sealing.destroy(target)
      return { isDelivered: true, detail: 'the key was destroyed' }
    } catch (error) {
      return { isDelivered: false, detail: (error as Error).message, retryAfter: DESTROYED_AGAIN_AFTER }
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
