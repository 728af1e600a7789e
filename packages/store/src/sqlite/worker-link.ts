/**
 * A line to a worker thread: calls with a number, answers with the same number. Bytes travel without being copied.
 */
import { type MessagePort, parentPort, type Transferable, Worker } from 'node:worker_threads'

interface Call {
  readonly call: number
  readonly kind: string
  readonly payload: unknown
}

type Answer =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: Error }
type Message = Answer | { readonly notice: unknown }

export class WorkerLink {
  private readonly worker: Worker
  private readonly waiting = new Map<
    number,
    { resolve: (result: never) => void; reject: (error: Error) => void }
  >()
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
    if ('error' in answer) waiting?.reject(answer.error)
    else waiting?.resolve(answer.result as never)
  }

  private fail(error: Error): void {
    this.failure ??= error
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }
}

/** The worker's end: one function per kind of call. */
export function serveCalls(
  handlers: Readonly<Record<string, (payload: never) => unknown>>,
): (notice: unknown) => void {
  const port = parentPort as MessagePort
  port.on('message', ({ call, kind, payload }: Call) => {
    void answer(call, handlers[kind], payload).then((message) => port.postMessage(message))
  })
  return (notice) => port.postMessage({ notice })
}

async function answer(
  call: number,
  handler: ((payload: never) => unknown) | undefined,
  payload: unknown,
): Promise<Answer> {
  try {
    if (handler === undefined) throw new Error('expected a known kind of call')
    return { call, result: await handler(payload as never) }
  } catch (error) {
    return { call, error: error as Error }
  }
}
