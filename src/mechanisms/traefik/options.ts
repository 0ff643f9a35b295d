import type { Store } from '../../model/cluster/store.ts'
import { runningOf } from '../ingress/running.ts'
import { goBoolean } from '../kit/controller.ts'
import type { Program } from '../kit/programs/workloads.ts'

/** What runs here of Traefik. */
export function programsOfTraefik(store: Store): readonly Program[] {
  return runningOf(['traefik', 'traefik/traefik'], store)
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
