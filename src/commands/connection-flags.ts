/** The flags that a printed command has to repeat to mean the same cluster: ` --context prod`, or nothing. */
export function connectionFlags({
  kubeconfig,
  context,
}: {
  kubeconfig?: string | undefined
  context?: string | undefined
}): string {
  const quote = (value: string): string => (/^[\w./:@=-]+$/.test(value) ? value : `'${value}'`)
  return [
    ...(kubeconfig === undefined ? [] : [` --kubeconfig ${quote(kubeconfig)}`]),
    ...(context === undefined ? [] : [` --context ${quote(context)}`]),
  ].join('')
}
