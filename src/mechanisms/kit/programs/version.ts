/** Major and minor of `v1.9.1` or `2.4.0-plus`; undefined for what is no version, such as `latest`. */
export type Version = readonly [major: number, minor: number]

export function versionOf(tag: string | undefined): Version | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(tag ?? '')
  return match === null ? undefined : [Number(match[1]), Number(match[2])]
}

/** Whether a version is the other or later; undefined where it is not known. */
export function isAtLeastVersion(version: Version | undefined, [major, minor]: Version): boolean | undefined {
  if (version === undefined) return undefined
  return version[0] > major || (version[0] === major && version[1] >= minor)
}

/** Whether `v1.22.17-eks-1` comes before `1.23`. Unreadable versions are not older. */
export function isOlderThan(version: string, than: string): boolean {
  const other = versionOf(than)
  return other !== undefined && isAtLeastVersion(versionOf(version), other) === false
}
