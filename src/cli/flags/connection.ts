import { shellWord } from '../../model/common/words/shell.ts'

/** The flags that a printed command has to repeat to mean the same cluster: ` --context prod`, or nothing. */
export function connectionFlags({
  kubeconfig,
  context,
}: {
  kubeconfig?: string | undefined
  context?: string | undefined
}): string {
  return [
    ...(kubeconfig === undefined ? [] : [` --kubeconfig ${shellWord(kubeconfig)}`]),
    ...(context === undefined ? [] : [` --context ${shellWord(context)}`]),
  ].join('')
}
