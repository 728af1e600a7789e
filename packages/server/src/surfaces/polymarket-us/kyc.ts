/**
 * KYC: start, status, and the webhook that outcomes go to. What a person hands in is sealed under the firm and never
 * read back here; the decision comes from elsewhere, and user and account follow it by themselves.
 */
import type { Call, Route } from './call.js'
import { bodyOf } from './call.js'
import { answered, GRPC, settled, VenueError } from './errors.js'
import { Fields } from './fields.js'
import { accountName, userName } from './ids.js'
import { proveEndpoint } from './webhook-proof.js'

const EXTERNAL_ID_LENGTH_MAX = 49
const NAME_LENGTH_MAX = 50
const TEXT_LENGTH_MAX = 200

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
    sealedPersonal: call.services.sealing.seal(firm, JSON.stringify(personal)),
  }
  settled(
    await call.host.execute({ command: 'kyc.start', actor: call.actor, input, request: call.requestId }),
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
  return {
    ssn: checked(fields, 'ssn', /^\d{4,9}$/),
    firstName: checked(fields, 'firstName', any, NAME_LENGTH_MAX),
    middleName: fields.text('middleName'),
    lastName: checked(fields, 'lastName', any, NAME_LENGTH_MAX),
    dateOfBirth: checked(fields, 'dateOfBirth', /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/),
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
  const externalId = Fields.ofQuery(call.request.query).requiredText('externalId')
  try {
    return await shown(call, await read(call, await ownFirm(call), externalId))
  } catch (thrown) {
    if (thrown instanceof VenueError && thrown.code === GRPC.notFound)
      throw new VenueError(GRPC.notFound, 'external_id not found')
    throw thrown
  }
}

/** The endpoint has to answer a signed test with 2xx before it is kept; the last one counts. */
function webhook(allowsPrivateAddresses: boolean) {
  return async (call: Call): Promise<unknown> => {
    const fields = Fields.of(bodyOf(call), ['url', 'secret'])
    const [url, secret] = [fields.requiredText('url'), checkedSecret(fields)]
    const firm = await ownFirm(call)
    const needs = [{ ability: 'administer', target: { party: firm as never } }] as const
    answered(await call.host.authorize(call.actor, 'kyc:write', needs))
    const fault = await proveEndpoint({ url, secret, now: call.host.now(), allowsPrivateAddresses })
    if (fault !== null) return { validated: false, message: fault }
    const sealedSecret = call.services.sealing.seal(firm, secret)
    const input = { firm, url, sealedSecret, surface: 'polymarket-us' }
    settled(
      await call.host.execute({
        command: 'kyc.set_webhook',
        actor: call.actor,
        input,
        request: call.requestId,
      }),
    )
    return { validated: true, message: 'webhook registered' }
  }
}

function checkedSecret(fields: Fields): string {
  const secret = fields.requiredText('secret')
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1] ?? ''
  if (Buffer.from(encoded, 'base64').length < 24 || secret.length > 256)
    throw fields.fault('secret', 'expected whsec_ and at least 24 bytes in base64')
  return secret
}

export const kycRoutes = (allowsPrivateAddresses: boolean): readonly Route[] => [
  { method: 'POST', path: '/kyc/start', scope: 'kyc:write', answer: start },
  { method: 'GET', path: '/kyc/status', scope: 'kyc:read', answer: status },
  { method: 'POST', path: '/kyc/webhook', scope: 'kyc:write', answer: webhook(allowsPrivateAddresses) },
]
