import https from 'node:https'
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { load } from 'js-yaml'
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts'

/** Of so many networks all sandboxes would like the same one. */
const networks = 49
const wishes = vi.hoisted(() => ({ count: 0 }))
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const randomInt = (max: number): number => {
    if (max !== networks) return crypto.randomInt(max)
    wishes.count += 1
    return 77
  }
  return { ...crypto, randomInt }
})

interface Pods {
  items: { status: { podIP?: string; containerStatuses?: { restartCount: number }[] } }[]
}

async function podsOf({ kubeconfig, server }: Sandbox): Promise<Pods> {
  const config = load(readFileSync(kubeconfig, 'utf8')) as { users: { user: { token: string } }[] }
  const headers = { authorization: `Bearer ${config.users[0]!.user.token}` }
  return await new Promise((resolve, reject) => {
    https
      .get(`${server}/api/v1/pods`, { headers, rejectUnauthorized: false }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.on('end', () => resolve(JSON.parse(text) as Pods))
      })
      .on('error', reject)
  })
}

test.runIf(process.platform === 'linux')('a network that another has is left alone', async () => {
  const options = { nodes: 1, proxy: 'nftables', faults: [], sample: true } as const
  const one = await startSandbox(options)
  await one.ready
  const two = await startSandbox(options)
  await two.ready
  // Longer than a container takes to be started again.
  await new Promise((resolve) => setTimeout(resolve, 1200))
  for (const sandbox of [one, two]) {
    const [, network] = /127\.(\d+)\./.exec(sandbox.server) ?? []
    const { items } = await podsOf(sandbox)
    expect(items).toHaveLength(3)
    for (const { status } of items) {
      expect(status.podIP).toMatch(new RegExp(String.raw`^240\.${network}\.`))
      expect(status.containerStatuses).toMatchObject([{ restartCount: 0 }])
    }
  }
  expect(one.server).not.toBe(two.server)
  expect(wishes.count).toBe(2)
  await Promise.all([one.stop(), two.stop()])
})
