import { annotationsOf, type IngressBackend, type IngressController } from '../kit/controller.ts'
import { at, list, parsedJson, record, text } from '../kit/objects/loose.ts'
import { hashPolicy } from './hash.ts'
import { usualAlgorithm } from './usual.ts'
import { defined } from '../../model/common/values.ts'

export const algorithmKey = 'zalando.org/skipper-loadbalancer'
export const filterKey = 'zalando.org/skipper-filter'
export const weightsKey = 'zalando.org/backend-weights'

/** Skipper as an Ingress controller (dataclients/kubernetes/ingressv1.go). */
export const skipper: IngressController = {
  name: 'Skipper',
  // It has no IngressClass of its own: its flag -kubernetes-ingress-class names what it takes.
  controllers: [],
  classes: ['skipper'],
  needsNoClass: true,
  serve: (backend, store) => {
    const words = annotationsOf(backend.ingress)
    const share = shareOf(words[weightsKey], backend)
    const policy = hashPolicy(words[algorithmKey] ?? usualAlgorithm(store), words[filterKey] ?? '')
    const predicates = words['zalando.org/skipper-predicate']?.trim() || undefined
    return defined({ policy, arrival: 'pods', share, when: predicates?.replaceAll(/\s*&&\s*/g, ' and ') })
  },
  keys: { ingress: [algorithmKey, filterKey, weightsKey], service: [] },
  instead: `${algorithmKey}: consistentHash`,
}

/** The part of a path's requests that a Service gets by `{"web": 80, "next": 20}`; undefined where it has the path alone. */
function shareOf(json: string | undefined, { ingress, to, place }: IngressBackend): number | undefined {
  const weights = record(parsedJson(json))
  const rivals = list(at(ingress.spec, 'rules'))
    .filter((rule) => (text(record(rule)['host']) ?? '*') === place?.host)
    .flatMap((rule) => list(at(rule, 'http.paths')))
    .filter((path) => (text(record(path)['path']) ?? '') === place?.path)
    .map((path) => text(at(path, 'backend.service.name')) ?? '')
  const weightOf = (name: string): number => (typeof weights[name] === 'number' ? weights[name] : 0)
  const total = rivals.reduce((sum, name) => sum + weightOf(name), 0)
  return rivals.length < 2 || total <= 0 ? undefined : weightOf(to.name) / total
}
