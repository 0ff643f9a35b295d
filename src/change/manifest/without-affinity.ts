/** A parsed manifest without what `enable` and `disable` may change in it: what is left must stay the same. */
export function withoutAffinity(value: unknown): unknown {
  if (!isObject(value)) return value
  const items = value['items']
  if (Array.isArray(items)) return { ...value, items: items.map(withoutAffinity) }
  const spec = value['spec']
  if (value['kind'] !== 'Service' || !isObject(spec)) return value
  const { sessionAffinity: _, sessionAffinityConfig: __, ...rest } = spec
  return { ...value, spec: rest }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
