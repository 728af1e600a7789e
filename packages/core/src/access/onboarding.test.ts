/** Onboarding and webhooks: from an application to an account that follows its approval, and who hears of it. */
import { describe, expect, test } from 'vitest'
import { Engine } from '../engine.js'
import { type Id, type Plain, SECOND } from '../image/index.js'
import { hashOf } from '../testing/hash.js'
import { createPerson } from '../testing/people.js'
import { answer, createParty, done, openAccount, openBook, refusedWith, START } from '../testing/world.js'
import { EXTERNAL_ID_LENGTH_MAX, PROVISIONING_DELAY } from './onboarding/index.js'
import { KINDS_OF_WEBHOOK_MAX, WEBHOOKS_OF_PARTY_MAX } from './webhooks/index.js'

function world() {
  const engine = new Engine()
  const { party: house } = openBook(engine)
  const firm = createParty(engine, house, 'nova')
  const other = createParty(engine, house, 'other')
  const admin = createPerson(engine, firm, 'admin', { roles: ['firm_administrator'] })
  return { engine, house, firm, other, admin, by: { actor: admin.actor } }
}

const start = (firm: Id, externalId = 'cust-9001') => ({ firm, externalId, sealedPersonal: 'SEALED' })
const hook = (party: Id, more: Readonly<Record<string, Plain>> = {}) => ({
  party,
  url: 'https://hooks.example/in',
  kinds: [] as readonly string[],
  sealedSecret: 'SEALED',
  ...more,
})
const after = (microseconds: number) => (START + microseconds) as never
const effects = (engine: Engine) => {
  const { table } = engine.rooms.effects
  return table.idsInOrder().map((id) => table.read(table.row(id)))
}

describe('KYC', () => {
  test('approved: client, user and account follow by themselves, and the firm is told', () => {
    const { engine, firm, by } = world()
    done(
      engine,
      'kyc.set_webhook',
      { firm, url: 'https://hooks.example/kyc', sealedSecret: 'S', surface: 'polymarket-us' },
      by,
    )
    const { application } = done<{ application: Id }>(engine, 'kyc.start', start(firm), by)
    expect(done(engine, 'kyc.start', start(firm), by)).toEqual({ application, decision: 'review' })
    expect(refusedWith(engine, 'kyc.decide', { application, decision: 'accept' }, by)).toBe('scope_missing')
    done(engine, 'kyc.decide', { application, decision: 'accept' })
    expect(answer(engine, 'kyc.get', { application }, by)).toMatchObject({
      decision: 'accept',
      status: 'closed',
      account: null,
    })
    expect(engine.nextDueAt()).toBe(after(PROVISIONING_DELAY))
    engine.tick(after(PROVISIONING_DELAY))
    const shown = answer<{ user: Id; account: Id; party: Id }>(
      engine,
      'kyc.get',
      { firm, externalId: 'cust-9001' },
      by,
    )
    const { hierarchy, identity, access } = engine.rooms
    expect(hierarchy.parties.owner.get(hierarchy.parties.row(shown.party as never))).toBe(firm)
    expect(hierarchy.accounts.name.get(hierarchy.accounts.row(shown.account as never))).toBe('nova.cust-9001')
    expect(identity.users.roles.get(identity.users.row(shown.user as never))).toEqual(['trading_user'])
    expect(access.abilities(shown.user as never, { account: shown.account })).toBe(127)
    expect(effects(engine).map(({ kind, payload }) => [kind, (payload as { kind: string }).kind])).toEqual([
      ['webhook', 'kyc.approved'],
    ])
    expect(refusedWith(engine, 'kyc.start', start(firm), by)).toBe('kyc_already_approved')
    expect(JSON.stringify(shown)).not.toContain('SEALED')
  })

  test('rejected: no account, and the firm is told; decided once', () => {
    const { engine, firm, by } = world()
    done(engine, 'webhooks.register', hook(firm, { kinds: ['kyc.approved', 'kyc.rejected'] }), by)
    const { application } = done<{ application: Id }>(engine, 'kyc.start', start(firm), by)
    done(engine, 'kyc.decide', { application, decision: 'reject', reason: 'sanctions' })
    engine.tick(after(10 * SECOND))
    expect(answer(engine, 'kyc.get', { application }, by)).toMatchObject({
      decision: 'reject',
      account: null,
      reason: 'sanctions',
    })
    expect(effects(engine)).toHaveLength(1)
    expect(refusedWith(engine, 'kyc.decide', { application, decision: 'accept' })).toBe('transition_invalid')
    expect(done(engine, 'kyc.start', start(firm), by)).toEqual({ application, decision: 'reject' })
  })

  test('resubmitted: the next start goes back to review', () => {
    const { engine, firm, by } = world()
    const { application } = done<{ application: Id }>(engine, 'kyc.start', start(firm), by)
    done(engine, 'kyc.decide', { application, decision: 'review', status: 'on_hold', subStatus: 'documents' })
    done(engine, 'kyc.decide', { application, decision: 'resubmit' })
    expect(done(engine, 'kyc.start', start(firm), by)).toEqual({ application, decision: 'review' })
    expect(refusedWith(engine, 'kyc.decide', { application, decision: 'accept', status: 'open' })).toBe(
      'malformed',
    )
    expect(refusedWith(engine, 'kyc.decide', { application, decision: 'accept', version: 1 })).toBe(
      'version_mismatch',
    )
    done(engine, 'kyc.erase', { application }, by)
    expect(answer(engine, 'kyc.get', { application }, by)).toMatchObject({ hasPersonal: false })
  })

  test('a firm that is suspended when its client should come: later', () => {
    const { engine, firm } = world()
    const { application } = done<{ application: Id }>(engine, 'kyc.start', start(firm))
    done(engine, 'kyc.decide', { application, decision: 'accept' })
    done(engine, 'parties.suspend', { party: firm, version: null })
    engine.tick(after(SECOND))
    expect(answer(engine, 'kyc.get', { application })).toMatchObject({ account: null })
    done(engine, 'parties.reactivate', { party: firm, version: null })
    engine.tick(after(3_601 * SECOND))
    expect(answer<{ account: Id | null }>(engine, 'kyc.get', { application }).account).not.toBeNull()
  })

  test('external ids: at the edge and beyond, unique per firm, foreign ones not visible', () => {
    const { engine, firm, other, by } = world()
    const longest = 'x'.repeat(EXTERNAL_ID_LENGTH_MAX)
    done(engine, 'kyc.start', start(firm, longest), by)
    expect(refusedWith(engine, 'kyc.start', start(firm, `${longest}x`), by)).toBe('malformed')
    expect(refusedWith(engine, 'kyc.start', start(firm, 'a/b'), by)).toBe('malformed')
    expect(refusedWith(engine, 'kyc.start', start(other), by)).toBe('not_visible')
    done(engine, 'kyc.start', start(other, longest))
    expect(engine.read('kyc.get', by.actor, { firm: other, externalId: longest }, START)).toEqual(
      engine.read('kyc.get', by.actor, { firm, externalId: 'unknown' }, START),
    )
    expect(answer<{ items: readonly object[] }>(engine, 'kyc.list', { firm }, by).items).toHaveLength(1)
  })
})

describe('webhooks', () => {
  test('get the events of their subtree whose kind they asked for, and nothing about themselves', () => {
    const { engine, house, firm, other, by } = world()
    done(engine, 'webhooks.register', hook(firm, { kinds: ['account.opened', 'party.'] }), by)
    done(engine, 'webhooks.register', hook(house))
    openAccount(engine, firm, 'a1')
    openAccount(engine, other, 'a2')
    const kinds = (party: Id) =>
      effects(engine)
        .filter((effect) => effect.party === party)
        .map(({ payload }) => (payload as { kind: string; subject: string }).kind)
    expect(kinds(firm)).toEqual(['account.opened'])
    expect(kinds(house)).toEqual([
      'account.opened',
      'account.sent_to_clearing',
      'account.approved',
      'account.opened',
      'account.sent_to_clearing',
      'account.approved',
    ])
  })

  test('a refusal takes the deliveries back, and a preview leaves none', () => {
    const { engine, firm } = world()
    done(engine, 'webhooks.register', hook(firm))
    const before = hashOf(engine.image)
    const input = {
      owner: firm,
      kind: 'client',
      name: 'new',
      displayName: 'New',
      baseCurrency: null,
      isPartner: false,
      isLegallyLiable: false,
      sealedPersonal: null,
    }
    const previewed = engine.preview({
      command: 'parties.create',
      input,
      actor: { kind: 'system' },
      time: START,
    })
    expect(previewed.kind).toBe('done')
    expect(hashOf(engine.image)).toBe(before)
  })

  test('another surface than native has one endpoint for a party: the last one counts', () => {
    const { engine, firm, by } = world()
    const first = done(engine, 'webhooks.register', hook(firm, { surface: 'polymarket-us' }), by)
    const second = done(
      engine,
      'webhooks.register',
      hook(firm, { surface: 'polymarket-us', url: 'https://b.example' }),
      by,
    )
    expect(second).toEqual(first)
    const { items } = answer<{ items: readonly { url: string }[] }>(
      engine,
      'webhooks.list',
      { party: firm },
      by,
    )
    expect(items.map(({ url }) => url)).toEqual(['https://b.example'])
    expect(JSON.stringify(items)).not.toContain('SEALED')
  })

  test('updated, suspended, removed; refusals and limits', () => {
    const { engine, firm, other, by } = world()
    const { webhook } = done<{ webhook: Id }>(engine, 'webhooks.register', hook(firm), by)
    done(engine, 'webhooks.update', { webhook, status: 'suspended', url: 'https://c.example/x?y=1' }, by)
    openAccount(engine, firm, 'unheard')
    expect(effects(engine)).toEqual([])
    expect(refusedWith(engine, 'webhooks.update', { webhook, version: 1 }, by)).toBe('version_mismatch')
    for (const url of [
      'ftp://x',
      'https://',
      'https://user@x',
      'https://x/#y',
      `https://x/${'y'.repeat(2_048)}`,
    ])
      expect(refusedWith(engine, 'webhooks.register', hook(firm, { url }), by)).toBe('webhook_invalid')
    const many = Array.from(
      { length: KINDS_OF_WEBHOOK_MAX + 1 },
      (_, index) => `kind.${'abcdefghijklmnopqrstuvwxyz'[index % 26]}${'z'.repeat(Math.floor(index / 26))}`,
    )
    expect(refusedWith(engine, 'webhooks.register', hook(firm, { kinds: many }), by)).toBe('webhook_invalid')
    expect(refusedWith(engine, 'webhooks.register', hook(firm, { kinds: ['Everything'] }), by)).toBe(
      'webhook_invalid',
    )
    expect(refusedWith(engine, 'webhooks.register', hook(other), by)).toBe('not_visible')
    for (let index = 1; index < WEBHOOKS_OF_PARTY_MAX; index += 1)
      done(engine, 'webhooks.register', hook(firm, { kinds: many.slice(1) }), by)
    expect(refusedWith(engine, 'webhooks.register', hook(firm), by)).toBe('limit_reached')
    done(engine, 'webhooks.remove', { webhook }, by)
    expect(refusedWith(engine, 'webhooks.remove', { webhook }, by)).toBe('not_visible')
  })
})
