import { listMails } from './list-mails.js'

export * from './list-mails.js'

export const IDENTITY_QUERIES = [listMails] as const
