import type { Service } from '../../../model/cluster/kubernetes.ts'
import { type LooseObject, refOf } from '../../../model/cluster/object.ts'
import { sticks } from '../../../model/affinity/policy.ts'
import { type Analyzer, analyzer, objectAnalyzer, type View } from '../../analyzer.ts'
import { at, list, record, text } from '../../kit/objects/loose.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { subjectOf } from '../../service/analyzer.ts'
import { inputs } from '../../service/facts.ts'
import { services } from '../../service/objects.ts'
import { selects } from '../../service/endpoints/selector.ts'
import { hasSessions, sessionLabels, sessionVariable } from '../istiod.ts'
import { destinationRules, virtualServices } from '../objects.ts'

/** Elsewhere nobody has thought of Istio. */
function isLabelled({ metadata }: Service): boolean {
  return Object.keys(metadata.labels ?? {}).some((label) => label.startsWith('istio.io/'))
}

const sessions = objectAnalyzer({
  about: services,
  codes: ['AFF-ISTIO-SESSION-LABEL'],
  applies: isLabelled,
  analyse: ({ metadata }, { store }, report) => {
    const label = sessionLabels.find((one) => metadata.labels?.[one] !== undefined)
    const isOn = hasSessions(store)
    if (label === undefined || isOn === true) return
    report('AFF-ISTIO-SESSION-LABEL', {
      message:
        isOn === false
          ? `${label} has no effect: istiod runs without ${sessionVariable}=true`
          : `${label} counts only where istiod runs with ${sessionVariable}=true`,
      why: `It is off by default${isOn === undefined ? ', and nobody says so' : ''}. With it the proxy keeps the pod in a cookie or header, which moves nobody when pods come or go.`,
      mend: ['kubectl -n istio-system get deployment istiod -o yaml | grep PERSISTENT_SESSION'],
      field: `metadata.labels["${label}"]`,
    })
  },
})

/** The same labels at pods, or as annotations of theirs: istiod looks at Services alone (serviceregistry/kube/conversion.go). */
const onPods = analyzer({
  codes: ['AFF-L7-MISPLACED'],
  applies: (view) => sessionAtPods(view) !== undefined,
  analyse: (view, report) => {
    const found = sessionAtPods(view)
    if (found === undefined) return
    report('AFF-L7-MISPLACED', {
      message: `nobody reads the ${found.as} ${found.key} of ${found.of}: it belongs among the labels of the Service`,
      why: 'istiod reads it from the Service. At its pods it keeps no client on one.',
      mend: ['write it among the labels of the Service'],
      field: 'metadata.labels',
    })
  },
})

function sessionAtPods(view: View): { key: string; as: string; of: string } | undefined {
  const subject = subjectOf(view)
  if (subject === undefined) return undefined
  const [pods, templates] = [view.store.fact(inputs.pods), view.store.fact(inputs.templates)]
  const { selector = {} } = subject.service.spec
  const made = templates.known ? templates.value.filter(({ labels }) => selects(selector, labels)) : []
  const running = pods.known
    ? pods.value.map(({ metadata }) => ({ ...metadata, of: `pod/${metadata.name}` }))
    : []
  const own = subject.service.metadata.labels ?? {}
  const [found] = [...made, ...running].flatMap(({ of, ...marks }) =>
    (['labels', 'annotations'] as const).flatMap((as) =>
      sessionLabels.flatMap((key) =>
        marks[as]?.[key] === undefined || own[key] !== undefined ? [] : [{ key, as: as.slice(0, -1), of }],
      ),
    ),
  )
  return found
}

const waypoint = objectAnalyzer({
  about: services,
  codes: ['AFF-ISTIO-WAYPOINT'],
  applies: isLabelled,
  analyse: ({ metadata }, { paths }, report) => {
    const name = metadata.labels?.['istio.io/use-waypoint']
    if (name === undefined || name === 'none') return
    const isHashed = paths.some(({ hops }) =>
      hops.some(({ kind, policy }) => kind === 'mesh' && sticks(policy) === true),
    )
    if (!isHashed) return
    report('AFF-ISTIO-WAYPOINT', {
      message: `callers go through waypoint ${name}: up to Istio 1.30 it hashes only where a VirtualService or HTTPRoute leads to the Service`,
      why: 'Without a route its clusters are rings and requests have no hash policy (istio/istio pull request 61048). ztunnel alone knows no DestinationRule.',
      mend: ['a VirtualService or HTTPRoute of the mesh for the Service', 'Istio 1.31'],
      field: 'metadata.labels["istio.io/use-waypoint"]',
    })
  },
})

/** A name with a dot counts as whole, and Services have only one whole name. */
const hosts = analyzer({
  codes: ['AFF-ISTIO-HOST'],
  needs: [virtualServices, destinationRules],
  applies: ({ store }) =>
    [virtualServices, destinationRules].some((type) => {
      const all = store.list(type)
      return !all.known || all.value.length > 0
    }),
  analyse: ({ store, target }, report) => {
    for (const type of [virtualServices, destinationRules]) {
      const all = store.list(type)
      for (const { object, host, field, name, namespace } of all.known ? halfNamesIn(all.value) : []) {
        const isTarget =
          target.object === object || (target.ref.name === name && target.ref.namespace === namespace)
        if (!isTarget || store.get(services, { namespace, name }) === undefined) continue
        const ref = refOf(object)
        report('AFF-ISTIO-HOST', {
          message: `${host} is not the name of service/${name}: a name with a dot has to be whole`,
          why: 'Istio completes names without any dot only. This one is that of another host, and what is said about it does nothing for the Service.',
          mend: [`${name}.${namespace}.svc.cluster.local`],
          objects: [ref],
          at: { object: ref, field },
        })
      }
    }
  },
})

/** Names with a dot that may be meant for Services, and are not whole. */
const halfNamesIn = onceFor((objects: readonly LooseObject[]) =>
  objects.flatMap((object) =>
    namesIn(object).flatMap(({ host, field }) => {
      const [name = '', namespace, suffix, ...more] = host.split('.')
      const isHalf =
        namespace !== undefined && more.length === 0 && (suffix === undefined || suffix === 'svc')
      return isHalf ? [{ object, host, field, name, namespace }] : []
    }),
  ),
)

function namesIn({ spec }: LooseObject): { host: string; field: string }[] {
  const own = text(at(spec, 'host'))
  const routes = ['http', 'tls', 'tcp'].flatMap((kind) =>
    list(at(spec, kind)).flatMap((route, index) =>
      list(record(route)['route']).flatMap((target, number) => {
        const host = text(at(target, 'destination.host'))
        const field = `spec.${kind}[${index}].route[${number}].destination.host`
        return host === undefined ? [] : [{ host, field }]
      }),
    ),
  )
  return [...(own === undefined ? [] : [{ host: own, field: 'spec.host' }]), ...routes]
}

export const serviceAnalyzers: readonly Analyzer[] = [hosts, sessions, onPods, waypoint]
