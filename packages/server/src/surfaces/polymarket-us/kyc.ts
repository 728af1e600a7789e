/**
 * KYC: start, status, and the webhook that outcomes go to. What a person hands in is sealed under the firm and never
 * read back here; the decision comes from elsewhere, and user and account follow it by themselves.
 */
import { randomUUID } from 'node:crypto'
import {
  type AccountId,
  formatInstant,
  type Instant,
  type PartyId,
  toMilliseconds,
  type UserId,
} from '@stemma/core'
import { signed } from '../../host/webhooks.js'
import type { WebhookWords } from '../../services.js'
import type { Call, Route } from './call.js'
import { bodyOf } from './call.js'
import { answered, GRPC, settled, VenueError } from './errors.js'
import { Fields, isDate } from './fields.js'
import { accountName, firmName, userName } from './ids.js'

const EXTERNAL_ID_LENGTH_MAX = 49
const NAME_LENGTH_MAX = 50
const TEXT_LENGTH_MAX = 200
const URL_LENGTH_MAX = 2_048

const ADDRESS_FIELDS = ['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country']
const START_FIELDS = [
  'externalId',
  'ssn',
  'firstName',
  'middleName',
  'lastName',
  'dateOfBirth',
  'email',
  'phoneNumber',
  'ipAddress',
  'address',
  'agreement',
  'sessionToken',
  'docvEligible',
  'referralCode',
]

interface Application {
  readonly externalId: string
  readonly decision: string
  readonly status: string
  readonly subStatus: string
  readonly user: number | null
  readonly account: number | null
}

const ownFirm = async ({ host, actor }: Call): Promise<number> =>
  answered(await host.read<{ readonly party: { readonly id: number } }>('identity.whoami', actor, {})).party
    .id

async function start(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), START_FIELDS)
  const externalId = checked(fields, 'externalId', /^.*$/su, EXTERNAL_ID_LENGTH_MAX)
  const personal = readPersonal(fields)
  const firm = await ownFirm(call)
  const input = {
    firm,
    externalId,
    sealedPersonal: await call.services.sealing.seal(firm, JSON.stringify(personal)),
  }
  settled(
    await call.host.execute({ command: 'kyc.start', actor: call.actor, input, request: call.incoming.id }),
  )
  return shown(call, await read(call, firm, externalId))
}

function checked(fields: Fields, name: string, pattern: RegExp, most = TEXT_LENGTH_MAX): string {
  const text = fields.requiredText(name)
  if (text.length > most || !pattern.test(text)) throw fields.fault(name, 'not in the expected form')
  return text
}

/** Every field in the form that the venue asks for; what it means is for the decider. */
function readPersonal(fields: Fields): Readonly<Record<string, unknown>> {
  const any = /^.*$/su
  const address = fields.message('address', ADDRESS_FIELDS)
  if (address === null) throw fields.fault('address', 'required')
  const agreement = fields.message('agreement', ['version', 'signedAt'])
  if (agreement === null || agreement.instant('signedAt') === null)
    throw fields.fault('agreement', 'expected version and signedAt')
  const dateOfBirth = fields.requiredText('dateOfBirth')
  if (!isDate(dateOfBirth)) throw fields.fault('dateOfBirth', 'expected a date as 1990-01-31')
  return {
    ssn: checked(fields, 'ssn', /^\d{4,9}$/),
    firstName: checked(fields, 'firstName', any, NAME_LENGTH_MAX),
    middleName: fields.text('middleName'),
    lastName: checked(fields, 'lastName', any, NAME_LENGTH_MAX),
    dateOfBirth,
    email: checked(fields, 'email', /^[^\s@]+@[^\s@]+$/),
    phoneNumber: checked(fields, 'phoneNumber', /^\+[1-9]\d{6,14}$/),
    ipAddress: checked(fields, 'ipAddress', /^[0-9a-fA-F.:]{3,45}$/),
    address: {
      addressLine1: checked(address, 'addressLine1', any),
      addressLine2: address.text('addressLine2'),
      city: checked(address, 'city', any),
      state: checked(address, 'state', /^[A-Z]{2}$/),
      postalCode: checked(address, 'postalCode', /^\d{5}$/),
      country: address.text('country') ?? 'US',
    },
    agreement: { version: agreement.requiredText('version'), signedAt: agreement.text('signedAt') },
    referralCode: fields.text('referralCode'),
  }
}

const read = async ({ host, actor }: Call, firm: number, externalId: string): Promise<Application> =>
  answered(await host.read<Application>('kyc.get', actor, { firm, externalId }))

const SUB_STATUSES: Readonly<Record<string, string>> = {
  pending: 'In Review',
  accept: 'Accept',
  reject: 'Reject',
  resubmit: 'Document Request Initiated',
}

async function shown({ host, actor }: Call, application: Application): Promise<unknown> {
  const { user, account, decision, status, subStatus, externalId } = application
  const names = answered(
    await host.read<{ user: Named | null; account: Named | null }>('participants.names', actor, {
      user,
      account,
    }),
  )
  return {
    status: {
      decision: decision.toUpperCase(),
      status: status.toUpperCase(),
      subStatus: SUB_STATUSES[subStatus] ?? subStatus,
      externalId,
    },
    participantId: names.user === null ? '' : userName(names.user.firm, names.user.name),
    provisionedAccount: names.account === null ? '' : accountName(names.account.firm, names.account.name),
  }
}

interface Named {
  readonly firm: string
  readonly name: string
}

async function status(call: Call): Promise<unknown> {
  const externalId = Fields.ofQuery(call.incoming.query).requiredText('externalId')
  try {
    return await shown(call, await read(call, await ownFirm(call), externalId))
  } catch (thrown) {
    if (thrown instanceof VenueError && thrown.code === GRPC.notFound)
      throw new VenueError(GRPC.notFound, 'external_id not found')
    throw thrown
  }
}

/** The endpoint has to answer a signed test with 2xx before it is kept; the last one counts. */
async function webhook(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['url', 'secret'])
  const [url, secret] = [fields.requiredText('url'), checkedSecret(fields)]
  if (!URL.canParse(url) || url.length > URL_LENGTH_MAX)
    throw fields.fault('url', 'expected an absolute address')
  const firm = await ownFirm(call)
  const needs = [{ ability: 'administer', target: { party: firm as never } }] as const
  answered(await call.host.authorize(call.actor, 'kyc:write', needs))
  const fault = await faultOf(call, url, secret)
  if (fault !== null) return { validated: false, message: fault }
  const sealedSecret = await call.services.sealing.seal(firm, secret)
  const input = { firm, url, sealedSecret, surface: 'polymarket-us' }
  settled(
    await call.host.execute({
      command: 'kyc.set_webhook',
      actor: call.actor,
      input,
      request: call.incoming.id,
    }),
  )
  return { validated: true, message: 'webhook registered' }
}

/** Null where the endpoint answered the test as it has to. Redirects are not followed, so they are no 2xx. */
async function faultOf({ services, host }: Call, url: string, secret: string): Promise<string | null> {
  const now = host.now()
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify({
    event_type: 'webhook.test',
    event_id: id,
    event_time: formatInstant(now),
    data: {},
  })
  try {
    const headers = signed(secret, id, body, new Date(toMilliseconds(now)))
    const { status } = await services.outbound.post(url, headers, body)
    return status >= 200 && status < 300 ? null : `expected an answer of 2xx, was ${status}`
  } catch {
    // Why is not said: it would tell what stands behind addresses that the caller cannot see.
    return 'the endpoint could not be reached at a public address'
  }
}

function checkedSecret(fields: Fields): string {
  const secret = fields.requiredText('secret')
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] ?? ''
  if (Buffer.from(encoded, 'base64').length < 24 || secret.length > 256)
    throw fields.fault('secret', 'expected whsec_ and at least 24 bytes in base64')
  return secret
}

export const KYC_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/kyc/start', scope: 'kyc:write', limit: 'kyc', answer: start },
  { method: 'GET', path: '/kyc/status', scope: 'kyc:read', limit: 'kyc', answer: status },
  { method: 'POST', path: '/kyc/webhook', scope: 'kyc:write', limit: 'kyc', answer: webhook },
]

const STATUSES: Readonly<Record<string, string>> = {
  'kyc.approved': 'KYC_STATUS_APPROVED',
  'kyc.rejected': 'KYC_STATUS_REJECTED',
}

/** An outcome as the venue's webhook tells it. */
export const kycWords: WebhookWords = ({ kind, subject, sequence, index, time, data }, { rooms }) => {
  const status = STATUSES[kind]
  if (status === undefined) return null
  const { externalId, firm, user, account, decidedAt, reason } = data as unknown as Application & {
    readonly firm: PartyId
    readonly decidedAt: Instant | null
    readonly reason: string | null
  }
  const { hierarchy, identity } = rooms
  const nameOfParty = (party: PartyId): string => hierarchy.parties.name.get(hierarchy.parties.row(party))
  const person = user === null ? null : identity.users.row(user as UserId)
  const opened = account === null ? null : hierarchy.accounts.row(account as AccountId)
  const participant =
    person === null
      ? ''
      : userName(nameOfParty(identity.users.party.get(person)), identity.users.name.get(person))
  return {
    event_type: kind,
    event_id: `${sequence}-${index}`,
    event_time: formatInstant(time),
    data: {
      external_id: externalId,
      user_id: participant,
      firm_id: firmName(nameOfParty(firm)),
      status,
      provisioned_participant: participant,
      provisioned_account:
        opened === null
          ? ''
          : accountName(
              nameOfParty(hierarchy.accounts.party.get(opened)),
              hierarchy.accounts.name.get(opened),
            ),
      status_set_at: formatInstant(decidedAt ?? time),
      ...(reason === null || reason === undefined ? {} : { rejection_reason: reason }),
      kyc_eval_id: subject,
    },
  }
}
