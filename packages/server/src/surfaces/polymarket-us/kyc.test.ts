import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, buildAcme, KEYS } from '../../testing/acme.js'
import { PERSON } from '../../testing/person.js'
import { openReceiver, type Received, type Receiver } from '../../testing/receiver.js'
import { signIn, startVenue, type Venue } from '../../testing/venue.js'

let venue: Venue
let acme: Acme
let token: string

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  token = await signIn(venue, 'acme-admin', KEYS)
})
afterEach(() => venue.close())

const person = (change: object = {}) => ({ ...PERSON, external_id: 'cust-9001', ...change })
const start = (json: unknown) => venue.send('POST', '/v1/kyc/start', { token, json })
const status = (id = 'cust-9001') => venue.send('GET', `/v1/kyc/status?external_id=${id}`, { token })
const applicationOf = () => venue.server.engine.rooms.access.applications.table.idsInOrder()[0] ?? 0

describe('an application', () => {
  test('is in review, and once it is accepted a user and an account come by themselves', async () => {
    const started = await start(person())
    expect(started.status).toBe(200)
    expect(started.body).toEqual({
      status: { decision: 'REVIEW', status: 'OPEN', subStatus: 'In Review', externalId: 'cust-9001' },
      participantId: '',
      provisionedAccount: '',
    })
    expect((await start(person())).body).toEqual(started.body)
    await venue.run('kyc.decide', { application: applicationOf(), decision: 'accept' })
    expect((await status()).body).toMatchObject({
      status: { decision: 'ACCEPT', status: 'CLOSED' },
      participantId: '',
    })
    venue.move(1)
    await venue.run('kyc.decide', { application: applicationOf(), decision: 'accept' }).catch(() => {})
    const { body } = await status()
    expect(body).toMatchObject({
      status: { decision: 'ACCEPT', status: 'CLOSED', subStatus: 'Accept' },
      participantId: expect.stringMatching(/^firms\/[^/]+\/users\/[^/]+$/),
      provisionedAccount: expect.stringMatching(/^firms\/[^/]+\/accounts\/[^/]+$/),
    })
    const again = await start(person())
    expect([again.status, again.body.code]).toEqual([409, 6])
    // The firm's own client acts as the new participant, and sees its account.
    await addClient(venue, { party: acme.firm }, 'acme-firm', KEYS, { scopes: ['positions:read'] })
    const firm = await signIn(venue, 'acme-firm', KEYS)
    const headers = { 'x-participant-id': body.participantId }
    const accounts = await venue.send('GET', '/v1/accounts', { token: firm, headers })
    expect(accounts.body.accounts).toEqual([body.provisionedAccount])
    const withoutParticipant = await venue.send('GET', '/v1/accounts', { token: firm })
    expect(withoutParticipant.body.accounts).toEqual([])
  })

  test('what was handed in is sealed', async () => {
    await start(person())
    const { table } = venue.server.engine.rooms.access.applications
    const sealed = table.sealedPersonal.get(table.row(applicationOf() as never)) ?? ''
    expect(sealed).not.toContain('123456789')
    expect(JSON.parse((await venue.server.services.sealing.open(acme.firm, sealed)) ?? '')).toMatchObject({
      ssn: '123456789',
    })
  })

  test('that is unknown is not found', async () => {
    const { status: code, body } = await status('nobody')
    expect([code, body]).toEqual([404, { code: 5, message: 'external_id not found', details: [] }])
  })

  test.each<[string, object]>([
    ['no external id', { external_id: undefined }],
    ['an external id of 50', { external_id: 'x'.repeat(50) }],
    ['ssn with dashes', { ssn: '123-45-6789' }],
    ['a first name of 51', { first_name: 'x'.repeat(51) }],
    ['a date in another order', { date_of_birth: '31-01-1990' }],
    ['a phone number without +', { phone_number: '5550001111' }],
    ['no address', { address: undefined }],
    ['a state of three letters', { address: { ...person().address, state: 'TEX' } }],
    ['a postal code of four', { address: { ...person().address, postal_code: '7870' } }],
    ['no agreement', { agreement: undefined }],
    ['a signature without a time', { agreement: { version: '1' } }],
    ['an unknown field', { shoe_size: 44 }],
  ])('with %s is refused', async (_what, change) => {
    const { status: code, body } = await start(person(change))
    expect([code, body.code]).toEqual([400, 3])
  })
})

describe('the webhook', () => {
  const SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
  let receiver: Receiver
  let url: string

  beforeEach(async () => {
    receiver = await openReceiver()
    url = `${receiver.url}/hook`
    receiver.answer(204)
  })
  afterEach(() => receiver.close())

  const register = (json: object = { url, secret: SECRET }) =>
    venue.send('POST', '/v1/kyc/webhook', { token, json })

  test('is registered once it has answered a signed test', async () => {
    const { status: code, body } = await register()
    expect([code, body]).toEqual([200, { validated: true, message: 'webhook registered' }])
    expect(receiver.received).toHaveLength(1)
    const [{ headers, body: sent }] = receiver.received as [Received]
    const at = new Date(Number(headers['webhook-timestamp']) * 1_000)
    expect(new Webhook(SECRET).sign(String(headers['webhook-id']), at, sent)).toBe(
      headers['webhook-signature'],
    )
    expect(JSON.parse(sent)).toMatchObject({
      event_type: 'webhook.test',
      event_time: '2026-01-05T15:00:00.000000Z',
    })
    expect(venue.server.engine.rooms.access.webhooks.table.size).toBe(1)
  })

  test.each([
    ['accept', null, 'kyc.approved', 'KYC_STATUS_APPROVED'],
    ['reject', 'the document has expired', 'kyc.rejected', 'KYC_STATUS_REJECTED'],
  ])('is told that an application was decided: %s', async (decision, reason, type, kycStatus) => {
    await register()
    await start(person())
    const application = applicationOf()
    const input = { application, decision, ...(reason === null ? {} : { reason }) }
    await venue.run('kyc.decide', input)
    venue.move(1)
    venue.host.tick()
    const [, message] = await receiver.hasReceived(2)
    const headers = message?.headers as Record<string, string>
    const told = new Webhook(SECRET).verify(message?.body ?? '', headers)
    const { body } = await status()
    expect(told).toEqual({
      event_type: type,
      event_id: expect.any(String),
      event_time: expect.stringMatching(/^2026-01-05T15:00:0/),
      data: {
        external_id: 'cust-9001',
        user_id: body.participantId,
        firm_id: 'firms/api-acme-participantfirm',
        status: kycStatus,
        provisioned_participant: body.participantId,
        provisioned_account: body.provisionedAccount,
        status_set_at: '2026-01-05T15:00:00.000000Z',
        ...(reason === null ? {} : { rejection_reason: reason }),
        kyc_eval_id: `kyc_${application}`,
      },
    })
    expect(body.participantId === '').toBe(decision === 'reject')
    expect(receiver.received).toHaveLength(2)
  })

  test.each([404, 500, 302])('that answers %d is not', async (answer) => {
    receiver.answer(answer, answer === 302 ? { location: '/other' } : {})
    expect((await register()).body).toEqual({
      validated: false,
      message: `expected an answer of 2xx, was ${answer}`,
    })
    expect(receiver.received).toHaveLength(1)
    expect(venue.server.engine.rooms.access.webhooks.table.size).toBe(0)
  })

  test('that cannot be reached is not', async () => {
    receiver.close()
    expect((await register()).body.validated).toBe(false)
  })

  test('with a short or unprefixed secret, or no address, is refused', async () => {
    for (const json of [
      { url, secret: `whsec_${Buffer.alloc(23).toString('base64')}` },
      { url, secret: Buffer.alloc(32).toString('base64') },
      { url: 'nowhere', secret: SECRET },
      { secret: SECRET },
    ])
      expect((await register(json)).status).toBe(400)
  })
})
