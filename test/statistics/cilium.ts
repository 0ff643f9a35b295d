/**
 * How often the executable is right on real Cilium: `node test/statistics/cilium.ts [--runs 20] [--at-once 5] [--minutes 60] [--only PATTERN] [--write]`,
 * with the lab up (`npm run lab -- up --nodes 3 --proxy cilium`). Ends with 1 when any run was wrong; `--write` puts the
 * table into docs/lab.md.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { explainReport, explainReportList } from '../../src/model/contract/explain.ts'
import { probeReport } from '../../src/model/contract/probe.ts'
import { surveyReport, type SurveyReport } from '../../src/model/contract/survey.ts'
import { timeoutReport } from '../../src/model/contract/timeout.ts'
import { run, type Ended } from '../scenarios/support/command.ts'
import { app, manyHours, service } from '../scenarios/support/manifests.ts'
import { site } from '../scenarios/support/site.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    'at-once': { type: 'string', default: '5' },
    minutes: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs)
/** No command is begun after it. */
const untilMs = performance.now() + Number(values.minutes) * 60_000
const doc = join(import.meta.dirname, '../../docs/lab.md')
const mark = '<!-- cilium runs -->'

/** A command, its exit code where all is well, and all that is wrong with what it said. */
interface Check {
  words: string
  args: readonly string[]
  wrong: (report: unknown) => string[]
}

const unless = (holds: boolean, words: string): string[] => (holds ? [] : [words])

/** Of a Service with this timeout. */
function wrongExplanation(report: unknown, seconds: number, hardlyHolds: boolean): string[] {
  const { status } = explainReport.parse(report)
  const codes = new Set(status.findings.map(({ code }) => code))
  const { proxy } = status
  return [
    ...unless(
      proxy?.name === 'Cilium' && proxy.timer === 'idle' && proxy.client === 'network-namespace',
      `${seconds} s: proxy ${JSON.stringify(proxy)}`,
    ),
    ...unless(codes.has('AFF-PROXY-CILIUM-SOCKET'), `${seconds} s: no AFF-PROXY-CILIUM-SOCKET`),
    ...unless(codes.has('AFF-PROXY-CILIUM-ENTRIES'), `${seconds} s: no AFF-PROXY-CILIUM-ENTRIES`),
    ...unless(
      codes.has('AFF-PROXY-CILIUM-SECONDS') === hardlyHolds,
      `${seconds} s: AFF-PROXY-CILIUM-SECONDS is ${hardlyHolds ? 'missing' : 'said'}`,
    ),
  ]
}

/** Where each client is at each entry. */
function places({ status, spec }: SurveyReport): Map<number, { node: string; pods: Map<string, string> }> {
  return new Map(
    status.clients.map(({ index, node = '' }) => [
      index,
      {
        node,
        pods: new Map(
          status.cells
            .filter(({ client }) => client === index)
            .map(({ entry, backends }) => {
              const { kind, node: of = '' } = spec.entries.find((one) => one.index === entry) ?? { kind: '' }
              return [`${kind} ${of}`, backends.map(({ letter }) => letter).join('')]
            }),
        ),
      },
    ]),
  )
}

function allSticky({ status }: SurveyReport): string[] {
  return [
    ...unless(status.verdict.result === 'as-expected', `verdict ${status.verdict.result}`),
    ...unless(
      status.cells.every(({ verdict }) => verdict.behaviour === 'sticky'),
      `not all sticky: ${JSON.stringify(status.verdict.behaviours)}`,
    ),
  ]
}

/** From a pod, the ports of other nodes are one entry to Cilium, and nothing differs by the node. */
function wrongMatrix(json: unknown): string[] {
  const report = surveyReport.parse(json)
  const elsewhere = [...places(report).values()].map(
    ({ node, pods }) =>
      new Set(
        [...pods]
          .filter(([of]) => of.startsWith('node-port') && !of.endsWith(` ${node}`))
          .map(([, at]) => at),
      ),
  )
  const by = report.status.statements.flatMap((one) => (one.kind === 'entries-differ' ? [one.by] : []))
  return [
    ...allSticky(report),
    ...unless(report.status.cells.length === 12, `${report.status.cells.length} cells`),
    ...unless(
      elsewhere.every((pods) => pods.size === 1),
      'the ports of other nodes lead a client to several pods',
    ),
    ...unless(
      by.every((one) => one === 'entry'),
      `entries differ by ${by.join(', ')}`,
    ),
  ]
}

/** On the network of a node, all who are there are one client. */
function wrongHosts(json: unknown): string[] {
  const report = surveyReport.parse(json)
  const byNode = Map.groupBy(places(report).values(), ({ node }) => node)
  const pods = [...byNode.values()].map((own) => new Set(own.flatMap((client) => [...client.pods.values()])))
  return [
    ...allSticky(report),
    ...unless(byNode.size === 3, `clients on ${byNode.size} nodes`),
    ...unless(
      pods.every(({ size }) => size === 1),
      'clients of one node are on several pods',
    ),
  ]
}

/** Between one second less than configured and as configured, an idle timer, and never later. */
function wrongTimeout(json: unknown, seconds: number): string[] {
  const { finding, verdict } = timeoutReport.parse(json).status
  const { fromMs, toMs = Infinity } = finding ?? { fromMs: 0 }
  return [
    ...unless(verdict.result === 'as-expected', `verdict ${verdict.result} ${verdict.reason ?? ''}`),
    ...unless(
      finding?.outcome === 'timed' && finding.kind === 'idle' && finding.clock === 'whole-seconds',
      `${finding?.outcome} ${finding?.kind} ${finding?.clock}`,
    ),
    ...unless(
      fromMs <= (seconds - 1) * 1000 + 20 && toMs >= seconds * 1000 - 20,
      `${fromMs} to ${toMs} ms leave the truth out`,
    ),
    ...unless(toMs - fromMs < 2000, `${fromMs} to ${toMs} ms`),
    ...unless(
      verdict.expected?.fromMs === (seconds - 1) * 1000 && verdict.expected.toMs === seconds * 1000,
      `expects ${JSON.stringify(verdict.expected)}`,
    ),
  ]
}

const json = ['-o', 'json'] as const
const all: readonly Check[] = [
  {
    words: '`explain`, 1, 2 and 10 s',
    args: ['explain', 's1', 's2', 's10'],
    wrong: (list) =>
      explainReportList.parse(list).items.flatMap((report) => {
        const seconds = Number(report.metadata.name.slice(1))
        return wrongExplanation(report, seconds, seconds < 3)
      }),
  },
  {
    words: '`probe`, sticky',
    args: ['probe', 'hours'],
    wrong: (report) => {
      const { verdict, backends } = probeReport.parse(report).status
      return unless(verdict.behaviour === 'sticky' && backends.length === 1, verdict.message)
    },
  },
  {
    words: '`probe`, spread',
    args: ['probe', 'none'],
    wrong: (report) => {
      const { verdict } = probeReport.parse(report).status
      return unless(verdict.behaviour === 'spread', verdict.message)
    },
  },
  {
    words: '`probe`, a client on each node, cluster IP and all node ports',
    args: ['probe', 'hours', '--spread', 'nodes', '--via', 'cluster-ip,node-port'],
    wrong: wrongMatrix,
  },
  {
    words: '`probe --host-network`, four clients on three nodes',
    args: ['probe', 'hours', '--host-network', '--clients', '4', '--spread', 'nodes'],
    wrong: wrongHosts,
  },
  ...[2, 5, 10].map((seconds) => ({
    words: `\`probe --measure-timeout --confidence 99%\`, ${seconds} s`,
    // Fewer pods than with 99.9 %; one in a hundred may be wrong.
    args: ['probe', `s${seconds}`, '--measure-timeout', '--confidence', '99%'],
    wrong: (report: unknown) => wrongTimeout(report, seconds),
  })),
]
const checks = all.filter(({ words }) => new RegExp(values.only).test(words))

interface Outcome {
  ms: number
  wrong: string[]
}

/** They share the machine with their clients. */
const patient = ['--timeout', '10s', '--pod-running-timeout', '5m']

async function outcomeOf({ args, wrong }: Check, namespace: string): Promise<Outcome> {
  const ended = await run(site, [...args, ...(args[0] === 'probe' ? patient : []), '-n', namespace, ...json])
  return { ms: ended.ms, wrong: faultsOf(ended, wrong) }
}

function faultsOf({ code, stdout, stderr }: Ended, wrong: Check['wrong']): string[] {
  try {
    const faults = [...unless(code === 0, `exit code ${code}`), ...wrong(JSON.parse(stdout))]
    // What was said in full, for whoever looks for the cause.
    return faults.length === 0 ? faults : [...faults, stdout]
  } catch (error) {
    return [`exit code ${code}, ${String(error)}\n${stderr}`]
  }
}

/** A namespace with an application, and Services of it with all timeouts. */
async function prepare(namespace: string): Promise<void> {
  await site.kubectl(['create', 'namespace', namespace])
  const items = [
    app(site, 'web'),
    service('none', { of: 'web' }),
    service('hours', { of: 'web', affinity: manyHours, spec: { type: 'NodePort' } }),
    ...[1, 2, 5, 10].map((seconds) =>
      service(`s${seconds}`, { of: 'web', affinity: seconds, spec: { type: 'NodePort' } }),
    ),
  ]
  await site.kubectl(
    ['-n', namespace, 'apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  )
  await site.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=120s'])
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

const outcomes = new Map<Check, Outcome[]>(checks.map((check) => [check, []]))
let begun = 0

/** Takes turns with the others until there have been as many as asked for. */
async function work(worker: number): Promise<void> {
  const namespace = `runs-${worker}`
  await prepare(namespace)
  try {
    while (begun < runs && performance.now() < untilMs) {
      begun += 1
      const number = begun
      // Each begins at another check, so that the long ones do not all meet.
      for (const index of checks.keys()) {
        if (performance.now() > untilMs) break
        const check = checks[(index + worker) % checks.length]!
        const outcome = await outcomeOf(check, namespace)
        outcomes.get(check)?.push(outcome)
        const words = outcome.wrong.length === 0 ? 'right' : `WRONG: ${outcome.wrong.join('; ')}`
        process.stderr.write(`${number} ${check.words}: ${words}, ${(outcome.ms / 1000).toFixed(1)} s\n`)
      }
    }
  } finally {
    await site.kubectl(['delete', 'namespace', namespace, '--wait=false'])
  }
}

await Promise.all(Array.from({ length: Number(values['at-once']) }, (_, index) => work(index)))

const table = [
  `${new Date().toISOString().slice(0, 10)}, ${site.name}, ${values['at-once']} commands at once on two processors.`,
  '',
  '| command | right | time, median |',
  '| --- | ---: | ---: |',
  ...[...outcomes].map(([{ words }, ended]) => {
    const right = ended.filter(({ wrong }) => wrong.length === 0).length
    return `| ${words} | ${right} of ${ended.length} | ${(median(ended.map(({ ms }) => ms)) / 1000).toFixed(1)} s |`
  }),
].join('\n')
process.stdout.write(`${table}\n`)
if (values.write) {
  const [before, , after] = (await readFile(doc, 'utf8')).split(mark)
  if (after === undefined) throw new Error(`${doc} has no place for the table`)
  await writeFile(doc, `${before}${mark}\n\n${table}\n\n${mark}${after}`)
}
process.exitCode = [...outcomes.values()].flat().some(({ wrong }) => wrong.length > 0) ? 1 : 0
