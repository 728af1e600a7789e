/**
 * Webhooks: an event to the address that a party registered, signed by the Standard Webhooks scheme, in the words of the
 * surface that the endpoint belongs to. The effect's id is the message id, so a receiver can tell a repeat.
 */
import type { Engine, Event, Surface, WebhookId } from '@stemma/core'
import { parseId } from '@stemma/core'
import { Webhook } from 'standardwebhooks'
import type { Sealing, WebhookWords } from '../services.js'
import type { Deliverer } from './effects.js'
import type { Outbound } from './outbound.js'

export function webhookDeliverer(
  engine: Engine,
  sealing: Sealing,
  outbound: Outbound,
  words: ReadonlyMap<Surface, WebhookWords>,
): Deliverer {
  return async ({ id, target, payload }) => {
    const { webhooks } = engine.rooms.access
    const row = webhooks.table.find(parseId<'webhook'>('whk', target) as WebhookId)
    if (row < 0 || webhooks.table.status.get(row) !== 'active')
      return { isDelivered: false, detail: 'the endpoint is not there any more', mayRetry: false }
    const secret = await sealing.open(webhooks.table.party.get(row), webhooks.table.sealedSecret.get(row))
    if (secret === null)
      return { isDelivered: false, detail: 'the secret of the endpoint was erased', mayRetry: false }
    const message = words.get(webhooks.table.surface.get(row))?.(payload as unknown as Event, engine) ?? null
    if (message === null) return { isDelivered: true, detail: 'nothing to tell on this surface' }
    const body = JSON.stringify(message)
    const { status } = await outbound.post(
      webhooks.table.url.get(row),
      signed(secret, `msg_${id}`, body, new Date()),
      body,
    )
    return { isDelivered: status >= 200 && status < 300, detail: `answered ${status}` }
  }
}

/** The three headers of the scheme. */
export function signed(secret: string, messageId: string, body: string, at: Date): Record<string, string> {
  return {
    'webhook-id': messageId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(messageId, at, body),
  }
}
