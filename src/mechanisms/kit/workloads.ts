import { type Fact, known } from '../../model/cluster/fact.ts'
import type { LooseObject, ObjectType } from '../../model/cluster/object.ts'
import type { FactType } from '../../model/cluster/store.ts'
import { at, list, record, strings, text } from './loose.ts'
import { versionOf } from './version.ts'

/**
 * What programs of a cluster run as: Deployments, or DaemonSets where one is to be on every node. Those that matter are known
 * by a label, of all that such a cluster may hold.
 */
export function workloadsWith(
  selector: string,
  beside: readonly ObjectType[],
): FactType<readonly LooseObject[]> & { reads: readonly ObjectType[] } {
  const types = [
    { resource: 'deployments', kind: 'Deployment' },
    { resource: 'daemonsets', kind: 'DaemonSet' },
  ].map((one): ObjectType<LooseObject> => ({
    ...one,
    group: 'apps',
    versions: ['v1'],
    scope: 'namespaced',
    within: 'everywhere',
    isOfCluster: true,
    selector,
    beside,
  }))
  return {
    name: `workloads with ${selector}`,
    what: 'deployments and daemonsets',
    reads: types,
    derive: (store): Fact<readonly LooseObject[]> => {
      const lists = types.map((type) => store.list(type))
      const seen = lists.flatMap((list) => (list.known ? list.value : []))
      // What one of the lists shows is there, whatever the other would.
      return seen.length > 0 ? known(seen) : (lists.find((list) => !list.known) ?? known(seen))
    },
  }
}

/** A container of a workload, as far as it tells which program it is. */
export interface Program {
  /** Without registry, tag and digest: `envoyproxy/gateway`. */
  image: string
  /** As the tag has it: `v1.9.1`, or the label app.kubernetes.io/version; absent where there is none. */
  version?: string
  /** Command and arguments. */
  words: readonly string[]
}

/** The containers of workloads. */
export function programsOf(objects: readonly LooseObject[]): Program[] {
  return objects.flatMap(({ spec, metadata }) => {
    const labelled = text(metadata.labels?.['app.kubernetes.io/version'])
    return list(at(spec, 'template.spec.containers')).map((container): Program => {
      const { name, tag } = imageParts(text(record(container)['image']) ?? '')
      // A tag may be no version, as `latest`, or there is a digest alone.
      const version = versionOf(tag) === undefined ? (labelled ?? tag) : tag
      return {
        image: name,
        ...(version === undefined ? {} : { version }),
        words: [...strings(record(container)['command']), ...strings(record(container)['args'])],
      }
    })
  })
}

/** `docker.io/envoyproxy/gateway:v1.9.1@sha256:…`: the path without its registry, and the tag. */
function imageParts(reference: string): { name: string; tag?: string } {
  const [named = ''] = reference.split('@')
  const slash = named.lastIndexOf('/')
  const colon = named.indexOf(':', slash + 1)
  const path = colon < 0 ? named : named.slice(0, colon)
  const [first = '', ...rest] = path.split('/')
  const isRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first)
  const name = isRegistry ? rest.join('/') : path
  return colon < 0 ? { name } : { name, tag: named.slice(colon + 1) }
}
