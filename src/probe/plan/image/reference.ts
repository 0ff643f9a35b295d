/** The parts of an image's name. */
export interface ImageReference {
  /** The path without the registry's host, in the long form that Docker Hub's official images have: `library/node`. */
  repository: string
  tag?: string
  /** Named by what it is (`@sha256:…`) and not by a tag that may move. */
  hasDigest: boolean
}

/**
 * Takes a name such as `docker.io/library/node:24@sha256:…` apart. The first part is a host when it holds a dot or a
 * colon or is `localhost` (distribution/reference, splitDockerDomain); a name without a host is one on Docker Hub.
 */
export function parseImage(name: string): ImageReference {
  const [path = '', digest] = name.split('@', 2)
  const slash = path.indexOf('/')
  const first = slash < 0 ? '' : path.slice(0, slash)
  const isHost = /[.:]/.test(first) || first === 'localhost'
  const rest = isHost ? path.slice(slash + 1) : path
  const [repository = '', tag] = rest.split(':', 2)
  const onHub = !isHost || first === 'docker.io' || first === 'index.docker.io'
  return {
    repository: onHub && !repository.includes('/') ? `library/${repository}` : repository,
    ...(tag === undefined ? {} : { tag }),
    hasDigest: digest !== undefined,
  }
}
