/**
 * What a person holds in the hand: an app that shows one-time codes, and a security key. Written from the standards (RFC
 * 4226 and 6238, WebAuthn level 2) and not with the libraries that check them. Not exported.
 */
import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

const BASE_32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function bytesOf(secret: string): Buffer {
  const bits = [...secret].map((letter) => BASE_32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** The six digits that an app shows at a time in microseconds. */
export function oneTimeCode(secret: string, at: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000_000)))
  const digest = createHmac('sha1', bytesOf(secret)).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 15
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const PRESENT = 0x01
const WITH_KEY = 0x40

/** A key on P-256 that counts what it signs. */
export class SecurityKey {
  readonly id = randomBytes(32)
  private readonly key: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  signatures = 0

  constructor(
    private readonly origin: string,
    private readonly relyingParty: string,
  ) {
    this.key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  }

  /** What a browser sends after `navigator.credentials.create`; the challenge is in base64url. */
  register(challenge: string) {
    const attested = Buffer.concat([Buffer.alloc(16), uint16(this.id.length), this.id, this.coseKey()])
    const authenticatorData = Buffer.concat([this.head(PRESENT | WITH_KEY), attested])
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      Buffer.from([0x58, authenticatorData.length]),
      authenticatorData,
    ])
    return this.credential({
      clientDataJSON: this.clientData('webauthn.create', challenge).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    })
  }

  /** What a browser sends after `navigator.credentials.get`; the challenge is in base64, as the venue has it. */
  assert(challenge: string) {
    this.signatures += 1
    const clientData = this.clientData('webauthn.get', Buffer.from(challenge, 'base64').toString('base64url'))
    const authenticatorData = this.head(PRESENT)
    const signed = Buffer.concat([authenticatorData, sha256(clientData)])
    return this.credential({
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: sign('sha256', signed, this.key.privateKey).toString('base64url'),
    })
  }

  private credential<Response>(response: Response) {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  private clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.origin, crossOrigin: false }))
  }

  private head(flags: number): Buffer {
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.signatures)
    return Buffer.concat([sha256(this.relyingParty), Buffer.from([flags]), counter])
  }

  /** {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y} */
  private coseKey(): Buffer {
    const { x = '', y = '' } = this.key.publicKey.export({ format: 'jwk' })
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
      Buffer.from(x, 'base64url'),
      Buffer.from([0x22, 0x58, 0x20]),
      Buffer.from(y, 'base64url'),
    ])
  }
}

const uint16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255])
const cborText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
