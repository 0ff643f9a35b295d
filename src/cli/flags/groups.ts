import type { Interfaces } from '@oclif/core'

/**
 * Flags under headings, as help shows them. They come in the order of the groups; a flag that is in none stands under no
 * heading, before all others.
 */
export function grouped<Flags extends Interfaces.FlagInput>(
  flags: Flags,
  groups: Readonly<Record<string, readonly (keyof Flags)[]>>,
): Flags {
  const headed = Object.entries(groups).flatMap(([helpGroup, names]) =>
    names.map((name) => [name, { ...flags[name], helpGroup }] as const),
  )
  // The headed ones first, as their order is that of the groups; then again over those of the same names.
  const byGroup = Object.fromEntries(headed)
  return { ...byGroup, ...flags, ...byGroup }
}
