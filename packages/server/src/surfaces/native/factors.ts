/** Second factors on this surface: what is made for a new one, and how a user proves itself for a change of them. */
import { randomBytes } from 'node:crypto'
import { type FactorToCheck, type Id, type Plain, Refused, refuse, type UserId } from '@stemma/core'
import {
  codeAddress,
  type FactorFault,
  type FactorVerdict,
  newCodeSecret,
  registeredKey,
  registrationOptions,
  relyingPartyAt,
  stepOfCode,
} from '../../auth/factors/index.js'
import type { Services } from '../../services.js'
import { type Call, type Input, type Prepare, type Present, versioned } from './call.js'

const CHALLENGE_BYTES = 32

const begin: Prepare = async (services, call) => {
  const user = call.input.user as UserId
  // Nothing is made or judged for somebody else.
  const own = await services.host.read('factors.own', call.caller.actor, { user })
  if (own.kind === 'refused') throw new Refused(own.refusal)
  const { isProven, ...given } = await proven(services, call, user)
  const isSecurityKey = call.input.kind === 'security_key'
  const known = await services.factors.of(user)
  const party = relyingPartyAt(services.url())
  if (isSecurityKey) {
    const challenge = randomBytes(CHALLENGE_BYTES).toString('base64url')
    const keyIds = known?.factors.flatMap(({ keyId }) => (keyId === null ? [] : [keyId])) ?? []
    const options = await registrationOptions(
      party,
      { id: user, name: known?.userName ?? '' },
      challenge,
      keyIds,
    )
    const input = { ...given, sealedSecret: null, registrationChallenge: challenge, isProven }
    return {
      command: 'factors.begin',
      input,
      shown: { secret: null, address: null, options: options as never },
    }
  }
  const secret = newCodeSecret()
  const sealedSecret =
    call.isDryRun || known === null ? 'dry run' : await services.sealing.seal(known.party, secret)
  const shown = { secret, address: codeAddress(secret, party.id, known?.userName ?? ''), options: null }
  return {
    command: 'factors.begin',
    input: { ...given, sealedSecret, registrationChallenge: null, isProven },
    shown,
  }
}

const confirm: Prepare = async (services, call) => {
  const { secondFactor, ...given } = call.input
  const { party, factor } = await ownFactor(services, call)
  const proof = factor.isConfirmed
    ? { step: 0 }
    : await proofOf(services, party, factor, String(secondFactor))
  if (proof === null) return refuse('second_factor_invalid', 'the code or the answer is not of this factor')
  return { command: 'factors.confirm', input: { ...given, proof } as Plain }
}

/** What the engine keeps of the first right answer; null where the answer is wrong. */
async function proofOf(
  { host, sealing, url }: Services,
  party: number,
  { sealedSecret, registrationChallenge }: FactorToCheck,
  answer: string,
) {
  if (sealedSecret !== null) {
    const secret = await sealing.open(party, sealedSecret)
    const step = secret === null ? null : stepOfCode(secret, answer, host.now())
    return step === null ? null : { step }
  }
  const response = readJson(answer)
  return registrationChallenge === null || response === null
    ? null
    : registeredKey(relyingPartyAt(url()), registrationChallenge, response)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const change =
  (command: string): Prepare =>
  async (services, call) => {
    const { user } = await ownFactor(services, call)
    return { command, input: await proven(services, call, user) }
  }

/** The factor that the call names, where it is the caller's. */
async function ownFactor({ host, factors }: Services, { caller, input }: Call) {
  const answer = await host.read<UserId>('factors.user_of', caller.actor, { factor: input.factor })
  if (answer.kind === 'refused') throw new Refused(answer.refusal)
  const user = answer.result
  const known = await factors.of(user)
  const factor = known?.factors.find(({ id }) => id === (input.factor as Id))
  if (known === null || factor === undefined)
    return refuse('not_visible', 'there is no such thing within reach')
  return { user, party: known.party, factor }
}

/** Its input without the factor, and whether that one was right. Whoever has none yet is asked for none. */
async function proven(
  services: Services,
  call: Call,
  user: UserId,
): Promise<Input & { readonly isProven: boolean }> {
  const { secondFactor, challenge, ...given } = versioned(call)
  const answer = typeof secondFactor === 'string' ? secondFactor : null
  // A dry run uses nothing up; what it is given is taken for right.
  if (call.isDryRun || answer === null) return { ...given, isProven: answer !== null }
  const asked = { user, assignment: null, purpose: purposeOf(user) }
  const verdict = await services.factors.judge(asked, {
    answer,
    challenge: typeof challenge === 'string' ? challenge : null,
  })
  if (verdict.kind === 'proven') return { ...given, isProven: true }
  // A repeat of a request whose code was used by the first one: the engine knows the key, or asks for a code.
  const isRepeat = verdict.kind === 'refused' && verdict.fault === 'used' && call.key !== null
  if (verdict.kind !== 'none' && !isRepeat) refuseFactor(verdict)
  return { ...given, isProven: false }
}

const purposeOf = (user: UserId): string => JSON.stringify(['native', 'factors', user])

const FAULTS = {
  required: 'second_factor_required',
  wrong: 'second_factor_invalid',
  used: 'second_factor_used',
  challenge_gone: 'second_factor_used',
} as const satisfies Readonly<Record<FactorFault, string>>

const DETAILS: Readonly<Record<FactorFault, string>> = {
  required: 'a second factor of the user is needed',
  wrong: 'the code or the answer is of no second factor of the user',
  used: 'the code was used before',
  challenge_gone: 'the challenge was answered before, is older than a minute, or is not of this',
}

function refuseFactor(verdict: Extract<FactorVerdict, { kind: 'locked' | 'refused' }>): never {
  if (verdict.kind === 'refused') return refuse(FAULTS[verdict.fault], DETAILS[verdict.fault])
  const { waitSeconds } = verdict
  return refuse('second_factor_locked', `too many in a row were wrong; wait ${waitSeconds} seconds`, {
    data: { wait_seconds: waitSeconds },
  })
}

const challenge: Present = async ({ factors }, call) => {
  const user = call.input.user as UserId
  const verdict = await factors.judge({ user, assignment: null, purpose: purposeOf(user) }, null)
  switch (verdict.kind) {
    case 'refused':
      return verdict.demand
    case 'locked':
      return refuseFactor(verdict)
    case 'none':
    case 'proven':
      return refuse('second_factor_missing', 'the user has no confirmed second factor')
  }
}

export const FACTOR_PREPARE: readonly (readonly [string, Prepare])[] = [
  ['factors.begin', begin],
  ['factors.confirm', confirm],
  ['factors.update', change('factors.update')],
  ['factors.remove', change('factors.remove')],
]
export const FACTOR_PRESENT: readonly (readonly [string, Present])[] = [['factors.challenge', challenge]]
