/** What a container finds in its image, as far as the sandbox knows it. */
export interface ImageContent {
  node: boolean
  shell: boolean
  curl: boolean
}

/** The last word of a repository, with a tag or a digest behind it or nothing. */
const named = (...names: string[]): RegExp => new RegExp(`(^|/)(${names.join('|')})(:|@|$)`)

const bare = named('pause', 'coredns', 'kube-proxy', 'static', 'scratch')
const withoutCurl = named('busybox', 'alpine')
const withoutNode = named('busybox', 'alpine', 'nginx', 'agnhost', 'curl')

/** There are no images here, so that their names have to do: what is not known has everything. */
export function contentOf(image: string): ImageContent {
  const shell = !bare.test(image)
  return { shell, node: shell && !withoutNode.test(image), curl: shell && !withoutCurl.test(image) }
}
