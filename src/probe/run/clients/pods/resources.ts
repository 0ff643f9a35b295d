import { type Cluster, isForbidden } from '../../../../cluster/index.ts'
import { listPath } from '../../../../cluster/paths.ts'
import type { KubernetesObject } from '../../../../model/cluster/kubernetes.ts'

type Amounts = Record<string, string>

/** What a container asks for, and what it may use. */
export interface Resources {
  requests: Amounts
  limits: Amounts
}

/** The parts of a LimitRange that refuse a pod: https://kubernetes.io/docs/concepts/policy/limit-range/ */
export interface LimitRange extends KubernetesObject {
  spec?: {
    limits?: readonly { type: string; min?: Amounts; max?: Amounts; maxLimitRequestRatio?: Amounts }[]
  }
}

/** Reads what limits pods in a namespace; nothing where that may not be read: most namespaces have none. */
export async function readLimitRanges(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<LimitRange[]> {
  try {
    const path = listPath('/api/v1', 'limitranges', namespace)
    const { items } = await cluster.get<{ items: LimitRange[] }>(path, { signal })
    return items
  } catch (error) {
    if (isForbidden(error)) return []
    throw error
  }
}

/** The resources nearest to those wanted that the only container of a pod may have. Pure. */
export function fittingResources(wanted: Resources, ranges: readonly LimitRange[]): Resources {
  const rules = ranges
    .flatMap(({ spec }) => spec?.limits ?? [])
    .filter(({ type }) => type === 'Container' || type === 'Pod')
  const fitted: Resources = { requests: {}, limits: {} }
  for (const resource of Object.keys(wanted.limits)) {
    const of = (amounts: Amounts | undefined): number | undefined => amountOf(amounts?.[resource])
    const [request = 0, limit = 0] = [of(wanted.requests), of(wanted.limits)]
    const least = Math.max(0, ...rules.map(({ min }) => of(min) ?? 0))
    const most = Math.min(Infinity, ...rules.map(({ max }) => of(max) ?? Infinity))
    const ratio = Math.min(Infinity, ...rules.map((rule) => of(rule.maxLimitRequestRatio) ?? Infinity))
    const asks = Math.min(Math.max(request, least), most)
    const mayUse = Math.min(Math.max(limit, asks), most, asks * ratio)
    fitted.requests[resource] = asks === request ? wanted.requests[resource]! : words(asks)
    fitted.limits[resource] = mayUse === limit ? wanted.limits[resource]! : words(mayUse)
  }
  return fitted
}

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Reads `500m`, `1.5`, `64Mi`, `1e3`; undefined for what is no quantity. */
function amountOf(quantity: string | number | undefined): number | undefined {
  const [, digits, unit = ''] =
    /^(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(quantity ?? '')) ?? []
  const factor = factors[unit]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

/** An amount as a quantity: whole, or in thousandths, rounded down, as limits may not be passed. */
function words(amount: number): string {
  return Number.isInteger(amount) ? String(amount) : `${Math.floor(amount * 1000 + 1e-6)}m`
}
