import type { LooseObject } from '../../model/cluster/object.ts'
import { refuseSubdomain, type TargetKind } from '../../model/affinity/target.ts'
import { at, list, record, text } from '../kit/loose.ts'
import { countOf } from '../../model/common/count.ts'
import { ingressClass } from './classes.ts'
import { ingresses } from './objects.ts'

/** `ingress/shop`. */
export const ingressKind: TargetKind<LooseObject> = {
  name: 'ingress',
  label: 'Ingress',
  words: ['ing', 'ingresses', 'ingress.networking.k8s.io', 'ingresses.networking.k8s.io'],
  type: ingresses,
  refuseName: refuseSubdomain,
  describe: (object) => {
    const className = ingressClass(object)
    const rules = list(at(object.spec, 'rules'))
    const hosts = new Set(rules.map((rule) => text(record(rule)['host']) ?? '*'))
    const paths = rules.flatMap((rule) => list(at(rule, 'http.paths')))
    return [
      className === undefined ? 'default class' : `class ${className}`,
      `${countOf(hosts.size, 'host')}, ${countOf(paths.length, 'path')}`,
    ]
  },
}
