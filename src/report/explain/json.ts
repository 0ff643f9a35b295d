import { jsonText } from '../text/json.ts'
import type { Explanation } from '../../analysis/analyse.ts'
import { type Finding, isAtLeast, type Level } from '../../model/findings/finding.ts'
import type { Path } from '../../model/affinity/leg.ts'
import { refOf } from '../../model/cluster/object.ts'
import type { ExplainReport } from '../../model/contract/explain.ts'
import type { ExplainRenderer, ExplainRenderOptions } from './renderer.ts'
import { policySentence } from './words.ts'
import { distinctBy } from '../../model/common/values.ts'

export const apiVersion = 'affinity.kubectl.dev/v1'

/** The report of one target for programs, shaped like a Kubernetes object. */
export function toReport(explanation: Explanation, level: Level): ExplainReport {
  const { target, paths, service, notPossible, passed, doesNotApply, unknown } = explanation
  const { semantics, endpoints, outside } = service ?? {}
  return {
    apiVersion,
    kind: 'ExplainReport',
    metadata: { name: target.name, namespace: target.namespace },
    spec: {
      target: { kind: target.kind, namespace: target.namespace, name: target.name },
      policies: policiesOf(explanation),
    },
    status: {
      message: policySentence(explanation),
      ...(semantics === undefined ? {} : { proxy: semantics }),
      entries: paths.map(entryOf),
      ...(endpoints === undefined ? {} : { endpoints: endpoints }),
      ...(outside === undefined ? {} : { outside: [...outside] }),
      findings: explanation.findings.filter((finding) => isAtLeast(finding.level, level)),
      passed,
      doesNotApply,
      notPossible: notPossible.map(({ codes, why }) => ({ codes, ...why })),
      unknown,
    },
  }
}

function entryOf({ entry, hops, end, share }: Path): ExplainReport['status']['entries'][number] {
  return {
    ...entry,
    hops: hops.map(
      ({ kind, mechanism, configuredBy, next: _next, field: _field, taken: _taken, ...hop }) => ({
        kind,
        mechanism,
        configuredBy: [...configuredBy],
        ...hop,
      }),
    ),
    end,
    ...(share === undefined ? {} : { share }),
  }
}

/** What is configured, by the object that does: a Service that was asked about first, then what stands in front. */
function policiesOf({ service, paths }: Explanation): ExplainReport['spec']['policies'] {
  const own =
    service === undefined
      ? []
      : [{ object: { namespace: 'default', ...refOf(service.object) }, policy: service.policy }]
  const fronts = paths.flatMap(({ entry, hops }) =>
    hops.flatMap(({ configuredBy: [object], policy }) =>
      object === undefined || entry.of.kind === 'Service' || object.kind === 'Service'
        ? []
        : [{ object, policy }],
    ),
  )
  return distinctBy([...own, ...fronts], (one) => JSON.stringify(one))
}

/** How a format writes reports: one alone, and a list item by item, whose head comes with the first item or the end. */
interface Notation {
  single: (report: ExplainReport) => string
  item: (report: ExplainReport, isFirst: boolean) => string
  end: (findings: readonly Finding[], isEmpty: boolean) => string
}

/** One object, or a list that is written item by item. */
export function reportRenderer({ level, single }: ExplainRenderOptions, notation: Notation): ExplainRenderer {
  let fileFindings: readonly Finding[] = []
  let items = 0
  return {
    findings: (findings) => {
      fileFindings = findings.filter((finding) => isAtLeast(finding.level, level))
      return ''
    },
    item: (explanation) => {
      const report = toReport(explanation, level)
      return single ? notation.single(report) : notation.item(report, items++ === 0)
    },
    end: () => (single ? '' : notation.end(fileFindings, items === 0)),
  }
}

export function jsonRenderer(options: ExplainRenderOptions): ExplainRenderer {
  const indented = (value: unknown, by: string): string => jsonText(value, 4).replaceAll('\n', `\n${by}`)
  const head = `{\n    "apiVersion": "${apiVersion}",\n    "kind": "ExplainReportList",\n    "items": [`
  return reportRenderer(options, {
    single: (report) => `${jsonText(report, 4)}\n`,
    item: (report, isFirst) => `${isFirst ? head : ','}\n        ${indented(report, '        ')}`,
    end: (findings, isEmpty) =>
      `${isEmpty ? `${head}]` : '\n    ]'},\n    "findings": ${indented(findings, '    ')}\n}\n`,
  })
}
