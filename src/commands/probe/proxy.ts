import type { ProxyInCharge } from '../../judge/timers/verdict.ts'
import type { ProbeSession } from './session.ts'

/** The Service proxy in charge and its clock; undefined where either cannot be found out. */
export async function proxyInCharge({
  cluster,
  interrupt,
}: ProbeSession): Promise<ProxyInCharge | undefined> {
  const [{ readProxy }, { clockOf, semanticsOf }] = await Promise.all([
    import('../../snapshot/proxy.ts'),
    import('../../mechanisms/service/proxies/semantics.ts'),
  ])
  const proxy = await readProxy(cluster, interrupt.first)
  if (!proxy.known) return undefined
  const clock = clockOf(proxy.value)
  return clock === undefined ? undefined : { name: semanticsOf(proxy.value).name, clock }
}
