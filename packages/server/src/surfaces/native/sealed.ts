/** What this surface seals before the engine sees it: personal fields, and secrets that it makes itself. */
import { randomBytes } from 'node:crypto'
import { type Id, type Plain, Refused } from '@stemma/core'
import type { Services } from '../../services.js'
import { type Call, type Input, versioned } from './call.js'

/** A secret of the Standard Webhooks scheme. */
export const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`

/**
 * Replaces the plain field `from` by the sealed field `to`, under the key of `party`. Nothing is sealed for a party
 * that is out of reach, and a dry run, which changes nothing, makes no key either.
 */
export async function sealed(
  { host, sealing }: Services,
  call: Call,
  party: Plain,
  [from, to]: readonly [string, string],
): Promise<Input> {
  const { [from]: plain, ...rest } = versioned(call)
  if (plain === undefined) return rest
  if (typeof plain !== 'string') return { ...rest, [to]: null }
  const needs = [{ ability: 'administer', target: { party: party as Id } }] as const
  const allowed = await host.authorize(call.caller.actor, call.operation.scope ?? '', needs)
  if (allowed.kind === 'refused') throw new Refused(allowed.refusal)
  return { ...rest, [to]: call.isDryRun ? DRY : await sealing.seal(Number(party), plain) }
}
const DRY = 'dry run'
