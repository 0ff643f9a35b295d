/** The letters of names that Kubernetes makes up (k8s.io/apimachinery/pkg/util/rand): no vowels, so that they are no words. */
const random = '[bcdfghjklmnpqrstvwxz2456789]'
/** What follows the workload's name in those of its pods: of a Deployment, of a DaemonSet or Job, of a StatefulSet. */
const tails = [`-${random}{6,10}-${random}{5}`, `-${random}{5}`, String.raw`-\d+`]

/**
 * Finds the name that a pod of the same workload as the known ones would have. Pods come while the agent runs: answers that differ in
 * other things, too, are known to be of one of them by its name.
 */
export function createKin(needles: readonly (readonly string[])[]): (text: string) => string | undefined {
  const stems = new Set(needles.flat().flatMap((name) => stemOf(name) ?? []))
  if (stems.size === 0) return () => undefined
  const pattern = new RegExp(String.raw`(?<![\w.-])(?:${[...stems].join('|')})(?!\.?[\w-])`, 'g')
  return (text) => {
    const [only, ...others] = new Set(text.match(pattern))
    return others.length > 0 ? undefined : only
  }
}

function stemOf(name: string): string | undefined {
  for (const tail of tails) {
    const [, stem] = new RegExp(`^([a-z].*)${tail}$`).exec(name) ?? []
    if (stem !== undefined) return stem.replaceAll('.', String.raw`\.`) + tail
  }
  return undefined
}
