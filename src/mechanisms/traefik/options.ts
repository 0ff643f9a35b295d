import type { Store } from '../../model/cluster/store.ts'
import { runningOf } from '../ingress/running.ts'
import { goBoolean } from '../kit/controller.ts'
import { onceFor } from '../kit/objects/once.ts'
import type { Program } from '../kit/programs/workloads.ts'

/**
 * What runs here of Traefik. Of one that may have a file nothing that its arguments say counts: it looks for the file first, and for
 * nothing else where there is one (traefik/traefik pkg/cli/loader_file.go and cmd/traefik/traefik.go, v3.6.12).
 */
export const programsOfTraefik = onceFor((store: Store): readonly Program[] => {
  const all = runningOf(['traefik', 'traefik/traefik'], store)
  return all.map((one) => (mayHaveFile(one) ? { ...one, words: [] } : one))
})

/** Where it looks for a file that no argument names; the paths of a home are those of the image's user. */
const usualFiles = ['/etc/traefik/traefik', '/root/.config/traefik', '/.config/traefik', '/traefik'].flatMap(
  (place) => ['toml', 'yaml', 'yml'].map((ending) => `${place}.${ending}`),
)

function mayHaveFile({ words, mounts }: Program): boolean {
  const isMounted = (path: string): boolean =>
    usualFiles.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`))
  return words.some((word) => /^--?configfile\b/i.test(word)) || mounts.some(isMounted)
}

type Option = 'allowCrossNamespace' | 'allowExternalNameServices' | 'nativeLBByDefault'

/** Whether an option of a provider of Traefik is on; undefined where no arguments tell of that provider. */
export function optionOf(
  option: Option,
  store: Store,
  provider: 'kubernetescrd' | 'kubernetesingress' = 'kubernetescrd',
): boolean | undefined {
  const settings = programsOfTraefik(store).flatMap(({ words }) =>
    words.flatMap((word) => {
      const [, of, name = '', value = 'true'] = /^--providers\.(\w+)(?:\.(\w+))?(?:=(.*))?$/i.exec(word) ?? []
      return of?.toLowerCase() === provider ? [{ name: name.toLowerCase(), value }] : []
    }),
  )
  if (settings.length === 0) return undefined
  return settings.some(({ name, value }) => name === option.toLowerCase() && goBoolean(value) === true)
}
