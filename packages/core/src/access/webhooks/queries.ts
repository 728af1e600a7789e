/** `webhooks.list` and `webhooks.get`; `webhooks.delivery` gives the host what it needs to deliver. */
import type { PartyId } from '../../hierarchy/index.js'
import { NO_ROW, type Plain, query } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { type Page, type Paging, pageOf } from '../queries/paging.js'
import { needsOfWebhook } from './commands.js'
import { webhookView } from './view.js'
import type { WebhookId } from './webhooks.js'

export interface ListWebhooks extends Paging {
  readonly party: PartyId
}

export const listWebhooks = query({
  name: 'webhooks.list',
  scope: 'webhooks:write',
  needs: (_context: AccessContext, { party }: ListWebhooks) => [{ ability: 'administer', target: { party } }],
  read(context, input): Page {
    const { table, of } = context.access.webhooks
    const ids = of.of(input.party).map((row) => table.id(row))
    return pageOf(ids, input, (id) => webhookView(context, table.row(id as WebhookId)))
  },
})

export const getWebhook = query({
  name: 'webhooks.get',
  scope: 'webhooks:write',
  needs: (context: AccessContext, { webhook }: { readonly webhook: WebhookId }) =>
    needsOfWebhook(context, webhook),
  read: (context, { webhook }): Plain => webhookView(context, context.access.webhooks.table.row(webhook)),
})

/** Where and with which sealed secret to deliver; null once the endpoint is gone. Only the server asks. */
export const webhookDelivery = query({
  name: 'webhooks.delivery',
  scope: 'system',
  needs: () => [],
  read({ access }: AccessContext, { webhook }: { readonly webhook: WebhookId }): Plain {
    const { table } = access.webhooks
    const row = table.find(webhook)
    return row === NO_ROW ? null : { id: webhook, ...table.read(row) }
  },
})
