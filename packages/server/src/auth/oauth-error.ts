/** Errors of the token endpoint, in the words of RFC 6749. */
import type { Refusal } from '@stemma/core'
import { UnreadFault } from '../http/unread.js'

export class OAuthError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    message: string,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message)
  }

  get body(): { readonly error: string; readonly error_description: string } {
    return { error: this.error, error_description: this.message }
  }

  /** Whatever went wrong: ours as it is, the server's framing errors as a malformed request, the rest as our fault. */
  static from(thrown: unknown): OAuthError {
    if (thrown instanceof OAuthError) return thrown
    const status = statusOf(thrown)
    if (thrown instanceof UnreadFault) return new OAuthError(status, 'invalid_request', thrown.message)
    if (status === 413) return new OAuthError(413, 'invalid_request', 'the request is larger than the limit')
    if (status >= 400 && status < 500)
      return new OAuthError(status, 'invalid_request', 'the request is not well formed')
    return new OAuthError(500, 'server_error', 'the request failed')
  }

  static fromRefusal({ code, detail }: Refusal): OAuthError {
    switch (code) {
      case 'malformed':
        return new OAuthError(400, 'invalid_request', detail)
      case 'assertion_replayed':
        return new OAuthError(401, 'invalid_client_assertion', 'the jti was used before')
      case 'limit_reached':
      case 'rate_limited':
        return new OAuthError(429, 'temporarily_unavailable', 'the client holds too many live tokens', 1)
      case 'overloaded':
      case 'not_writer':
        return new OAuthError(503, 'temporarily_unavailable', detail, 1)
      default:
        return new OAuthError(401, 'invalid_client', 'the client could not be authenticated')
    }
  }
}

function statusOf(thrown: unknown): number {
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : 500
  return typeof status === 'number' ? status : 500
}
