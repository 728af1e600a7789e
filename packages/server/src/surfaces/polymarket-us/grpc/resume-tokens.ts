/** Resume tokens: the place in the events, 16 bytes; the client keeps them and looks into none. */
import { BEHIND_ALL, placeBefore, type Seen } from '../../../grpc/index.js'
import type { Call } from '../call.js'
import { invalid } from '../errors.js'
import type { Fields } from '../fields.js'

const BYTES = 16

/** As proto3 JSON says bytes. */
export function tokenOf({ sequence, index }: Pick<Seen, 'sequence' | 'index'>): string {
  const bytes = Buffer.alloc(BYTES)
  bytes.writeBigUInt64BE(BigInt(sequence), 0)
  bytes.writeBigUInt64BE(BigInt(index), BYTES / 2)
  return bytes.toString('base64')
}

/** Where the request begins: behind its token, right before its time, or null: now. Both at once are refused. */
export async function placeIn({ host }: Call, fields: Fields, sequence: number): Promise<Seen | null> {
  const [token, time] = [fields.text('resumeToken'), fields.instant('resumeTime')]
  if (token !== null && time !== null)
    throw invalid('invalid resumeToken: resume_token and resume_time exclude each other')
  if (time !== null) return placeBefore(host, time)
  return token === null ? null : { ...placeOf(token, sequence), time: host.now() }
}

/** A token that is ahead of the book is none of it: what happens until then would never be told. */
function placeOf(token: string, head: number): Pick<Seen, 'sequence' | 'index'> {
  const bytes = Buffer.from(token, 'base64')
  if (bytes.length !== BYTES) throw invalid('invalid resumeToken')
  const [sequence, index] = [Number(bytes.readBigUInt64BE(0)), Number(bytes.readBigUInt64BE(BYTES / 2))]
  if (sequence > head || index > BEHIND_ALL) throw invalid('invalid resumeToken')
  return { sequence, index }
}
