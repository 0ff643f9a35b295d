const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** The seconds of a duration of Go, such as `1h30m`; undefined where it is none. */
export function goSeconds(text: string | undefined): number | undefined {
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|[hms])/g)]
  if (text === undefined || parts.length === 0 || parts.map(([word]) => word).join('') !== text)
    return undefined
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (units[unit] ?? 1), 0)
}
