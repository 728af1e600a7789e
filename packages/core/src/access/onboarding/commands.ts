/**
 * `kyc.start`, `kyc.decide`, `kyc.erase`, `kyc.set_webhook`. Starting again under the same external id is no second application:
 * it answers with the first one, or hands in what was asked for again; once approved it is refused.
 */
import type { PartyId } from '../../hierarchy/index.js'
import type { Surface } from '../../identity/index.js'
import { after, command, type Instant, type Need, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { checkSealed, checkVersion } from '../checks.js'
import { NOWHERE } from '../places.js'
import { register } from '../webhooks/commands.js'
import {
  type ApplicationId,
  type ApplicationStatus,
  EXTERNAL_ID_LENGTH_MAX,
  type KycDecision,
  keyOf,
  PROVISIONING_DELAY,
} from './applications.js'
import { applicationView, pathOfApplication } from './view.js'

export type StartKyc = {
  readonly firm: PartyId
  readonly externalId: string
  readonly sealedPersonal: string
}

export const startKyc = command({
  name: 'kyc.start',
  scope: 'kyc:write',
  needs: (_context: AccessContext, { firm }: StartKyc) => [
    { ability: 'administer', target: { party: firm } },
  ],
  decide(context, { firm, externalId, sealedPersonal }) {
    const { access, hierarchy } = context
    const { applications } = access
    if (!/^[\x21-\x2e\x30-\x7e]+$/.test(externalId) || externalId.length > EXTERNAL_ID_LENGTH_MAX)
      refuse('malformed', `expected 1 to ${EXTERNAL_ID_LENGTH_MAX} visible characters without a slash`, {
        field: '/external_id',
      })
    checkSealed(sealedPersonal, '/personal')
    const known = applications.find(firm, externalId)
    if (known !== NO_ROW) return startAgain(context, known, sealedPersonal)
    if (hierarchy.firstNotActive(hierarchy.parties.row(firm)) !== NO_ROW)
      refuse('party_suspended', 'the firm, or an owner above it, is not active')
    const application = context.image.newId<ApplicationId>()
    const row = applications.table.insert(application, {
      firm,
      externalId,
      key: keyOf(firm, externalId),
      sealedPersonal,
      ...STATE_OF.review,
      decision: 'review',
      reason: null,
      provisionAt: null,
      party: null,
      user: null,
      account: null,
      decidedAt: null,
      version: 1,
      createdAt: context.now,
    })
    say(context, row, 'kyc.started')
    return { application, decision: 'review' as KycDecision }
  },
})

/** What a decision means for the status and its detail, unless the decider says it more precisely. */
const STATE_OF: Readonly<
  Record<KycDecision, { readonly status: ApplicationStatus; readonly subStatus: string }>
> = {
  review: { status: 'open', subStatus: 'pending' },
  resubmit: { status: 'on_hold', subStatus: 'resubmit' },
  accept: { status: 'closed', subStatus: 'accept' },
  reject: { status: 'closed', subStatus: 'reject' },
}

function startAgain(context: AccessContext, row: Row, sealedPersonal: string) {
  const { table } = context.access.applications
  const [application, decision] = [table.id(row), table.decision.get(row)]
  if (decision === 'accept')
    refuse('kyc_already_approved', 'the person was approved before; read the status instead', {
      field: '/external_id',
    })
  if (decision !== 'resubmit') return { application, decision }
  table.sealedPersonal.set(row, sealedPersonal)
  settle(context, row, 'review', STATE_OF.review)
  say(context, row, 'kyc.resubmitted')
  return { application, decision: 'review' as KycDecision }
}

export type DecideKyc = {
  readonly application: ApplicationId
  readonly decision: KycDecision
  /** `on_hold` for a review that waits for documents; null: what the decision implies. */
  readonly status?: ApplicationStatus | null
  readonly subStatus?: string | null
  readonly reason?: string | null
  readonly version?: number | null
}

export const decideKyc = command({
  name: 'kyc.decide',
  scope: 'kyc:decide',
  needs: (context: AccessContext, { application }: DecideKyc) => needsOfApplication(context, application),
  decide(context, { application, decision, status, subStatus, reason, version }) {
    const { table } = context.access.applications
    const row = table.row(application)
    checkVersion(version, table.version.get(row))
    const before = table.decision.get(row)
    if (before === 'accept' || before === 'reject')
      refuse('transition_invalid', `the application was decided before: ${before}`)
    if (status && (decision === 'accept' || decision === 'reject') !== (status === 'closed'))
      refuse('malformed', 'expected a status that fits the decision', { field: '/status' })
    const state = STATE_OF[decision]
    settle(context, row, decision, {
      status: status ?? state.status,
      subStatus: subStatus ?? state.subStatus,
    })
    table.reason.set(row, reason ?? null)
    if (decision === 'accept') table.provisionAt.set(row, after(context.now, PROVISIONING_DELAY))
    say(context, row, decision === 'reject' ? 'kyc.rejected' : 'kyc.decided')
    return { application, decision, version: table.version.get(row) }
  },
})

function settle(
  { access, now }: AccessContext,
  row: Row,
  decision: KycDecision,
  { status, subStatus }: { readonly status: ApplicationStatus; readonly subStatus: string },
): void {
  const { table } = access.applications
  table.decision.set(row, decision)
  table.status.set(row, status)
  table.subStatus.set(row, subStatus)
  table.decidedAt.set(row, decision === 'review' ? null : (now as Instant))
  table.version.set(row, table.version.get(row) + 1)
}

export type EraseKyc = { readonly application: ApplicationId; readonly version?: number | null }

/** Forgets the person behind an application; the decision and what came of it stay. */
export const eraseKyc = command({
  name: 'kyc.erase',
  scope: 'kyc:write',
  needs: (context: AccessContext, { application }: EraseKyc) => needsOfApplication(context, application),
  decide(context, { application, version }) {
    const { table } = context.access.applications
    const row = table.row(application)
    checkVersion(version, table.version.get(row))
    table.sealedPersonal.set(row, null)
    table.version.set(row, table.version.get(row) + 1)
    say(context, row, 'kyc.erased')
    return { application, version: table.version.get(row) }
  },
})

export type SetKycWebhook = {
  readonly firm: PartyId
  readonly url: string
  readonly sealedSecret: string
  readonly surface: Surface
}

/** The endpoint that outcomes of the firm's applications go to; the last one that was set counts. */
export const setKycWebhook = command({
  name: 'kyc.set_webhook',
  scope: 'kyc:write',
  needs: (_context: AccessContext, { firm }: SetKycWebhook) => [
    { ability: 'administer', target: { party: firm } },
  ],
  decide: (context, { firm, url, sealedSecret, surface }) =>
    register(context, { party: firm, url, sealedSecret, surface, kinds: ['kyc.approved', 'kyc.rejected'] }),
})

export function needsOfApplication({ access }: AccessContext, application: ApplicationId): Need[] {
  const { table } = access.applications
  const row = table.find(application)
  const target = row === NO_ROW ? NOWHERE : { party: table.firm.get(row) }
  return [{ ability: 'administer', target }]
}

function say(context: AccessContext, row: Row, kind: string): void {
  context.emit({
    kind,
    subject: `kyc_${context.access.applications.table.id(row)}`,
    paths: pathOfApplication(context, row),
    data: { ...applicationView(context, row), personal: 'changed' },
  })
}
