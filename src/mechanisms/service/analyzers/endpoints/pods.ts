import { refOf } from '../../../../model/cluster/object.ts'
import { portEndpoints } from '../../endpoints/endpoints.ts'
import {
  countEndpoints,
  hasSelector,
  isProxied,
  isSticky,
  leadsToOne,
  serviceAnalyzer,
} from '../../analyzer.ts'
import { selects } from '../../endpoints/selector.ts'

export const publishNotReady = serviceAnalyzer({
  codes: ['AFF-SVC-PUBLISH-NOT-READY'],
  inputs: [],
  applies: (subject) => isProxied(subject) && isSticky(subject),
  analyse: ({ service }, _inputs, report) => {
    if (service.spec.publishNotReadyAddresses !== true) return
    report('AFF-SVC-PUBLISH-NOT-READY', {
      message:
        'publishNotReadyAddresses is true: clients can be sent to pods that are not ready, and stay there',
      why: 'A failing readiness probe does not take a pod out of the Service, so affinity holds clients on a pod that cannot serve them.',
      mend: [
        {
          deed: {
            kind: 'fields',
            of: refOf(service),
            fields: { spec: { publishNotReadyAddresses: false } },
          },
        },
      ],
      field: 'spec.publishNotReadyAddresses',
    })
  },
})

/** Services that lead to one pod on purpose, as each pod of a StatefulSet may have one. */
export const podByName = serviceAnalyzer({
  codes: ['AFF-SVC-ONE-POD-BY-NAME'],
  inputs: [],
  hints: ['slices'],
  applies: (subject) => isProxied(subject) && subject.policy.kind === 'client-ip',
  analyse: (subject, { slices }, report) => {
    if (!leadsToOne(subject)) return
    // Several owners with the same labels have one each.
    if (slices.known && countEndpoints(portEndpoints(subject.service, slices.value)) > 1) return
    report('AFF-SVC-ONE-POD-BY-NAME', {
      message: 'the selector names one pod: affinity has nothing to choose from',
      why: 'Every client is on it with and without sessionAffinity, and more replicas change nothing.',
      mend: [{ deed: { kind: 'affinity', of: subject.ref, to: 'off' } }],
      field: 'spec.selector',
    })
  },
})

/** An autoscaler of the workload that owns the pods. A Deployment's pods belong to a ReplicaSet named after it. */
export const autoscaling = serviceAnalyzer({
  codes: ['AFF-SVC-REPLICAS-CHANGE'],
  inputs: ['pods', 'autoscalers'],
  applies: (subject) => isProxied(subject) && isSticky(subject) && hasSelector(subject),
  analyse: ({ service, ref }, { pods, autoscalers }, report) => {
    const owners = new Set<string>()
    for (const { metadata } of pods) {
      if (!selects(service.spec.selector ?? {}, metadata.labels)) continue
      for (const owner of metadata.ownerReferences ?? []) {
        owners.add(`${owner.kind}/${owner.name}`)
        const hash = metadata.labels?.['pod-template-hash']
        if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
          owners.add(`Deployment/${owner.name.slice(0, -hash.length - 1)}`)
        }
      }
    }
    for (const { metadata, spec } of autoscalers) {
      const { kind, name } = spec.scaleTargetRef
      if (!owners.has(`${kind}/${name}`)) continue
      report('AFF-SVC-REPLICAS-CHANGE', {
        message: `horizontalpodautoscaler/${metadata.name} runs ${spec.minReplicas ?? 1} to ${spec.maxReplicas} replicas of ${kind.toLowerCase()}/${name}`,
        why: 'Clients of a pod that is scaled away go to another one and lose what it kept; new pods get new clients only, so the load evens out slowly.',
        mend: ['keep sessions outside the pods, or set a short timeout'],
        objects: [
          {
            kind: 'HorizontalPodAutoscaler',
            group: 'autoscaling',
            namespace: ref.namespace,
            name: metadata.name,
          },
        ],
      })
    }
  },
})
