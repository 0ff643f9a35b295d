import type { Mend } from '../../../model/findings/mend.ts'
import type { KubernetesObject } from '../../../model/cluster/kubernetes.ts'
import { commandFor, type Options } from '../../../model/targets/command.ts'

/** The command that turns affinity on at an object. */
export function enabling({ kind, metadata }: KubernetesObject, options: Options): Mend {
  const { name, namespace = 'default' } = metadata
  const target = { kind: kind.toLowerCase(), namespace, name }
  return { deed: { kind: 'run', command: commandFor('enable', target, options) } }
}
