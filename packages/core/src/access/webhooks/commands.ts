/** `webhooks.register`, `webhooks.update`, `webhooks.remove`. The secret comes sealed and is never shown. */
import type { NodeStatus, PartyId } from '../../hierarchy/index.js'
import { checkRoom, type Surface } from '../../identity/index.js'
import { command, type Need, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { checkNoRepeat, checkSealed, checkVersion } from '../checks.js'
import { NOWHERE } from '../places.js'
import { webhookView } from './view.js'
import {
  isWebAddress,
  KINDS_OF_WEBHOOK_MAX,
  WEBHOOK_URL_LENGTH_MAX,
  WEBHOOKS_OF_PARTY_MAX,
  type WebhookId,
} from './webhooks.js'

export type RegisterWebhook = {
  readonly party: PartyId
  readonly url: string
  readonly kinds: readonly string[]
  readonly sealedSecret: string
  /** In whose words; absent: native. A party has one endpoint for each other surface, and the last one counts. */
  readonly surface?: Surface
}

export const registerWebhook = command({
  name: 'webhooks.register',
  scope: 'webhooks:write',
  needs: (_context: AccessContext, { party }: RegisterWebhook) => [
    { ability: 'administer', target: { party } },
  ],
  decide: (context, input) => register(context, input),
})

export function register(context: AccessContext, input: RegisterWebhook): { readonly webhook: WebhookId } {
  const { webhooks } = context.access
  const { party, url, kinds, sealedSecret, surface = 'native' } = input
  checkUrl(url)
  checkKinds(kinds)
  checkSealed(sealedSecret, '/secret')
  const former = surface === 'native' ? undefined : webhooks.ofSurface(party, surface)
  if (former !== undefined) return replace(context, former, input)
  checkRoom(webhooks.of, party, WEBHOOKS_OF_PARTY_MAX, 'webhooks of a party')
  const webhook = context.image.newId<WebhookId>()
  const row = webhooks.table.insert(webhook, {
    party,
    surface,
    url,
    kinds,
    sealedSecret,
    status: 'active',
    version: 1,
    createdAt: context.now,
  })
  say(context, row, 'webhook.registered', { ...webhookView(context, row), secret: 'changed' })
  return { webhook }
}

function replace(context: AccessContext, row: Row, { url, kinds, sealedSecret }: RegisterWebhook) {
  const { table } = context.access.webhooks
  const before = webhookView(context, row)
  table.url.set(row, url)
  table.kinds.set(row, kinds)
  table.sealedSecret.set(row, sealedSecret)
  table.status.set(row, 'active')
  table.version.set(row, table.version.get(row) + 1)
  say(context, row, 'webhook.updated', { before, after: webhookView(context, row), secret: 'changed' })
  return { webhook: table.id(row) }
}

/** What is absent stays as it is. */
export type UpdateWebhook = {
  readonly webhook: WebhookId
  readonly url?: string
  readonly kinds?: readonly string[]
  readonly sealedSecret?: string
  readonly status?: Exclude<NodeStatus, 'closed'>
  readonly version?: number | null
}

export const updateWebhook = command({
  name: 'webhooks.update',
  scope: 'webhooks:write',
  needs: (context: AccessContext, { webhook }: UpdateWebhook) => needsOfWebhook(context, webhook),
  decide(context, { webhook, url, kinds, sealedSecret, status, version }) {
    const { table } = context.access.webhooks
    const row = table.row(webhook)
    checkVersion(version, table.version.get(row))
    const before = webhookView(context, row)
    if (url !== undefined) checkUrl(url)
    if (kinds !== undefined) checkKinds(kinds)
    checkSealed(sealedSecret ?? null, '/secret')
    if (url !== undefined) table.url.set(row, url)
    if (kinds !== undefined) table.kinds.set(row, kinds)
    if (sealedSecret !== undefined) table.sealedSecret.set(row, sealedSecret)
    if (status !== undefined) table.status.set(row, status)
    table.version.set(row, table.version.get(row) + 1)
    say(context, row, 'webhook.updated', {
      before,
      after: webhookView(context, row),
      ...(sealedSecret === undefined ? {} : { secret: 'changed' }),
    })
    return { webhook, version: table.version.get(row) }
  },
})

export type RemoveWebhook = { readonly webhook: WebhookId; readonly version?: number | null }

export const removeWebhook = command({
  name: 'webhooks.remove',
  scope: 'webhooks:write',
  needs: (context: AccessContext, { webhook }: RemoveWebhook) => needsOfWebhook(context, webhook),
  decide(context, { webhook, version }) {
    const { table } = context.access.webhooks
    const row = table.row(webhook)
    checkVersion(version, table.version.get(row))
    say(context, row, 'webhook.removed', webhookView(context, row))
    table.remove(row)
    return { webhook }
  },
})

export function needsOfWebhook({ access: { webhooks } }: AccessContext, webhook: WebhookId): Need[] {
  const row = webhooks.table.find(webhook)
  const target = row === NO_ROW ? NOWHERE : { party: webhooks.table.party.get(row) }
  return [{ ability: 'administer', target }]
}

function say(context: AccessContext, row: Row, kind: string, data: ReturnType<typeof webhookView>): void {
  const { hierarchy, access } = context
  const { table } = access.webhooks
  const party = hierarchy.parties.row(table.party.get(row))
  context.emit({ kind, subject: `whk_${table.id(row)}`, paths: [hierarchy.pathOf(party)], data })
}

/** Only the form: whether the host may reach it (no private addresses, no redirects) is checked where it is called. */
function checkUrl(url: string): void {
  if (!isWebAddress(url))
    refuse(
      'webhook_invalid',
      `expected an http or https address of at most ${WEBHOOK_URL_LENGTH_MAX} characters`,
      {
        field: '/url',
      },
    )
}

function checkKinds(kinds: readonly string[]): void {
  if (kinds.length > KINDS_OF_WEBHOOK_MAX)
    refuse('webhook_invalid', `expected at most ${KINDS_OF_WEBHOOK_MAX} kinds`, { field: '/kinds' })
  for (const [index, kind] of kinds.entries()) {
    if (!/^[a-z_]{1,60}\.[a-z_]{0,60}$/.test(kind))
      refuse('webhook_invalid', 'expected a kind such as transfer.completed, or transfer. for all of them', {
        field: `/kinds/${index}`,
      })
  }
  checkNoRepeat(kinds, '/kinds')
}
