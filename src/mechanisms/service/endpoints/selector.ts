/** Whether plain `key: value` pairs, as a Service has them, match. No pairs match nothing. */
export function selects(
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, unknown>> | undefined,
): boolean {
  const pairs = Object.entries(selector)
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value)
}
