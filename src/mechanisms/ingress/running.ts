import { type Fact, known } from '../../model/cluster/fact.ts'
import type { FactType, Store } from '../../model/cluster/store.ts'
import { isAtLeastVersion, type Version, versionOf } from '../kit/version.ts'
import { workloadsWith, type Program, programsOf } from '../kit/workloads.ts'
import { ingresses } from './objects.ts'

/** As the charts of those controllers name them whose version or arguments matter. */
const workloads = workloadsWith(
  'app.kubernetes.io/name in (ingress-nginx,rke2-ingress-nginx,kubernetes-ingress,nginx-ingress,traefik,kong,controller,gateway)',
  [ingresses],
)

/** The programs of Ingress controllers that run here. */
export const ingressPrograms: FactType<readonly Program[]> = {
  name: 'ingress controllers',
  what: 'the controllers of Ingresses',
  reads: workloads.reads,
  derive: (store): Fact<readonly Program[]> => {
    const all = store.fact(workloads)
    return all.known ? known(programsOf(all.value)) : all
  },
}

/** The programs with one of these images (`haproxytech/kubernetes-ingress`), by whatever registry they come; none where nothing is seen. */
export function runningOf(images: readonly string[], store: Store): readonly Program[] {
  const all = store.fact(ingressPrograms)
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
