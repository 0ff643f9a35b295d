/**
 * A word of a container's command as its kubelet passes it on: `$(NAME)` is a variable of the container, `$$` a `$`, and
 * what names no variable stays (k8s.io/kubernetes, third_party/forked/golang/expansion).
 */
export function expand(word: string, env: Readonly<Record<string, string>>): string {
  return word.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name?: string) => {
    if (name === undefined) return '$'
    return Object.hasOwn(env, name) ? (env[name] ?? '') : found
  })
}
