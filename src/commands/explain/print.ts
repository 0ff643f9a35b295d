import { explainFailure } from '../../cli/errors.ts'
import { isAtLeast, type Level } from '../../model/finding.ts'
import type { Renderer } from '../../report/explain/render.ts'
import type { Step } from '../../snapshot/explanations.ts'

/** What was printed, for the exit code. */
export interface Printed {
  explained: number
  /** A finding was as bad as `failOn` or worse. */
  isTooBad: boolean
  /** The exit code of the last Service that could not be read. */
  failure?: number
}

/** Prints explanations as they come: what can be read is printed, though something else fails. */
export async function printSteps(
  steps: AsyncGenerator<Step>,
  loading: Promise<Renderer>,
  failOn: Level | undefined,
  process: NodeJS.Process,
  interrupted?: AbortSignal,
): Promise<Printed> {
  // Reading begins while the renderer is being loaded.
  const first = steps.next()
  first.catch(() => undefined)
  const renderer = await loading
  const printed: Printed = { explained: 0, isTooBad: false }
  const printer = new Printer(process.stdout, interrupted)
  for (let item = await first; item.done !== true && !printer.isReaderGone; item = await steps.next()) {
    const step = item.value
    if (step.kind === 'failure') {
      const { lines, exitCode } = explainFailure(step.error, { name: 'explain', flags: [] })
      process.stderr.write(`${lines.join('\n')}\n`)
      printed.failure = exitCode
      continue
    }
    const findings = step.kind === 'findings' ? step.findings : step.explanation.findings
    printed.isTooBad ||= failOn !== undefined && findings.some(({ level }) => isAtLeast(level, failOn))
    if (step.kind === 'explanation') printed.explained += 1
    await printer.write(
      step.kind === 'findings' ? renderer.findings(findings) : renderer.item(step.explanation),
    )
  }
  await printer.write(renderer.end())
  printer.stop()
  return printed
}

/** Prints to whoever reads, and stops when nobody does any more (`| head`). */
class Printer {
  readonly #stream: NodeJS.WriteStream
  readonly #onError = (error: Error): void => {
    this.#failure ??= error
    this.#wake()
  }
  readonly #onReady = (): void => this.#wake()
  readonly #interrupted: AbortSignal | undefined
  #failure: Error | undefined
  #wake = (): void => undefined

  constructor(stream: NodeJS.WriteStream, interrupted: AbortSignal | undefined) {
    this.#stream = stream
    this.#interrupted = interrupted
    interrupted?.addEventListener('abort', this.#onReady)
    stream.on('error', this.#onError)
    stream.on('drain', this.#onReady)
    stream.on('close', this.#onReady)
  }

  get isReaderGone(): boolean {
    return this.#failure !== undefined && 'code' in this.#failure && this.#failure.code === 'EPIPE'
  }

  /** Waits for a slow reader, so that a long answer does not pile up in memory. */
  async write(text: string): Promise<void> {
    if (text === '' || this.isReaderGone) return
    const ready = new Promise<void>((resolve) => (this.#wake = resolve))
    if (!this.#stream.write(text) && !this.#stream.destroyed) await ready
    this.#interrupted?.throwIfAborted()
    if (this.#failure !== undefined && !this.isReaderGone) throw this.#failure
  }

  stop(): void {
    // The listener for errors stays: one may still be on its way.
    this.#stream.off('drain', this.#onReady)
    this.#stream.off('close', this.#onReady)
  }
}
