import { didYouMean } from '../../model/common/words/spelling.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import { type Analyzer, objectAnalyzer } from '../analyzer.ts'
import { at, list, text } from '../kit/objects/loose.ts'
import { balancerPolicy, hashOf, hashOns } from './balancer.ts'
import { apisixRoutes, apisixUpstreams, trafficPolicies } from './objects.ts'
import { lastOf, sentBy } from './routes.ts'
import { isSince2 } from './version.ts'

const balancer = (about: ObjectType<LooseObject>): Analyzer =>
  objectAnalyzer({
    about,
    codes: ['AFF-APISIX-HASH-ON', 'AFF-APISIX-KEY', 'AFF-APISIX-NO-COOKIE'],
    applies: ({ spec }) => at(spec, 'loadbalancer.type') === 'chash',
    analyse: ({ spec }, _view, report) => {
      const on = text(at(spec, 'loadbalancer.hashOn'))
      const hash = hashOf(spec)
      if (on !== undefined && !hashOns.includes(on)) {
        const meant = didYouMean(on, hashOns)
        report('AFF-APISIX-HASH-ON', {
          message: `hashOn "${on}": ${meant === undefined ? `there are ${hashOns.join(', ')}` : `did you mean "${meant}"?`}`,
          why: 'The API server refuses it where the definition names the values, as that of current releases does. A controller that gets it takes the key for the name of a variable, and requests that have none are hashed by their address.',
          mend: [`write hashOn: ${meant ?? 'header'}`],
          field: 'spec.loadbalancer.hashOn',
        })
      }
      if (hash.refused !== undefined)
        report('AFF-APISIX-KEY', {
          message: `APISIX refuses ${hash.refused}`,
          why: 'The controller cannot hand over such an upstream; what ran before goes on, or there is no route.',
          mend: [
            'write hashOn: header or cookie with its name as key, or one of the variables that are allowed: remote_addr, uri, arg_NAME, …',
          ],
          field: 'spec.loadbalancer',
        })
      if (hash.meant !== undefined)
        report('AFF-APISIX-KEY', {
          message: `key "${hash.key}" of hashOn: ${hash.on} has the prefix of a variable: did you mean "${hash.meant}"?`,
          why: 'APISIX puts that prefix in front itself. Requests have nothing of this name, and are hashed by their address.',
          mend: [`write key: ${hash.meant}`],
          field: 'spec.loadbalancer.key',
        })
      if (hash.on === 'cookie' && hash.key !== undefined)
        report('AFF-APISIX-NO-COOKIE', {
          message: `APISIX never sets the cookie ${hash.key}: it hashes the one that the application sets`,
          why: 'Clients without it are hashed by their address, so that they may move with the first answer that sets it.',
          field: 'spec.loadbalancer.hashOn',
        })
    },
  })

const route = objectAnalyzer({
  about: apisixRoutes,
  codes: ['AFF-APISIX-CLUSTER-IP', 'AFF-APISIX-SPLIT', 'AFF-APISIX-SUBSET'],
  needs: [apisixUpstreams],
  analyse: (object, { store }, report) => {
    for (const [index, rule] of list(at(object.spec, 'http')).entries()) {
      const sent = sentBy(rule, object)
      for (const one of sent) {
        const { subset, to, number } = one
        const last = isSince2(store) === false ? one : lastOf(one, object)
        if (last === undefined || last.subset === subset) continue
        const named = (name: string | undefined): string =>
          name === undefined ? 'all pods' : `subset ${name}`
        report('AFF-APISIX-SUBSET', {
          message: `${named(subset)} of service/${to.name}${isSince2(store) === true ? '' : ', since 2.0,'} gives way to ${named(last.subset)}, which a later backend of the route names`,
          why: 'The controller keeps one list of pods for each Service of a route, and the last backend makes it. Clients meet pods that this backend was to leave out.',
          mend: ['a route for each subset', 'a Service for the pods of each'],
          field: `spec.http[${index}].backends[${number}]`,
        })
      }
      const sticky = sent.filter(({ to }) => {
        const policy = balancerPolicy(store.get(apisixUpstreams, to)?.spec)
        return policy !== undefined && policy.kind !== 'none'
      })
      for (const { to, number, isService } of sticky)
        if (isService)
          report('AFF-APISIX-CLUSTER-IP', {
            message: `resolveGranularity: service goes to the cluster IP of service/${to.name}, so that its hash picks nothing`,
            why: 'APISIX then sees one address and no pods; the Service proxy picks the pod for each connection of APISIX.',
            mend: ['take resolveGranularity away, or write endpoint'],
            field: `spec.http[${index}].backends[${number}].resolveGranularity`,
          })
      const [first] = sticky
      if (first?.share !== undefined && first.share > 0 && first.share < 1)
        report('AFF-APISIX-SPLIT', {
          message: 'one of several Services is drawn for each request, whatever the hash',
          why: 'The plugin traffic-split picks by weight before the hash of a Service picks a pod.',
          mend: ['give each Service a rule', 'put the pods behind one Service'],
          field: `spec.http[${index}].backends`,
        })
    }
  },
})

export const analyzers: readonly Analyzer[] = [balancer(apisixUpstreams), balancer(trafficPolicies), route]
