import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { Analyzer } from '../analyzer.ts'
import { objectAnalyzer } from '../analyzer.ts'
import { ingressAnalyzer, placedAt } from '../ingress/analyzer.ts'
import { annotationField, annotationsOf } from '../kit/controller.ts'
import { at, parsedJson, record, text } from '../kit/objects/loose.ts'
import { services } from '../service/objects.ts'
import { sticks } from '../../model/affinity/policy.ts'
import { didYouMean } from '../../model/common/words/spelling.ts'
import { backendConfigs, configKeys, configRefOf, gke, negKey } from './controller.ts'
import { backendPolicies, backendPolicyTypes, sessionFilters, sessionPolicies } from './policies.ts'

const missing = objectAnalyzer({
  about: services,
  codes: ['AFF-GKE-NO-CONFIG'],
  needs: [backendConfigs],
  // In files it may well be elsewhere.
  applies: (service, { source }) => source === 'cluster' && configRefOf(service) !== undefined,
  analyse: (service, { store }, report) => {
    const ref = configRefOf(service)
    if (ref === undefined) return
    const { namespace = '', name } = ref
    if (store.get(backendConfigs, { namespace, name }) !== undefined) return
    report('AFF-GKE-NO-CONFIG', {
      message: `there is no BackendConfig ${name} in ${namespace}`,
      why: 'The controller stops at it, and the load balancer stays as it was.',
      mend: ['correct the name', 'make the BackendConfig'],
      ...placedAt(service, annotationField(configKeyOf(service))),
    })
  },
})

function configKeyOf(service: Pick<LooseObject, 'metadata'>): string {
  return configKeys.find((key) => key in annotationsOf(service)) ?? configKeys[0]
}

const json = objectAnalyzer({
  about: services,
  codes: ['AFF-GKE-BAD-JSON'],
  applies: (service) => [...configKeys, negKey].some((key) => key in annotationsOf(service)),
  analyse: (service, _view, report) => {
    for (const key of [...configKeys, negKey]) {
      const value = annotationsOf(service)[key]
      if (value === undefined) continue
      const json = parsedJson(value)
      // Go reads keys of JSON in any case; of a backend-config, others than these two are passed over.
      const names = Object.keys(record(json)).map((one) => one.toLowerCase())
      const isRead = isObject(json) && (key === negKey || names.some((one) => /^(default|ports)$/.test(one)))
      if (isRead) continue
      const example = key === negKey ? '{"ingress": true}' : '{"default": "NAME"}'
      report('AFF-GKE-BAD-JSON', {
        message: `${key} is JSON such as ${example}, and not ${value}`,
        why: 'The controller cannot read it, and does nothing for this Service.',
        mend: [`${key}: '${example}'`],
        field: annotationField(key),
      })
    }
  },
})

const noPort = objectAnalyzer({
  about: services,
  codes: ['AFF-GKE-NO-PORT'],
  applies: (service) => portKeysOf(service).length > 0,
  analyse: (service, _view, report) => {
    const ports = service.spec.ports ?? []
    const known = ports.flatMap(({ name, port }) => [...(name === undefined ? [] : [name]), String(port)])
    for (const key of portKeysOf(service).filter((one) => !known.includes(one))) {
      const isTarget = ports.find(({ targetPort }) => String(targetPort) === key)
      report('AFF-GKE-NO-PORT', {
        message: `the BackendConfig for port ${key} is used by nobody: the Service has ${known.join(', ')}`,
        why: `${isTarget === undefined ? '' : `${key} is the port of the pods. `}The keys are ports of the Service, by number or name; the controller passes others over and says nothing.`,
        mend: [`write ${isTarget?.port ?? known[0] ?? 'a port of the Service'} in place of ${key}`],
        field: annotationField(configKeyOf(service)),
      })
    }
  },
})

/** For which ports a BackendConfig is named. */
function portKeysOf(service: Pick<LooseObject, 'metadata'>): string[] {
  return Object.keys(record(at(parsedJson(annotationsOf(service)[configKeyOf(service)]), 'ports')))
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const misplaced = ingressAnalyzer({
  by: gke,
  codes: ['AFF-GKE-MISPLACED'],
  analyse: ({ ingress, backends }, _view, report) => {
    const key = configKeys.find((one) => one in annotationsOf(ingress))
    if (key === undefined) return
    const names = [...new Set(backends.map(({ to }) => `service/${to.name}`))].join(', ')
    report('AFF-GKE-MISPLACED', {
      message: `${key} has no effect on an Ingress: it is read on Services`,
      why: 'A BackendConfig is of a backend, and backends are Services.',
      mend: [`annotate ${names} with it`],
      field: annotationField(key),
    })
  },
})

interface Affinity {
  about: ObjectType<LooseObject>
  /** Where it stands. */
  path: string
  typeKey: string
  ttlKey: string
  /** None where there is no choice. */
  types: readonly string[]
  leastSeconds: number
  mostSeconds: number
}

const inBackendConfig: Affinity = {
  about: backendConfigs,
  path: 'sessionAffinity',
  typeKey: 'affinityType',
  ttlKey: 'affinityCookieTtlSec',
  // pkg/backendconfig/validation.go
  types: ['NONE', 'CLIENT_IP', 'GENERATED_COOKIE'],
  leastSeconds: 0,
  mostSeconds: 86_400,
}

const inBackendPolicy: Affinity = {
  about: backendPolicies,
  path: 'default.sessionAffinity',
  typeKey: 'type',
  ttlKey: 'cookieTtlSec',
  types: backendPolicyTypes,
  leastSeconds: 0,
  mostSeconds: 1_209_600,
}

const inSession = (about: ObjectType<LooseObject>): Affinity => ({
  about,
  path: 'statefulGeneratedCookie',
  typeKey: '',
  ttlKey: 'cookieTtlSeconds',
  types: [],
  leastSeconds: 1,
  mostSeconds: 86_400,
})

function affinityAnalyzers({
  about,
  path,
  typeKey,
  ttlKey,
  types,
  leastSeconds,
  mostSeconds,
}: Affinity): Analyzer {
  return objectAnalyzer({
    about,
    codes: ['AFF-GKE-AFFINITY-VALUE', 'AFF-GKE-UNUSED-TTL'],
    applies: ({ spec }) => at(spec, path) !== undefined,
    analyse: ({ spec }, _view, report) => {
      const { [typeKey]: given, [ttlKey]: seconds } = record(at(spec, path))
      const known = [typeKey, ttlKey].filter((key) => key !== '')
      for (const key of Object.keys(record(at(spec, path)))) {
        const meant = didYouMean(key, known)
        if (known.includes(key) || meant === undefined) continue
        report('AFF-GKE-AFFINITY-VALUE', {
          message: `${path.split('.').at(-1)} has no field "${key}": did you mean "${meant}"?`,
          why: 'The API server drops fields that it does not know, and what was meant is not set.',
          mend: [`write ${meant}`],
          field: `spec.${path}.${key}`,
        })
      }
      const type = text(given)
      if (type !== undefined && !types.includes(type)) {
        const meant = types.find((one) => one === type.toUpperCase())
        report('AFF-GKE-AFFINITY-VALUE', {
          message: `${typeKey} is one of ${types.join(', ')}, and not "${type}"`,
          why: 'The controller refuses it, and the load balancer stays as it was.',
          mend: [`${typeKey}: ${meant ?? 'GENERATED_COOKIE'}`],
          field: `spec.${path}.${typeKey}`,
        })
      }
      if (seconds === undefined) return
      if (typeof seconds !== 'number' || seconds < leastSeconds || seconds > mostSeconds) {
        report('AFF-GKE-AFFINITY-VALUE', {
          message: `${ttlKey} is ${leastSeconds} to ${mostSeconds}, a number, and not ${JSON.stringify(seconds)}`,
          why: 'It is refused, and the load balancer stays as it was.',
          mend: [`${ttlKey}: ${Math.max(3600, leastSeconds)}`],
          field: `spec.${path}.${ttlKey}`,
        })
      } else if (
        types.length > 0 &&
        seconds > 0 &&
        !['GENERATED_COOKIE', 'HTTP_COOKIE'].includes(type ?? 'NONE')
      ) {
        report('AFF-GKE-UNUSED-TTL', {
          message: `${ttlKey} has no effect with ${typeKey} ${type ?? 'NONE'}: there is no cookie`,
          why: 'The time is that of a cookie which the load balancer makes.',
          mend: [`${typeKey}: GENERATED_COOKIE`, `take ${ttlKey} away`],
          field: `spec.${path}.${ttlKey}`,
        })
      }
    },
  })
}

const nodes = ingressAnalyzer({
  by: gke,
  codes: ['AFF-GKE-NODES'],
  applies: ({ controller, backends }, { store }) =>
    backends.some((backend) => sticks(controller.serve(backend, store).policy) === true),
  analyse: ({ ingress, controller, backends }, { store }, report) => {
    for (const backend of backends) {
      const { policy, arrival } = controller.serve(backend, store)
      if (sticks(policy) !== true || arrival !== 'node-port') continue
      report('AFF-GKE-NODES', {
        message: `the load balancer goes to the nodes of service/${backend.to.name}: its affinity keeps a client on a node, and not on a pod`,
        why: 'Without network endpoint groups its backends are nodes; the Service proxy there picks a pod for each connection.',
        mend: [`${negKey}: '{"ingress": true}' on the Service`],
        ...placedAt(
          backend.service ?? ingress,
          backend.service === undefined ? 'metadata' : annotationField(negKey),
        ),
      })
    }
  },
})

export const analyzers: readonly Analyzer[] = [
  missing,
  json,
  noPort,
  misplaced,
  affinityAnalyzers(inBackendConfig),
  affinityAnalyzers(inBackendPolicy),
  affinityAnalyzers(inSession(sessionPolicies)),
  affinityAnalyzers(inSession(sessionFilters)),
  nodes,
]
