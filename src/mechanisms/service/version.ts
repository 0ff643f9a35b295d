/** Whether `v1.22.17-eks-1` comes before `1.23`: major and minor are compared. Unreadable versions are not older. */
export function isOlderThan(version: string, than: string): boolean {
  const [a, b] = [parts(version), parts(than)]
  if (a === undefined || b === undefined) return false
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])
}

function parts(version: string): [major: number, minor: number] | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(version)
  return match === null ? undefined : [Number(match[1]), Number(match[2])]
}
