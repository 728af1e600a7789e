import { registerWebhook, removeWebhook, updateWebhook } from './commands.js'
import { getWebhook, listWebhooks, webhookDelivery } from './queries.js'

export * from './commands.js'
export * from './queries.js'
export * from './webhooks.js'

export const WEBHOOK_COMMANDS = [registerWebhook, updateWebhook, removeWebhook] as const
export const WEBHOOK_QUERIES = [listWebhooks, getWebhook, webhookDelivery] as const
