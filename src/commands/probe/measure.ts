import { stdout } from '../../cli/terminal.ts'
import { standardOutput } from '../../cli/output.ts'
import type { TimeoutResult } from '../../model/probe/results/timeout-result.ts'
import { readFormat } from '../../cli/flags/values.ts'
import { renderTimeout, timeoutFormats } from '../../report/probe/timeout/render.ts'
import { measureService } from '../../probe/shadow/measure.ts'
import { controlOf, exitCodeOf, type ProbeSession } from './session.ts'
import { commandFor, serviceTarget } from '../../model/targets/command.ts'
import type { ProxyInCharge } from '../../judge/timers/verdict.ts'

const defaultMaxMs = 120_000

/** `--measure-timeout`: how long a pause may be before the client is moved. */
export async function measure(session: ProbeSession): Promise<number> {
  const { cluster, options, flags } = session
  // Through a gateway it is a cookie that ends: the usual run, and one that waits for it.
  if (options.front !== undefined) return await (await import('./once.ts')).probeOnce(session)
  const format = readFormat(session.format, timeoutFormats)
  const proxy = await proxyInCharge(session)
  const asked = {
    ...options,
    ...(proxy === undefined ? {} : { proxy }),
    maxMs: flags.max ?? defaultMaxMs,
    shadow: flags.shadow,
    ...(flags.clients === undefined ? {} : { clients: flags.clients }),
  }
  const { progress } = session
  let exitCode = 0
  for await (const step of measureService(cluster, asked, controlOf(session))) {
    if (step.kind === 'stage' || step.kind === 'note') progress[step.kind](step.text)
    else if (step.kind === 'wait') progress.wait(step.text, step.untilMs)
    else {
      progress.stop()
      const shown = { ...standardOutput(process), next: nextSteps(step.result) }
      stdout.write(await renderTimeout(step.result, format, shown))
      exitCode = exitCodeOf(step.result.verdict.result)
    }
  }
  return exitCode
}

/** What the reader may want to do next: only commands that exist. */
function nextSteps({ service, verdict, finding, shadow, maxMs }: TimeoutResult): string[] {
  const target = serviceTarget(service)
  if (verdict.result === 'differs') return [commandFor('explain', target)]
  const isLonger = (verdict.configuredSeconds ?? 0) * 1000 > maxMs
  return shadow === undefined && finding?.outcome === 'held' && isLonger
    ? [commandFor('probe', target, '--measure-timeout --shadow')]
    : []
}

/** The Service proxy in charge and its clock; undefined where either cannot be found out. */
async function proxyInCharge({ cluster, interrupt }: ProbeSession): Promise<ProxyInCharge | undefined> {
  const [{ readProxy }, { clockOf, semanticsOf }] = await Promise.all([
    import('../../snapshot/cluster/proxy.ts'),
    import('../../mechanisms/service/proxies/semantics.ts'),
  ])
  const proxy = await readProxy(cluster, interrupt.first)
  if (!proxy.known) return undefined
  const clock = clockOf(proxy.value)
  return clock === undefined ? undefined : { name: semanticsOf(proxy.value).name, clock }
}
