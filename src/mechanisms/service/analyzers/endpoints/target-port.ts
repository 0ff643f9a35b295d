import type { PodTemplate } from '../../../../model/cluster/snapshot.ts'
import { didYouMean } from '../../../../model/common/words/spelling.ts'
import { countOf } from '../../../../model/common/words/amounts.ts'
import { at, list, record, text } from '../../../kit/objects/loose.ts'
import { analyzer, type View } from '../../../analyzer.ts'
import { isProxied, subjectOf } from '../../analyzer.ts'
import { inputs } from '../../facts.ts'
import { selects } from '../../endpoints/selector.ts'

/** A target port by name, in the templates of the pods that a Service selects: files hold them beside it. */
export const targetPorts = analyzer({
  codes: ['AFF-SVC-PORT-NO-ENDPOINTS'],
  applies: (view) => selectedBy(view).length > 0 && namedPorts(view).length > 0,
  analyse: (view, report) => {
    const own = selectedBy(view)
    for (const { index, name, targetPort, protocol } of namedPorts(view)) {
      const without = own.filter((template) => !portsOf(template).includes(`${targetPort} ${protocol}`))
      if (without.length === 0) continue
      const others = own.length - without.length
      report('AFF-SVC-PORT-NO-ENDPOINTS', {
        message: `port ${name} leads to no pod of ${without.map(({ of }) => of).join(', ')}: no container there has a port named ${targetPort} of ${protocol}`,
        why: `Pods without a port of that name are left out of the endpoints of this port${
          others === 0
            ? ', so that connections to it are refused.'
            : `: it has those of ${countOf(others, 'other workload')} only.`
        }`,
        mend: [mendOf(targetPort, protocol, without.flatMap(portsOf))],
        field: `spec.ports[${index}].targetPort`,
      })
    }
  },
})

function mendOf(targetPort: string, protocol: string, ports: readonly string[]): string {
  const others = ports.map((port) => port.split(' ') as [name: string, protocol: string])
  const [, other] = others.find(([name]) => name === targetPort) ?? []
  if (other !== undefined) return `write protocol: ${other}, as the container has it`
  const names = others.flatMap(([name, its]) => (its === protocol ? [name] : []))
  const meant = didYouMean(targetPort, names)
  if (meant !== undefined)
    return `set targetPort to ${meant} if that is meant, or give a container a port named ${targetPort}`
  return `give a container a port named ${targetPort}, or set targetPort to a number`
}

/** What makes the pods that the Service selects, where files hold it. */
function selectedBy(view: View): readonly PodTemplate[] {
  const subject = subjectOf(view)
  const templates = view.store.fact(inputs.templates)
  if (subject === undefined || !isProxied(subject) || !templates.known) return []
  const { selector = {} } = subject.service.spec
  return templates.value.filter(({ labels }) => selects(selector, labels))
}

function namedPorts(view: View): { index: number; name: string; targetPort: string; protocol: string }[] {
  const ports = subjectOf(view)?.service.spec.ports ?? []
  return ports.flatMap(({ port, name = String(port), targetPort, protocol = 'TCP' }, index) =>
    typeof targetPort === 'string' ? [{ index, name, targetPort, protocol }] : [],
  )
}

/** `https TCP`: what a target port may be called (kubernetes/endpointslice, FindPort: sidecars count as well). */
function portsOf({ spec }: PodTemplate): string[] {
  const sidecars = list(at(spec, 'initContainers')).filter((one) => record(one)['restartPolicy'] === 'Always')
  return [...list(at(spec, 'containers')), ...sidecars]
    .flatMap((container) => list(record(container)['ports']))
    .map((port) => `${text(record(port)['name']) ?? ''} ${text(record(port)['protocol']) ?? 'TCP'}`)
}
