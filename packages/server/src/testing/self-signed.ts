/** A certificate that signs itself, as Node has nothing that makes one: X.509 (RFC 5280) written in DER by hand. Not exported. */
import { generateKeyPairSync, sign } from 'node:crypto'

export interface SelfSigned {
  /** Both as PEM. */
  readonly certificate: string
  readonly key: string
}

const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8_STRING] = [0x02, 0x03, 0x04, 0x06, 0x0c]
const [GENERALIZED_TIME, SEQUENCE, SET, VERSION, EXTENSIONS, DNS_NAME] = [0x18, 0x30, 0x31, 0xa0, 0xa3, 0x82]

/** Numbers of RFC 5280 and RFC 5758, as DER has them. */
const COMMON_NAME = '550403'
const SUBJECT_ALTERNATIVE_NAME = '551d11'
const ECDSA_WITH_SHA256 = '2a8648ce3d040302'

/** For that name of a server, and from long ago until long from now: a test has no date. */
export function selfSigned(hostname: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(SEQUENCE, objectId(ECDSA_WITH_SHA256))
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, objectId(COMMON_NAME), der(UTF8_STRING, hostname))))
  const names = der(SEQUENCE, der(DNS_NAME, hostname))
  const body = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, Buffer.of(2))),
    der(INTEGER, Buffer.of(1)),
    algorithm,
    name,
    der(SEQUENCE, der(GENERALIZED_TIME, '20000101000000Z'), der(GENERALIZED_TIME, '99991231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      EXTENSIONS,
      der(SEQUENCE, der(SEQUENCE, objectId(SUBJECT_ALTERNATIVE_NAME), der(OCTET_STRING, names))),
    ),
  )
  const signature = sign('sha256', body, privateKey)
  const whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, Buffer.of(0), signature))
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${linesOf(whole)}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

/** PEM has lines of 64 characters (RFC 7468). */
const linesOf = (bytes: Buffer): string => bytes.toString('base64').replace(/.{64}(?=.)/g, '$&\n')

const objectId = (hex: string): Buffer => der(OBJECT_ID, Buffer.from(hex, 'hex'))

/** One value: its tag, its length, and what it holds. */
function der(tag: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  const { length } = content
  const long = Buffer.from(length.toString(16).padStart(length > 255 ? 4 : 2, '0'), 'hex')
  return Buffer.concat([
    Buffer.of(tag),
    length < 128 ? Buffer.of(length) : Buffer.concat([Buffer.of(0x80 + long.length), long]),
    content,
  ])
}
