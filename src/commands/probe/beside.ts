import { stdout } from '../../cli/terminal.ts'
import { standardOutput } from '../../cli/output.ts'
import type { ProbeComparison } from '../../model/probe/results/comparison.ts'
import { renderComparison } from '../../report/probe/comparison/render.ts'
import { renderProbe } from '../../report/probe/render.ts'
import { type Beside, probeBeside } from '../../probe/shadow/probe.ts'
import { firstPlaceOf } from '../../probe/front/journey.ts'
import { exitCodeOf, type ProbeMode } from './session.ts'
import { targetKinds } from '../../mechanisms/index.ts'
import { serviceKind } from '../../mechanisms/service/objects.ts'
import { commandFor, serviceTarget } from '../../model/targets/command.ts'
import { parseTarget } from '../../model/targets/parse.ts'
import { wayTo } from './way.ts'
import { defined } from '../../model/common/values.ts'

/** Another Service, or something in front of one, beside what is probed. Throws UserError (usage) for what is neither. */
export function probeComparedWith(words: string): ProbeMode {
  const other = parseTarget([words], { verb: 'compare', kinds: targetKinds })
  return async (session) => {
    const { cluster, options, flags, progress, interrupt } = session
    const isService = other.kind.name === serviceKind.name
    if (isService && options.front === undefined) {
      const { readCompare } = await import('../../probe/shadow/probe.ts')
      return await probeBesideOf(readCompare(words))(session)
    }
    const { front, users: _users, ...asked } = options
    // Several would be two tables for each.
    const one = front && firstPlaceOf(front)
    const way = await wayTo(
      cluster,
      other,
      { ...flags, ...(isService ? { host: undefined } : {}) },
      interrupt.first,
    )
    for (const note of way.notes) progress.note(note)
    const otherFront = way.options.front && firstPlaceOf(way.options.front)
    const first = front?.target
    const sides = [
      {
        title: first === undefined ? `service/${options.service}` : `${first.kind}/${first.name}`,
        options: { ...options, ...defined({ front: one }) },
      },
      {
        title: `${other.kind.name}/${other.name}`,
        options: { ...asked, ...way.options, ...defined({ front: otherFront }) },
      },
    ] as const
    return await probeBesideOf({ kind: 'compare-fronts', sides })(session)
  }
}

/** A Service and something in its place, two results side by side. */
export function probeBesideOf(beside: Beside): ProbeMode {
  return async ({ cluster, options, format, progress, interrupt }) => {
    const shown = (next: string[]) => {
      progress.stop()
      return { ...standardOutput(process), next }
    }
    const control = { interrupted: interrupt.first, abandoned: interrupt.second }
    let exitCode = 0
    for await (const step of probeBeside(cluster, options, beside, control)) {
      if (step.kind === 'stage' || step.kind === 'note') progress[step.kind](step.text)
      else if (step.kind === 'state') progress.update(step.state)
      else if (step.kind === 'start-over') progress.startOver()
      else if (step.kind === 'first-only') stdout.write(await renderProbe(step.result, format, shown([])))
      else {
        const { comparison } = step
        exitCode = exitCodeOf(comparison.result)
        stdout.write(await renderComparison(comparison, format, shown(nextSteps(comparison))))
      }
    }
    return exitCode
  }
}

/** What the reader may want to do next. */
function nextSteps({ conclusion, runs: [{ result }] }: ProbeComparison): string[] {
  return conclusion.kind === 'cluster' ? [commandFor('explain', serviceTarget(result.service))] : []
}
