import type { Interrupt } from '../../cli/interrupt.ts'
import { explainFailure } from '../../cli/errors.ts'
import { standardOutput } from '../../cli/output.ts'
import { follow } from '../../external/follow.ts'
import type { Sources } from '../../external/gather.ts'
import { clusterWords } from '../../external/origin/read.ts'
import type { ExternalDone } from '../../external/write.ts'
import { addressLine } from '../../report/external/text.ts'
import { paintLines } from '../../report/text/line.ts'
import { countOf } from '../../report/text/numbers.ts'
import { sanitize } from '../../report/text/sanitize.ts'

/** Follows the other cluster until it is interrupted; says what changes, with the time. */
export async function runWatch(
  { cluster: origin, request }: NonNullable<Sources['origin']>,
  write: () => Promise<ExternalDone>,
  { done, interrupt }: { done: ExternalDone; interrupt: Interrupt },
): Promise<void> {
  const { style } = standardOutput(process)
  const where = clusterWords(origin)
  let count = done.wanted.backends.length
  const say = (text: string): void => void process.stdout.write(`${clock()}  ${text}\n`)
  say(
    `following ${request.refs.map(({ text }) => text).join(', ')} of ${where}; Ctrl-C ends it, the endpoints stay`,
  )
  await follow({
    origin,
    request,
    signal: interrupt.first,
    update: async () => {
      const { plan, objects, wanted } = await write()
      count = wanted.backends.length
      const lines = [
        ...plan.added.map((one) => addressLine('+', one, 0, style)),
        ...plan.removed.map((one) => addressLine('-', one, 0, style)),
      ]
      for (const line of paintLines(lines, Infinity, style)) say(line.trimStart())
      if (lines.length === 0 && objects.some(({ kind }) => kind !== 'unchanged'))
        say('put right what somebody else had changed')
    },
    sink: {
      onLost: (reason) =>
        say(
          sanitize(
            `no contact with ${where} (${firstLine(reason)}): ${count === 1 ? 'the last endpoint stays' : `the last ${countOf(count, 'endpoint')} stay`}`,
          ),
        ),
      onBack: () => say(`${where} answers again`),
      onProblem: (error) => {
        const { lines } = explainFailure(error, { flags: [] })
        say(`${lines.map((line) => sanitize(line)).join('\n          ')}\n          the last endpoints stay`)
      },
      onSolved: () => say('up to date again'),
    },
  })
}

const firstLine = (text: string): string => text.split('\n')[0] ?? ''

function clock(): string {
  return new Date().toTimeString().slice(0, 8)
}
