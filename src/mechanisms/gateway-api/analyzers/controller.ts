import { objectName, type ObjectRef } from '../../../model/findings/finding.ts'
import { type LooseObject, type ObjectType, refOf } from '../../../model/cluster/object.ts'
import { sticks } from '../../../model/affinity/policy.ts'
import { type Analyzer, analyzer, objectAnalyzer } from '../../analyzer.ts'
import { at, list, parsedJson, record, text } from '../../kit/objects/loose.ts'
import { refusalOf } from '../routes/attach.ts'
import { backendsOf, mayReach } from '../routes/backends.ts'
import { rulesOf } from '../legs.ts'
import {
  backendLbPolicies,
  gateways,
  grpcRoutes,
  httpRoutes,
  referenceGrants,
  xBackendTrafficPolicies,
} from '../objects.ts'
import { persistenceOf } from '../persistence/persistence.ts'
import { installedFor } from '../persistence/schema.ts'
import { droppedBy } from './fields.ts'
import { once } from './once.ts'

/** Whether the controller behind the gateway does what a route asks for. */
export function controllerAnalyzer(about: ObjectType<LooseObject>): Analyzer {
  return objectAnalyzer({
    about,
    codes: [
      'AFF-GWAPI-IGNORED',
      'AFF-GWAPI-DEPENDS',
      'AFF-GWAPI-WEIGHTED-SESSION',
      'AFF-GWAPI-SESSION-BEATS-WEIGHT',
    ],
    needs: [gateways],
    applies: ({ spec }) =>
      list(at(spec, 'rules')).some((rule) => record(rule)['sessionPersistence'] !== undefined),
    analyse: (route, { store }, report) => {
      const isNew = once()
      for (const { rule, index, attachment, persistence, controller, ways } of rulesOf(route, store)) {
        if (persistence === undefined) continue
        const field = `spec.rules[${index}].sessionPersistence`
        const gateway = attachment.gateway
        const objects = [refOf(route), ...(gateway === undefined ? [] : [refOf(gateway)])]
        const to = attachment.to?.name ?? ''
        for (const { reading } of ways) {
          if (reading?.ignored !== undefined && isNew('ignored', index, to))
            report('AFF-GWAPI-IGNORED', {
              message: `sessionPersistence has no effect at gateway/${to}: ${reading.ignored}`,
              why: 'Requests are spread as if it were not there.',
              mend: ['configure affinity with what this controller reads', 'remove sessionPersistence'],
              objects,
              field,
            })
          if (reading?.depends !== undefined && isNew('depends', index, to))
            report('AFF-GWAPI-DEPENDS', {
              message: `whether sessionPersistence has an effect at gateway/${to} cannot be seen`,
              why: `${reading.depends}.`,
              objects,
              field,
            })
        }
        const isKept = ways.some(({ policy }) => sticks(policy) === true)
        const backends = backendsOf(rule, route)
        if (!isKept || backends.length < 2 || !isNew('weights', index)) continue
        if (backends.some(({ hasFilters }) => hasFilters))
          report('AFF-GWAPI-WEIGHTED-SESSION', {
            message: 'the backend is drawn for each request, whatever the session: one of them has filters',
            why: 'Envoy makes a cluster of each backend then, draws one by weight, and knows the pod of a session in its own cluster only: a client that is drawn elsewhere gets another pod and another cookie.',
            mend: ['move the filters to the rule', 'make a rule for each backend'],
            objects,
            field: `spec.rules[${index}].backendRefs`,
          })
        else
          report('AFF-GWAPI-SESSION-BEATS-WEIGHT', {
            message: 'weights count for the first request of a session only',
            why: `Who has a session stays with its backend when weights change${
              controller?.leavesZeroOut === true
                ? `. At 0 ${controller.label} leaves its pods out, and their sessions move at once.`
                : ', even to 0.'
            }`,
            objects,
            field: `spec.rules[${index}].backendRefs`,
          })
      }
    },
  })
}

/** Where a route does not get as far as to be sticky. */
export function attachmentAnalyzer(about: ObjectType<LooseObject>): Analyzer {
  return objectAnalyzer({
    about,
    codes: ['AFF-GWAPI-NOT-ATTACHED', 'AFF-GWAPI-NO-GRANT'],
    needs: [gateways, referenceGrants],
    analyse: (route, { store, source }, report) => {
      const isNew = once()
      for (const { rule, index, attachment } of rulesOf(route, store)) {
        const { gateway, to, isRefused, set } = attachment
        if (
          isRefused &&
          gateway !== undefined &&
          to !== undefined &&
          isNew('attached', to.namespace, to.name, set?.name ?? '')
        ) {
          const { by, isShut } = refusalOf(attachment)
          const name = objectName(refOf(route))
          report('AFF-GWAPI-NOT-ATTACHED', {
            message: isShut
              ? `gateway/${to.name} takes no listeners of ${by}, which ${name} names`
              : `no listener of ${by} takes ${name}`,
            why: isShut
              ? 'A gateway takes listeners of others only where allowedListeners says so; without them no request comes this way.'
              : 'Name, port, protocol, host and allowedRoutes of a listener decide; without one no request comes this way.',
            mend: isShut
              ? [`let allowedListeners of gateway/${to.name} admit the namespace of the set`]
              : [
                  'compare hostnames and sectionName with the listeners',
                  'allow the namespace in allowedRoutes',
                ],
            objects: [refOf(route), refOf(gateway)],
            field: 'spec.parentRefs',
          })
        }
        for (const backend of backendsOf(rule, route)) {
          // Files need not hold all grants of a cluster.
          if (source === 'files' || mayReach(route, backend.to, store) !== false) continue
          if (!isNew('grant', index, backend.index)) continue
          report('AFF-GWAPI-NO-GRANT', {
            message: `no ReferenceGrant in ${backend.to.namespace} lets ${objectName(refOf(route))} send to Service ${backend.to.name}`,
            why: 'Gateways answer 500 in its place.',
            mend: [`make a ReferenceGrant in ${backend.to.namespace}`],
            field: `spec.rules[${index}].backendRefs[${backend.index}]`,
          })
        }
      }
    },
  })
}

/** A field that the user applied and the API server does not have. */
export function prunedAnalyzer(about: ObjectType<LooseObject>): Analyzer {
  return objectAnalyzer({
    about,
    codes: ['AFF-GWAPI-PRUNED'],
    applies: ({ metadata }) => lastApplied in (metadata.annotations ?? {}),
    analyse: (route, { source, store }, report) => {
      if (source === 'files') return
      const installed = installedFor(route, store)
      const applied = list(at(parsedJson(route.metadata.annotations?.[lastApplied]), 'spec.rules'))
      const rules = list(at(route.spec, 'rules'))
      for (const [index, rule] of applied.entries()) {
        const was = record(rule)['sessionPersistence']
        if (was === undefined || index >= rules.length) continue
        const now = record(rules[index])['sessionPersistence']
        const field = `spec.rules[${index}]${now === undefined ? '' : '.sessionPersistence'}`
        // What the definitions have and the object has not, somebody took away.
        if (installed !== undefined) droppedBy(installed, was, { field, report })
        else if (now === undefined)
          report('AFF-GWAPI-PRUNED', {
            message: 'sessionPersistence was applied, and the API server does not have it',
            why: 'The definitions of the standard channel do not know the field, so that it is dropped; kubectl warns at most.',
            mend: [
              'install the experimental channel of the Gateway API',
              'use what the controller reads beside it',
            ],
            field,
          })
      }
    },
  })
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/** Policies for Services that the Gateway API has tried out: nobody has come to read their session persistence. */
export const policyAnalyzer: Analyzer = analyzer({
  codes: ['AFF-GWAPI-POLICY-IGNORED', 'AFF-GWAPI-PRUNED'],
  needs: [xBackendTrafficPolicies, backendLbPolicies],
  applies: ({ store }) =>
    [xBackendTrafficPolicies, backendLbPolicies].some((type) => {
      const all = store.list(type)
      return !all.known || all.value.length > 0
    }),
  analyse: (view, report) => {
    const passed = view.paths.flatMap(({ hops }) => hops.flatMap(({ next }) => next ?? []))
    const refs: ObjectRef[] = [view.target.ref, ...passed]
    for (const type of [xBackendTrafficPolicies, backendLbPolicies]) {
      const all = view.store.list(type)
      for (const policy of all.known ? all.value : []) {
        if (persistenceOf(at(policy.spec, 'sessionPersistence')) === undefined) continue
        const targets = new Set(
          list(at(policy.spec, 'targetRefs')).map((target) => text(record(target)['name']) ?? ''),
        )
        const namespace = policy.metadata.namespace
        const service = refs.find(
          (ref) => ref.kind === 'Service' && ref.namespace === namespace && targets.has(ref.name),
        )
        if (service === undefined) continue
        const installed = installedFor(policy, view.store)
        if (installed !== undefined)
          droppedBy(installed, at(policy.spec, 'sessionPersistence'), {
            field: 'spec.sessionPersistence',
            report,
            object: refOf(policy),
          })
        const controllers = labelsOf(service, view.store)
        report('AFF-GWAPI-POLICY-IGNORED', {
          message: `${objectName(refOf(policy))} asks for sessionPersistence for ${objectName(service)}, and ${controllers} does not read it`,
          why: 'It is an experiment that is to be taken back; Istio says in its status that it does not support the field, the others do not look at it.',
          mend: ['put sessionPersistence into the rule of the route, where the controller reads it there'],
          objects: [refOf(policy)],
          at: { object: refOf(policy), field: 'spec.sessionPersistence' },
        })
      }
    }
  },
})

function labelsOf({ namespace, name }: ObjectRef, store: Parameters<typeof rulesOf>[1]): string {
  const routes = [httpRoutes, grpcRoutes].flatMap((type) => {
    const all = store.list(type)
    return all.known ? all.value : []
  })
  const labels = routes.flatMap((route) =>
    rulesOf(route, store).flatMap(({ rule, controller }) =>
      backendsOf(rule, route).some(({ to }) => to.namespace === namespace && to.name === name)
        ? (controller?.label ?? [])
        : [],
    ),
  )
  const all = [...new Set(labels)]
  return all.length === 0 ? 'no controller that is known' : all.join(', ')
}
