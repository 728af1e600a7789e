/**
 * What a process does that begins to write, before it lets anybody in: at once where nobody else can, or once it has
 * taken over.
 */
import { type Made, openBookWhereEmpty } from '../bootstrap.js'
import { endConnectionsBefore } from '../host/disconnected.js'
import { NameSorting } from '../host/name-sorting.js'
import type { TakenOver } from '../host/standby.js'
import { keepDemoAddress } from '../ops/demo-world.js'
import type { Host } from '../services.js'
import type { RunningBook, Surroundings } from './book.js'
import type { WaysIn } from './ways-in.js'

export class Writing {
  /** What was made because the book was empty. */
  made: Made | null = null
  /** It has begun, and may not have let anybody in yet. */
  hasBegun = false
  private readonly names: NameSorting
  private stopRenewing = (): void => {}

  constructor(
    private readonly book: RunningBook,
    private readonly waysIn: WaysIn,
    private readonly surroundings: Pick<Surroundings, 'configuration' | 'timer'>,
  ) {
    this.names = new NameSorting(book.engine)
  }

  async begin(taken: TakenOver | null): Promise<void> {
    const { engine, host, lease, admission, sealing, effects } = this.book
    const { services, authentication } = this.waysIn
    const { configuration, timer } = this.surroundings
    this.hasBegun = true
    await sealing.check()
    host.takeUp()
    if (lease !== null) this.stopRenewing = lease.keepUp(timer)
    effects.resume()
    this.made = await openBookWhereEmpty(engine, services, configuration)
    if (taken !== null) await recordTakingOver(host, taken)
    await endConnectionsBefore(engine, { host, timer })
    await authentication.follow()
    keepDemoAddress(configuration.dataDirectory, services.url())
    this.names.begin()
    admission.open()
  }

  /** Does nothing more by itself, but for keeping the lease. */
  pause(): void {
    this.names.stop()
  }

  end(): void {
    this.stopRenewing()
  }
}

/** An event in the book, under the number of the epoch that begins with it. */
async function recordTakingOver(host: Host, { epoch, address }: TakenOver): Promise<void> {
  const outcome = await host.execute({
    command: 'writer.take_over',
    input: { epoch, address },
    actor: { kind: 'system' },
  })
  if (outcome.kind === 'refused')
    throw new Error(`expected the taking over to be recorded: ${outcome.refusal.detail}`)
}
