/** Lets commands into the engine, and sees to it that a batch is closed before what they leave outgrows a record. */
import type { Engine, Instant, Outcome } from '@stemma/core'
import { resultBytesMax } from '@stemma/store'
import type { Request } from '../services.js'
import type { GroupCommit } from './group-commit.js'
import { COPIES_MAX, encodedBytes, NOT_ENCODABLE } from './request-size.js'

export interface Linked {
  readonly outcomes: readonly Outcome[]
  /** Which was refused, so that nothing of all happened; null where all is done. */
  readonly failedAt: number | null
}

const UNENCODABLE: Outcome = { kind: 'refused', refusal: NOT_ENCODABLE }

export class Intake {
  constructor(
    private readonly engine: Engine,
    private readonly commits: GroupCommit,
    private readonly now: () => Instant,
  ) {}

  run(request: Request): Outcome {
    const bytes = encodedBytes(request)
    if (bytes === null) return UNENCODABLE
    this.commits.makeRoom(COPIES_MAX * bytes)
    const outcome = this.engine.execute({ ...request, time: this.now() })
    this.countResult(request, outcome)
    this.commits.sealFull()
    return outcome
  }

  runLinked(requests: readonly Request[]): Linked {
    const unencodable = requests.findIndex((request) => encodedBytes(request) === null)
    if (unencodable >= 0) return { outcomes: [UNENCODABLE], failedAt: unencodable }
    const time = this.now()
    const linked = this.engine.executeLinked(requests.map((request) => ({ ...request, time })))
    if (linked.failedAt === null)
      linked.outcomes.forEach((outcome, at) => {
        this.countResult(requests[at] as Request, outcome)
      })
    return linked
  }

  private countResult({ command, key }: Request, outcome: Outcome): void {
    if (outcome.kind === 'done' && key !== undefined)
      this.commits.count(resultBytesMax({ operation: command, ...key }, outcome.result))
  }
}
