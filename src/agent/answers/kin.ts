/** The letters of names that Kubernetes makes up (k8s.io/apimachinery/pkg/util/rand): no vowels, so that they are no words. */
const random = '[bcdfghjklmnpqrstvwxz2456789]'
/**
 * What follows the workload's name in those of its pods: of a Deployment, of a DaemonSet or Job, of a StatefulSet; and in addresses
 * what follows the part in which those of a cluster are alike.
 */
const tails = [
  { of: '[a-z].*', text: `-${random}{6,10}-${random}{5}` },
  { of: '[a-z].*', text: `-${random}{5}` },
  { of: '[a-z].*', text: String.raw`-\d+` },
  { of: String.raw`\d+\.\d+`, text: String.raw`(?:\.\d{1,3}){2}` },
  { of: String.raw`[\da-f]+:`, text: String.raw`[\da-f:]*[\da-f]` },
]

/**
 * Finds what looks like the names and the addresses of pods of the same workload as the known ones. Pods come while the agent runs:
 * answers that differ in other things, too, are known to be of one of them by that.
 */
export function createKin(needles: readonly (readonly string[])[]): (text: string) => string[] {
  const stems = new Set(needles.flat().flatMap((name) => stemOf(name) ?? []))
  if (stems.size === 0) return () => []
  const pattern = new RegExp(String.raw`(?<![\w.-])(?:${[...stems].join('|')})(?!\.?[\w-])`, 'g')
  return (text) => [...new Set(text.match(pattern))]
}

/** Of those that `createKin` finds. */
export function isName(kin: string): boolean {
  return !/^\d|:/.test(kin)
}

function stemOf(name: string): string | undefined {
  for (const tail of tails) {
    const [, stem] = new RegExp(`^(${tail.of})${tail.text}$`).exec(name) ?? []
    if (stem !== undefined) return stem.replaceAll('.', String.raw`\.`) + tail.text
  }
  return undefined
}
