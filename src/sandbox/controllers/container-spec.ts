import { asText, at, type Resource } from '../objects/resource.ts'
import type { ContainerPort } from '../pods/container.ts'

/** What a pod says of its container. */
export interface ContainerSpec {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  ports?: ContainerPort[]
  readinessProbe?: { tcpSocket?: { port: number | string }; httpGet?: { port: number | string } }
}

/** Pods of the sandbox run their first container. */
export function containerOf(pod: Resource): ContainerSpec {
  const { image = '', ...spec } = ((at(pod, 'spec', 'containers') ?? []) as Partial<ContainerSpec>[])[0] ?? {}
  return { name: 'none', ...spec, image }
}

/** There is no registry: every image is there, except on hosts that cannot have any (RFC 2606, and this machine). */
export function imageProblem(
  image: string,
  faulty: boolean,
): { reason: string; message: string } | undefined {
  if (!/^[a-z0-9][\w./:@-]*$/.test(image)) {
    const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`
    return { reason: 'InvalidImageName', message }
  }
  const [host = ''] = image.split('/')
  if (!faulty && !/(\.invalid|^localhost|^127(\.\d+){3})(:\d+)?$/.test(host)) return undefined
  const message = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
  return { reason: 'ErrImagePull', message }
}

/** The variables of its environment. */
export function environment(spec: ContainerSpec, pod: Resource): Record<string, string> {
  const given = (spec.env ?? []).map(({ name, value, valueFrom }) => {
    const path = valueFrom?.fieldRef?.fieldPath
    return [name, path === undefined ? (value ?? '') : asText(at(pod, ...keysOf(path)))]
  })
  return { PATH: '/usr/local/bin:/usr/bin:/bin', ...Object.fromEntries(given) }
}

/** `status.podIP` and `metadata.annotations['a.b/c']` as keys from outside in. */
function keysOf(fieldPath: string): string[] {
  const [, path = fieldPath, key] = /^([^[]*)\['(.*)'\]$/.exec(fieldPath) ?? []
  return [...path.split('.'), ...(key === undefined ? [] : [key])]
}

/** The port by which it is ready: undefined without a probe; `nobody` for the name of a port that the container does not have. */
export function probedPort({ readinessProbe, ports = [] }: ContainerSpec): number | 'nobody' | undefined {
  const port = (readinessProbe?.tcpSocket ?? readinessProbe?.httpGet)?.port
  if (port === undefined) return undefined
  const number = ports.find(({ name }) => name === port)?.containerPort ?? Number(port)
  return number > 0 && number < 65_536 ? number : 'nobody'
}
