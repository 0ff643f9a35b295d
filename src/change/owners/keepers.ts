import { managedByLabel } from '../../model/cluster/ours.ts'
import type { ManagedObject } from './managers.ts'

/**
 * What keeps an object as it is described elsewhere, and so may take a change back: GitOps tools, Helm, operators.
 * Each leaves its own marks on what it keeps.
 */
export interface Keeper {
  kind: 'argo-cd' | 'flux' | 'helm' | 'operator'
  /** The system and what in it describes the object. */
  name: string
  /** What becomes of a change that is made in the cluster. */
  consequence: string
  /** Where to change it instead. */
  instead: string
}

type Recognise = (object: ManagedObject) => Keeper | undefined

/** The first that fits is the one to go to: Flux and Argo CD install Helm charts too. */
const keepers: readonly Recognise[] = [argoCd, fluxKustomization, fluxHelmRelease, helm, operator]

export function keeperOf(object: ManagedObject): Keeper | undefined {
  for (const recognise of keepers) {
    const keeper = recognise(object)
    if (keeper !== undefined) return keeper
  }
  return undefined
}

/**
 * The annotation is `APPLICATION:GROUP/KIND:NAMESPACE/NAME`; before it was the default, Argo CD marked what it keeps by a
 * label that others use as well, which counts only beside its field manager.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
function argoCd({ metadata: { annotations, labels, managedFields } }: ManagedObject): Keeper | undefined {
  const tracking = annotations?.['argocd.argoproj.io/tracking-id']?.split(':')[0]
  const isManager = (managedFields ?? []).some(({ manager }) => manager?.startsWith('argocd-'))
  const label = isManager ? labels?.['app.kubernetes.io/instance'] : undefined
  const application = tracking ?? labels?.['argocd.argoproj.io/instance'] ?? label
  if (application === undefined && !isManager) return undefined
  const name = application === undefined ? 'Argo CD' : `Argo CD application "${application}"`
  return {
    kind: 'argo-cd',
    name,
    consequence: 'its next sync sets it back if the source sets this field, at once with self-heal',
    instead: `change it in the source of ${application === undefined ? 'its application' : `application "${application}"`}`,
  }
}

/** Flux takes over what field managers called `kubectl…` own and drops what its source does not set: https://fluxcd.io/flux/faq/#why-are-kubectl-edits-rolled-back-by-flux */
function fluxKustomization(object: ManagedObject): Keeper | undefined {
  const found = fluxObject(object, 'kustomize.toolkit.fluxcd.io')
  if (found === undefined) return undefined
  return {
    kind: 'flux',
    name: `Flux Kustomization "${found.id}"`,
    consequence: 'its next reconciliation takes the change back',
    instead: `change it in the source of Kustomization "${found.id}", or pause it:  flux suspend kustomization ${found.name}${found.flag}`,
  }
}

function fluxHelmRelease(object: ManagedObject): Keeper | undefined {
  const found = fluxObject(object, 'helm.toolkit.fluxcd.io')
  if (found === undefined) return undefined
  return {
    kind: 'flux',
    name: `Flux HelmRelease "${found.id}"`,
    consequence:
      'its next upgrade, or its drift correction, takes the change back if the chart sets this field',
    instead: `change it in the values of HelmRelease "${found.id}", or pause it:  flux suspend helmrelease ${found.name}${found.flag}`,
  }
}

function fluxObject({ metadata: { labels } }: ManagedObject, group: string) {
  const name = labels?.[`${group}/name`]
  if (name === undefined) return undefined
  const namespace = labels?.[`${group}/namespace`]
  return namespace === undefined
    ? { name, id: name, flag: '' }
    : { name, id: `${namespace}/${name}`, flag: ` -n ${namespace}` }
}

/** https://helm.sh/docs/chart_best_practices/labels/ and the annotations that Helm 3 and later put on all they install. */
function helm({ metadata: { annotations, labels } }: ManagedObject): Keeper | undefined {
  const release = annotations?.['meta.helm.sh/release-name']
  if (release === undefined && labels?.[managedByLabel] !== 'Helm') return undefined
  const namespace = annotations?.['meta.helm.sh/release-namespace']
  const flag = namespace === undefined ? '' : ` -n ${namespace}`
  return {
    kind: 'helm',
    name: release === undefined ? 'Helm' : `Helm release "${release}"`,
    consequence: 'the next helm upgrade sets it back if the chart sets this field',
    instead:
      release === undefined
        ? 'change it in the values of its chart'
        : `change it in the chart's values:  helm upgrade ${release} CHART --reuse-values --set …${flag}`,
  }
}

/** Some operators (Strimzi) say by a label that they manage an object, and leave their owner reference without `controller`. */
function operator({ metadata: { labels, ownerReferences } }: ManagedObject): Keeper | undefined {
  const isManaged = labels?.[managedByLabel] !== undefined
  const owner =
    ownerReferences?.find(({ controller }) => controller === true) ??
    (isManaged ? ownerReferences?.[0] : undefined)
  if (owner === undefined) return undefined
  const name = `${owner.kind.toLowerCase()}/${owner.name}`
  return {
    kind: 'operator',
    name: `the controller of ${name}`,
    consequence: 'it may set it back at any time',
    instead: `change it in ${name} (${owner.apiVersion})`,
  }
}
