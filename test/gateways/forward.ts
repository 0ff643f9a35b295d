import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Site } from '../scenarios/support/site.ts'

/** What a port of a pod answers that listens on the pod's loopback only, such as the administration of an Envoy. */
export async function askPod(
  { kubectlFolder, kubeconfig }: Site,
  { namespace, pod, port, path }: { namespace: string; pod: string; port: number; path: string },
): Promise<string> {
  const child = spawn(
    join(kubectlFolder, 'kubectl'),
    ['--kubeconfig', kubeconfig, 'port-forward', '-n', namespace, pod, `:${port}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  try {
    const local = await new Promise<string>((resolve, reject) => {
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (more: string) => {
        text += more
        const found = /127\.0\.0\.1:(\d+) ->/.exec(text)
        if (found !== null) resolve(found[1] ?? '')
      })
      child.once('error', reject)
      child.once('close', () => reject(new Error(`no way to port ${port} of ${pod}`)))
    })
    const answer = await fetch(`http://127.0.0.1:${local}${path}`)
    if (!answer.ok) throw new Error(`${pod} answered ${answer.status}`)
    return await answer.text()
  } finally {
    child.kill()
  }
}
