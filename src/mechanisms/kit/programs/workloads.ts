import { type Fact, type FactType, known, type Store } from '../../../model/cluster/store.ts'
import type { LooseObject, ObjectType } from '../../../model/cluster/object.ts'
import { at, list, record, strings, text } from '../objects/loose.ts'
import { isAtLeastVersion, type Version, versionOf } from './version.ts'

/**
 * What programs of a cluster run as: Deployments, or DaemonSets where one is to be on every node. Those that matter are known
 * by a label, of all that such a cluster may hold.
 */
export function workloadsWith(
  selector: string,
  around: Pick<ObjectType, 'beside' | 'besideIf' | 'onWays'>,
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
    ...around,
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
  /** The paths at which something is mounted. */
  mounts: readonly string[]
  /** Where its pods are, and how they are labelled. */
  namespace: string
  labels: Readonly<Record<string, unknown>>
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
        mounts: list(record(container)['volumeMounts']).flatMap((one) => text(at(one, 'mountPath')) ?? []),
        namespace: metadata.namespace ?? '',
        labels: record(at(spec, 'template.metadata.labels')),
      }
    })
  })
}

/** The value of a flag of a Go program, whose last one counts: `-x=y`, `--x=y`, `-x y`. */
export function flagOf({ words }: Pick<Program, 'words'>, flag: string): string | undefined {
  return words
    .flatMap((word, index) => {
      const [, name, value] = /^--?([^=]+)(?:=(.*))?$/.exec(word) ?? []
      return name === flag ? [value ?? words[index + 1]] : []
    })
    .at(-1)
}

/** The programs of workloads, for a mechanism to read. */
export function programsFact(
  what: string,
  workloads: ReturnType<typeof workloadsWith>,
): FactType<readonly Program[]> {
  return {
    name: what,
    what,
    reads: workloads.reads,
    derive: (store): Fact<readonly Program[]> => {
      const all = store.fact(workloads)
      return all.known ? known(programsOf(all.value)) : all
    },
  }
}

/** The programs with one of these images (`haproxytech/kubernetes-ingress`), by whatever registry they come; none where nothing is seen. */
export function programsIn(
  fact: FactType<readonly Program[]>,
  images: readonly string[],
  store: Store,
): readonly Program[] {
  const all = store.fact(fact)
  if (!all.known) return []
  return all.value.filter(({ image }) => images.some((one) => image === one || image.endsWith(`/${one}`)))
}

/** A version that is seen: for reasons, and for words. */
export interface SeenVersion {
  version: Version
  /** As the image's tag has it, or the label: `3.2.11`. */
  text: string
}

/** The version of what runs; undefined where nothing tells, or several run. */
export function seenVersion(programs: readonly Program[]): SeenVersion | undefined {
  const texts = new Set(programs.map(({ version }) => version ?? ''))
  const [text = ''] = texts
  const version = versionOf(text)
  return texts.size !== 1 || version === undefined ? undefined : { version, text: text.replace(/^v/, '') }
}

/** Whether what runs is of a version or later; undefined where nobody can tell. */
export function isSince(version: Version, programs: readonly Program[]): boolean | undefined {
  return isAtLeastVersion(seenVersion(programs)?.version, version)
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
