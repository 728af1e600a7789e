/**
 * The second factor of a user, asked for and judged: the same for every surface. The book says which factors there are
 * and remembers what was used and what was wrong; here they are looked at, since this is where secrets can be opened.
 * One user's factors are judged one after another, so that guesses at the same time are counted like others.
 */
import type { FactorsOfUser, FactorToCheck, Refusal, UserId } from '@stemma/core'
import { secondsUntil } from '@stemma/core'
import type { Factors, Host, Sealing } from '../../services.js'
import type { Challenges, OpenChallenge } from './challenges.js'
import { stepOfCode } from './one-time-codes.js'
import { type RelyingParty, signaturesAfter } from './security-keys.js'
import type { FactorAsked, FactorFault, FactorGiven, FactorVerdict } from './verdict.js'

const SYSTEM = { kind: 'system' } as const

type Match = {
  readonly factor: FactorToCheck
  readonly step: number | null
  readonly signatures: number | null
}

export class SecondFactors implements Factors {
  private readonly turns = new Map<UserId, Promise<unknown>>()

  constructor(
    private readonly host: Pick<Host, 'now' | 'read' | 'execute'>,
    private readonly sealing: Pick<Sealing, 'open'>,
    private readonly challenges: Challenges,
    private readonly relyingParty: () => RelyingParty,
  ) {}

  judge(asked: FactorAsked, given: FactorGiven | null): Promise<FactorVerdict> {
    const { turns } = this
    const turn = (turns.get(asked.user) ?? Promise.resolve()).then(() => this.judgeNow(asked, given))
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (turns.get(asked.user) === settled) turns.delete(asked.user)
      })
    turns.set(asked.user, settled)
    return turn
  }

  async of(user: UserId): Promise<FactorsOfUser | null> {
    const answer = await this.host.read<FactorsOfUser>('factors.to_check', SYSTEM, { user })
    return answer.kind === 'answer' ? answer.result : null
  }

  private async judgeNow(asked: FactorAsked, given: FactorGiven | null): Promise<FactorVerdict> {
    const known = await this.of(asked.user)
    const factors = (known?.factors ?? []).filter(
      ({ isConfirmed, assignments }) =>
        isConfirmed && (asked.assignment === null || assignments.includes(asked.assignment)),
    )
    if (known === null || factors.length === 0) return { kind: 'none' }
    const now = this.host.now()
    if (known.lockedUntil !== null && known.lockedUntil > now)
      return { kind: 'locked', waitSeconds: secondsUntil(known.lockedUntil, now) }
    if (given === null) return this.refused(asked, factors, 'required')
    const open = given.challenge === null ? null : this.challenges.open(given.challenge, asked.purpose, now)
    if (given.challenge !== null && open === null) return this.refused(asked, factors, 'challenge_gone')
    const match = await this.match(known, factors, given)
    const refusal = match === null ? await this.fail(asked.user, open) : await this.use(match, open)
    if (refusal === null) return match === null ? this.refused(asked, factors, 'wrong') : { kind: 'proven' }
    if (refusal.code === 'second_factor_locked')
      return { kind: 'locked', waitSeconds: Number(refusal.data?.waitSeconds) }
    return this.refused(asked, factors, refusal.field === '/challenge' ? 'challenge_gone' : 'used')
  }

  private refused(
    { purpose }: FactorAsked,
    factors: readonly FactorToCheck[],
    fault: FactorFault,
  ): FactorVerdict {
    const challenge = this.challenges.issue(purpose, this.host.now())
    const demand = { factors, relyingParty: this.relyingParty().id, challenge }
    return { kind: 'refused', fault, demand }
  }

  /** The factor that the answer is of. */
  private async match(
    { party }: FactorsOfUser,
    factors: readonly FactorToCheck[],
    { answer, challenge }: FactorGiven,
  ): Promise<Match | null> {
    const assertion = assertionOf(answer)
    for (const factor of factors) {
      const { kind, sealedSecret, keyId, publicKey, signatures } = factor
      if (kind === 'totp' && sealedSecret !== null && assertion === null) {
        // A secret whose key was destroyed proves nothing any more.
        const secret = await this.sealing.open(party, sealedSecret)
        const step = secret === null ? null : stepOfCode(secret, answer, this.host.now())
        if (step !== null) return { factor, step, signatures: null }
      }
      if (kind === 'security_key' && keyId !== null && publicKey !== null && assertion?.id === keyId) {
        if (challenge === null) continue
        const key = { keyId, publicKey, signatures }
        const counted = await signaturesAfter(this.relyingParty(), challenge, key, assertion)
        if (counted !== null) return { factor, step: null, signatures: counted }
      }
    }
    return null
  }

  private async use(
    { factor, step, signatures }: Match,
    challenge: OpenChallenge | null,
  ): Promise<Refusal | null> {
    const input = { factor: factor.id, step, signatures, challenge: asInput(challenge) }
    const outcome = await this.host.execute({ command: 'factors.use', actor: SYSTEM, input })
    return outcome.kind === 'refused' ? outcome.refusal : null
  }

  private async fail(user: UserId, challenge: OpenChallenge | null): Promise<Refusal | null> {
    const input = { user, challenge: asInput(challenge) }
    const outcome = await this.host.execute({ command: 'factors.fail', actor: SYSTEM, input })
    return outcome.kind === 'refused' ? outcome.refusal : null
  }
}

const asInput = (challenge: OpenChallenge | null) => (challenge === null ? null : { ...challenge })

/** What a security key answers is an object of JSON; whatever else is given is taken for a code. */
function assertionOf(answer: string): { readonly id?: unknown } | null {
  if (!answer.startsWith('{')) return null
  try {
    return JSON.parse(answer) as { readonly id?: unknown }
  } catch {
    return null
  }
}
