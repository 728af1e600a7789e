/** What a call throws when the server says no, or when nobody answers. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly field?: string
  readonly retryable: boolean
  readonly request_id: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** The server refused: the code says why, and nothing was changed. */
export class StemmaRefusal extends Error {
  readonly code: string
  readonly status: number
  readonly field: string | null
  readonly isRetryable: boolean
  readonly requestId: string
  readonly data: Readonly<Record<string, unknown>>

  constructor(readonly problem: Problem) {
    super(problem.detail)
    this.name = 'StemmaRefusal'
    this.code = problem.code
    this.status = problem.status
    this.field = problem.field ?? null
    this.isRetryable = problem.retryable
    this.requestId = problem.request_id
    this.data = problem.data ?? {}
  }
}

/** Nobody answered, or what answered is no Stemma. Whether a write happened is not known; repeat it under its key. */
export class StemmaUnreachable extends Error {
  constructor(detail: string, cause?: unknown) {
    super(detail, { cause })
    this.name = 'StemmaUnreachable'
  }
}
