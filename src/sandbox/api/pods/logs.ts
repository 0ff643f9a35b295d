import type { ServerResponse } from 'node:http'
import { badRequest } from '../../failure.ts'
import type { ContainerLog } from '../../pods/log.ts'
import { at, type Resource } from '../../objects/resource.ts'

/** `pods/log`: what a container wrote, from a moment on or the last lines, followed when asked. */
export async function writeLog(
  pod: Resource,
  log: ContainerLog | undefined,
  query: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const names = ((at(pod, 'spec', 'containers') ?? []) as { name: string }[]).map(({ name }) => name)
  const container = query.get('container') ?? names[0] ?? ''
  if (!names.includes(container))
    throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name}`)
  if (log === undefined) {
    if (at(pod, 'spec', 'nodeName') === undefined)
      throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
    const waiting = (
      at(pod, 'status', 'containerStatuses') as { state: { waiting?: { reason: string } } }[] | undefined
    )?.[0]?.state.waiting
    const reason =
      waiting?.reason === 'ErrImagePull' ? 'trying and failing to pull image' : 'ContainerCreating'
    throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${reason}`)
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { 'Content-Type': 'text/plain' })
  response.flushHeaders()
  const tail = query.get('tailLines')
  const stamped = query.get('timestamps') === 'true'
  const lines = log.read({
    sinceMs: sinceMs(query),
    ...(tail === null ? {} : { tail: Number(tail) }),
    follow: query.get('follow') === 'true',
    signal: gone.signal,
  })
  for await (const { time, text } of lines) {
    if (gone.signal.aborted) return
    if (!response.write(stamped ? `${time} ${text}\n` : `${text}\n`)) await drained(response, gone.signal)
  }
  response.end()
}

function sinceMs(query: URLSearchParams): number {
  const [time, seconds] = [query.get('sinceTime'), query.get('sinceSeconds')]
  if (time !== null) return Date.parse(time)
  return seconds === null ? 0 : Date.now() - Number(seconds) * 1000
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    response.once('drain', resolve)
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
