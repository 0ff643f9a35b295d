import type { AgentKind } from '../../../model/probe/image-choice.ts'
import { parseImage } from './reference.ts'

/** What an image is known to hold, and how good a choice it is: the higher the better, within its kind. */
export interface KnownImage {
  agent: AgentKind
  rank: number
  /** Certain not to hold Node as well. */
  hasNoNode?: true
}

/** The oldest Node that runs the agent. */
const oldestNode = 18

/**
 * Repositories that hold Node as `node`, by the end of their path, so that mirrors count as well. The name `node`
 * alone says nothing: those of Calico and kind are something else, and most clusters have one of them.
 */
const nodeRepositories = [
  /^node$/,
  /(?:^|\/)library\/node$/,
  /(?:^|\/)(?:bitnami|bitnamilegacy|chainguard)\/node$/,
]
/** Red Hat's name the version in the repository. */
const nodeInName = /(?:^|\/)(?:ubi\d+|rhel\d+)\/nodejs-(\d+)(?:-minimal)?$/
/** What this project's own lab has; its tag is no version of Node. */
const labNode = /^lab\/node$/

/**
 * Repositories with a shell and curl. Sources: the images' own Dockerfiles (agnhost: kubernetes/kubernetes,
 * test/images/agnhost; nginx installs curl in its Debian and Alpine variants since 1.19, but not in "-slim" ones).
 */
const curlRepositories = [
  /(?:^|\/)e2e-test-images\/agnhost$/,
  /(?:^|\/)curlimages\/curl$/,
  /(?:^|\/)alpine\/curl$/,
  /(?:^|\/)nicolaka\/netshoot$/,
  /(?:^|\/)(?:praqma|wbitt)\/network-multitool$/,
  /(?:^|\/)(?:library\/nginx|nginxinc\/nginx-unprivileged|nginx\/nginx-unprivileged)$/,
]
/** Repositories with a shell and busybox's wget and nc. */
const busyboxRepositories = [/^busybox$/, /(?:^|\/)library\/(?:busybox|alpine)$/, /^lab\/busybox$/]

/**
 * What is known of an image by its name alone; undefined for one that is not known, or whose tag says that it is too
 * old. Nothing is guessed: an image that is chosen and does not serve is worse than one that has to be pulled.
 */
export function knownImage(name: string): KnownImage | undefined {
  const { repository, tag } = parseImage(name)
  const node = nodeVersion(repository, tag)
  if (node !== undefined) return node < oldestNode ? undefined : { agent: 'node', rank: node }
  if (curlRepositories.some((pattern) => pattern.test(repository)) && !/(?:^|-)slim$/.test(tag ?? ''))
    return { agent: 'shell', rank: 2, hasNoNode: true }
  if (busyboxRepositories.some((pattern) => pattern.test(repository)))
    return { agent: 'shell', rank: 1, hasNoNode: true }
  // The variants of Docker's official images that are built on Alpine: redis:7-alpine, python:3.13-alpine3.22, …
  const isAlpine = /(?:^|\/)library\/[^/]+$/.test(repository) && /(?:^|-)alpine(?:[\d.]*$|-)/.test(tag ?? '')
  return isAlpine ? { agent: 'shell', rank: 0 } : undefined
}

/** The major version of Node in an image of Node; 18 where the tag does not tell, so that others are preferred. */
function nodeVersion(repository: string, tag: string | undefined): number | undefined {
  const inName = nodeInName.exec(repository)?.[1]
  if (inName !== undefined) return Number(inName)
  if (labNode.test(repository)) return oldestNode
  if (!nodeRepositories.some((pattern) => pattern.test(repository))) return undefined
  const major = /^v?(\d+)(?:[.-]|$)/.exec(tag ?? '')?.[1]
  return major === undefined ? oldestNode : Number(major)
}
