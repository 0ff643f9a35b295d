import { asText, at } from '../../../objects/resource.ts'

/** What gateways read of objects whose shape nobody has checked. */

/** The list at a path; empty for anything else. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** The text or number at a path as text; undefined where there is none. */
export function textAt(value: unknown, ...path: string[]): string | undefined {
  const text = asText(at(value, ...path))
  return text === '' ? undefined : text
}

/** The number at a path, also where it is written as text. */
export function numberAt(value: unknown, ...path: string[]): number | undefined {
  const text = textAt(value, ...path)
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** Whole seconds of `1h30m`, as Go and the Gateway API write durations. */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)]
  return Math.floor(
    parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0),
  )
}
