/** Resource names: `firms/F`, `firms/F/users/U`, `firms/F/accounts/A`. Accounts may also be named by `A` alone. */
const SEGMENT = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?'
const RESOURCE = new RegExp(`^firms/(${SEGMENT})/(users|accounts)/(${SEGMENT})$`)
const NAME = new RegExp(`^${SEGMENT}$`)

export interface ResourceName {
  /** Null: the firm was not said. */
  readonly firm: string | null
  readonly name: string
}

export const firmName = (firm: string): string => `firms/${firm}`
export const userName = (firm: string, user: string): string => `firms/${firm}/users/${user}`
export const accountName = (firm: string, account: string): string => `firms/${firm}/accounts/${account}`

export function parseUserName(text: string): (ResourceName & { readonly firm: string }) | null {
  const parsed = parse(text, 'users')
  return parsed?.firm == null ? null : { firm: parsed.firm, name: parsed.name }
}

export const parseAccountName = (text: string): ResourceName | null =>
  NAME.test(text) ? { firm: null, name: text } : parse(text, 'accounts')

function parse(text: string, kind: 'users' | 'accounts'): ResourceName | null {
  const match = RESOURCE.exec(text)
  const [, firm, found, name] = match ?? []
  return firm === undefined || name === undefined || found !== kind ? null : { firm, name }
}
