/**
 * A line to a worker thread: calls with a number, answers with the same number. Bytes travel without being copied.
 */
import { type MessagePort, parentPort, type Transferable, Worker } from 'node:worker_threads'
import { type Place, StoreRefusal, type StoreRefusalKind } from '../port.js'

interface Call {
  readonly call: number
  readonly kind: string
  readonly payload: unknown
}

/** A refusal as it travels: an error that is sent to another thread loses its class and its fields. */
interface SentRefusal {
  readonly kind: StoreRefusalKind
  readonly message: string
  readonly place: Place
}

type Answer =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly refusal: SentRefusal }
  | { readonly call: number; readonly error: Error }
type Message = Answer | { readonly notice: unknown }

interface Waiting {
  resolve(result: never): void
  reject(error: Error): void
}

export class WorkerLink {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private calls = 0
  private failure: Error | null = null

  constructor(script: URL, workerData: unknown, onNotice: (notice: never) => void = () => {}) {
    this.worker = new Worker(script, { workerData })
    this.worker.on('message', (message: Message) => {
      if ('notice' in message) onNotice(message.notice as never)
      else this.settle(message)
    })
    this.worker.on('error', (error) => this.fail(error as Error))
    this.worker.on('exit', () => this.fail(new Error(`expected ${script.pathname} to run, it ended`)))
    // The process may end while a worker waits for work.
    this.worker.unref()
  }

  call<Result>(kind: string, payload: unknown, transfer: readonly Transferable[] = []): Promise<Result> {
    if (this.failure !== null) return Promise.reject(this.failure)
    const call = ++this.calls
    return new Promise<Result>((resolve, reject) => {
      this.waiting.set(call, { resolve, reject })
      this.worker.ref()
      this.worker.postMessage({ call, kind, payload } satisfies Call, transfer)
    })
  }

  async end(): Promise<void> {
    await this.worker.terminate()
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.call)
    this.waiting.delete(answer.call)
    if (this.waiting.size === 0) this.worker.unref()
    if ('result' in answer) waiting?.resolve(answer.result as never)
    else waiting?.reject('refusal' in answer ? received(answer.refusal) : answer.error)
  }

  private fail(error: Error): void {
    this.failure ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

const received = ({ kind, message, place }: SentRefusal): StoreRefusal =>
  new StoreRefusal(kind, message, place)

type Handlers = Readonly<Record<string, (payload: never) => unknown>>

/**
 * The worker's end: one function per kind of call. Those that are synchronous keep the order of the calls; what else
 * keeps an order sees to it itself. `start` runs once before the first call; what it throws is the answer to every call.
 */
export function serveCalls(start: (notify: (notice: unknown) => void) => Handlers | Promise<Handlers>): void {
  const port = parentPort as MessagePort
  const calls: Call[] = []
  let answer: ((call: Call) => void) | null = null
  port.on('message', (call: Call) => {
    if (answer === null) calls.push(call)
    else answer(call)
  })
  const begin = (run: (call: Call) => unknown): void => {
    answer = (call) => void answered(call, run).then((made) => port.postMessage(made))
    for (const call of calls) answer(call)
  }
  Promise.resolve()
    .then(() => start((notice) => port.postMessage({ notice })))
    .then(
      (handlers) => begin(({ kind, payload }) => handlers[kind]?.(payload as never)),
      (error) =>
        begin(() => {
          throw error
        }),
    )
}

async function answered(call: Call, run: (call: Call) => unknown): Promise<Answer> {
  try {
    return { call: call.call, result: await run(call) }
  } catch (error) {
    if (!(error instanceof StoreRefusal)) return { call: call.call, error: error as Error }
    const { kind, message, place } = error
    return { call: call.call, refusal: { kind, message, place } }
  }
}
