import type { ServerResponse } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { watchList, type WatchEvent, type WatchOptions } from '../../../../src/cluster/index.ts'
import type { KubernetesObject } from '../../../../src/model/cluster/kubernetes.ts'
import { connectTo } from '../support/kubeconfig.ts'
import { fail, json, type RunningServer, startServer } from '../support/server.ts'

const object = (name: string, version: number, uid = name): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, uid, resourceVersion: String(version) },
})

/** A server whose list and watches the test steers. */
async function steeredServer(list: () => { items: KubernetesObject[]; version: number }, port = 0) {
  const watches: { response: ServerResponse; query: URLSearchParams }[] = []
  let opened: (() => void) | undefined
  const server = await startServer(
    (request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams
      if (query.has('watch')) {
        response.writeHead(200).flushHeaders()
        watches.push({ response, query })
        opened?.()
      } else {
        const { items, version } = list()
        json(response, { items, metadata: { resourceVersion: String(version) } })
      }
    },
    undefined,
    port,
  )
  onTestFinished(() => server.close())
  return {
    server,
    watches,
    /** The nth watch, as soon as it is there. */
    async watch(number: number) {
      while (watches.length < number) await new Promise<void>((resolve) => (opened = resolve))
      return watches[number - 1]!
    },
  }
}

const send = (response: ServerResponse, type: string, of: unknown): boolean =>
  response.write(`${JSON.stringify({ type, object: of })}\n`)

/** Collects "type name@version" until the signal; `until` resolves when so many events are there. */
async function collect(server: RunningServer, options: WatchOptions = {}) {
  const cluster = await connectTo(server.url)
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const events: string[] = []
  let arrived: (() => void) | undefined
  const describeEvent = (event: WatchEvent<KubernetesObject>): string =>
    'object' in event
      ? `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`
      : `${event.type} @${event.resourceVersion}`
  const done = (async () => {
    for await (const event of watchList(cluster, '/things', { signal: controller.signal, ...options })) {
      events.push(describeEvent(event))
      arrived?.()
    }
  })()
  done.catch(() => arrived?.())
  return {
    events,
    done,
    stop: () => controller.abort(),
    async until(count: number) {
      while (events.length < count) await new Promise<void>((resolve) => (arrived = resolve))
      return events
    },
  }
}

describe('watchList', () => {
  it('tells what is there, then what happens, and ends with the signal', async () => {
    const steered = await steeredServer(() => ({ items: [object('a', 1)], version: 5 }))
    const following = await collect(steered.server, { query: { labelSelector: 'x=y' } })
    const { response, query } = await steered.watch(1)
    expect(Object.fromEntries(query)).toEqual({
      labelSelector: 'x=y',
      watch: 'true',
      resourceVersion: '5',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '290',
    })
    send(response, 'ADDED', object('b', 6))
    send(response, 'MODIFIED', object('a', 7))
    send(response, 'DELETED', object('b', 8))
    send(response, 'BOOKMARK', object('', 9))
    expect(await following.until(6)).toEqual([
      'added a@1',
      'synced @5',
      'added b@6',
      'modified a@7',
      'deleted b@8',
      'bookmark @9',
    ])
    following.stop()
    await following.done
  })

  it('goes on from the last version when the connection breaks', async () => {
    const steered = await steeredServer(() => ({ items: [], version: 1 }))
    const told: string[] = []
    const following = await collect(steered.server, {
      onDisconnect: (error) => told.push(error.name),
      onReconnect: () => told.push('back'),
    })
    const first = await steered.watch(1)
    send(first.response, 'ADDED', object('a', 7))
    await following.until(2)
    first.response.socket?.destroy()
    const second = await steered.watch(2)
    expect(second.query.get('resourceVersion')).toBe('7')
    send(second.response, 'MODIFIED', object('a', 8))
    expect(await following.until(3)).toEqual(['synced @1', 'added a@7', 'modified a@8'])
    expect(told).toEqual(['ConnectionError', 'back'])
    expect(steered.server.requests.filter((line) => !line.includes('watch'))).toHaveLength(1)
  })

  it('goes on when the server ends the watch in order, without calling that a disconnect', async () => {
    const steered = await steeredServer(() => ({ items: [], version: 1 }))
    const told: string[] = []
    const following = await collect(steered.server, { onDisconnect: () => told.push('lost') })
    const first = await steered.watch(1)
    send(first.response, 'BOOKMARK', object('', 4))
    first.response.end()
    expect((await steered.watch(2)).query.get('resourceVersion')).toBe('4')
    expect(await following.until(2)).toEqual(['synced @1', 'bookmark @4'])
    expect(told).toEqual([])
  })

  it('goes on when something in between answers for the server', async () => {
    const steered = await steeredServer(() => ({ items: [], version: 1 }))
    const following = await collect(steered.server)
    const first = await steered.watch(1)
    first.response.end('<html>Bad Gateway</html>\n')
    const second = await steered.watch(2)
    send(second.response, 'ADDED', object('a', 2))
    expect(await following.until(2)).toEqual(['synced @1', 'added a@2'])
  })

  it('survives that the server is away', async () => {
    const list = () => ({ items: [object('a', 1)], version: 1 })
    const before = await steeredServer(list)
    const following = await collect(before.server)
    await before.watch(1)
    await before.server.close()
    await new Promise((resolve) => setTimeout(resolve, 400))
    const after = await steeredServer(list, before.server.port)
    const watch = await after.watch(1)
    send(watch.response, 'DELETED', object('a', 2))
    expect(await following.until(3)).toEqual(['added a@1', 'synced @1', 'deleted a@2'])
  })

  it.each(['in the watch', 'as its answer'])(
    'reads the list anew after 410 %s, and tells the difference',
    async (where) => {
      let items = [object('same', 1), object('changed', 2), object('gone', 3), object('again', 4, 'old')]
      const steered = await steeredServer(() => ({ items, version: 10 }))
      const following = await collect(steered.server)
      const { response } = await steered.watch(1)
      items = [object('same', 1), object('changed', 20), object('again', 21, 'other'), object('new', 22)]
      if (where === 'in the watch')
        send(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })
      else {
        response.socket?.destroy()
        const { response: next } = await steered.watch(2)
        next.socket?.destroy()
        const gone = await steered.watch(3)
        send(gone.response, 'ERROR', { kind: 'Status', code: 410, reason: 'Gone', message: 'too old' })
      }
      expect((await following.until(11)).slice(5)).toEqual([
        'deleted gone@3',
        'deleted again@4',
        'modified changed@20',
        'added again@21',
        'added new@22',
        'synced @10',
      ])
    },
  )

  it.each([403, 404])('ends with %d', async (code) => {
    const server = await startServer((_, response) => fail(response, code, '', 'no'))
    onTestFinished(() => server.close())
    await expect((await collect(server)).done).rejects.toMatchObject({ code })
  })

  it('takes a refusal right after an outage for a server that is still starting', async () => {
    let lists = 0
    const server = await startServer((request, response) => {
      if (request.url?.includes('watch')) {
        if (lists === 1) return fail(response, 410, 'Expired', 'too old')
        response.writeHead(200).flushHeaders()
      } else if (++lists === 2) fail(response, 403, 'Forbidden', 'RBAC: not yet')
      else json(response, { items: [], metadata: { resourceVersion: String(lists) } })
    })
    onTestFinished(() => server.close())
    expect(await (await collect(server)).until(2)).toEqual(['synced @1', 'synced @3'])
  })

  it('gives up when told to', async () => {
    const steered = await steeredServer(() => ({ items: [], version: 1 }))
    const following = await collect(steered.server, { giveUpAfterMs: 200 })
    await steered.watch(1)
    await steered.server.close()
    await expect(following.done).rejects.toMatchObject({ problem: 'refused' })
  })
})
