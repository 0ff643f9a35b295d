import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { labId } from '../paths.ts'
import { waitFor } from './process.ts'

/**
 * Every process of the lab is in a cgroup below one that carries the lab's id. So what is left of a lab
 * is found exactly, also after a crash, and nothing else can be killed by mistake.
 */

const mount = '/sys/fs/cgroup'
const unified = (): boolean => existsSync(join(mount, 'cgroup.controllers'))

/** The hierarchies that the kubelet wants its root group in: one for each v1 controller, or the v2 one. */
const hierarchies = (): string[] =>
  unified()
    ? [mount]
    : readdirSync(mount)
        .filter((name) => name !== 'unified')
        .map((name) => join(mount, name))
        .filter((path) => existsSync(join(path, 'cgroup.procs')))

/** The one hierarchy in which membership is recorded. */
const tracking = (): string => (unified() ? mount : join(mount, 'pids'))

const labGroup = (): string => `affinity-lab-${labId()}`

/** The kubelet's `cgroupRoot` for a node. */
export const nodeCgroupRoot = (node: string): string => `/${labGroup()}/${node}`

/** A node's group in the v2 hierarchy, which Cilium attaches its programs to. */
export const nodeCgroup2 = (node: string): string =>
  join(unified() ? mount : join(mount, 'unified'), labGroup(), node)

/** Makes a group for daemons and returns its cgroup.procs file. */
export function makeDaemonCgroup(name: string): string {
  const group = join(tracking(), labGroup(), name)
  mkdirSync(group, { recursive: true })
  return join(group, 'cgroup.procs')
}

/** Makes a node's root group everywhere, usable: the kubelet refuses to start with a part of it missing. */
export function makeNodeCgroups(node: string): void {
  for (const hierarchy of hierarchies()) {
    for (const group of [join(hierarchy, labGroup()), join(hierarchy, labGroup(), node)]) {
      if (unified()) delegateControllers(dirname(group))
      mkdirSync(group, { recursive: true })
      copyCpuset(dirname(group), group)
    }
    if (unified()) delegateControllers(join(hierarchy, labGroup(), node))
  }
}

/** In v2 a group's children have the controllers that it lists. */
function delegateControllers(group: string): void {
  const controllers = readFileSync(join(group, 'cgroup.controllers'), 'utf8').split(/\s+/).filter(Boolean)
  for (const controller of controllers) writeFileSync(join(group, 'cgroup.subtree_control'), `+${controller}`)
}

/** A v1 cpuset starts empty, and a process cannot join an empty one. */
function copyCpuset(parent: string, group: string): void {
  if (unified() || !existsSync(join(group, 'cpuset.cpus'))) return
  for (const file of ['cpuset.cpus', 'cpuset.mems'])
    writeFileSync(join(group, file), readFileSync(join(parent, file)))
}

const subgroups = (group: string): string[] =>
  existsSync(group)
    ? readdirSync(group, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [...subgroups(join(group, entry.name)), join(group, entry.name)] : [],
      )
    : []

function processesOf(group: string): number[] {
  try {
    return readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
  } catch {
    // Gone between listing and reading.
    return []
  }
}

/** The processes of the lab, or of one of its groups. */
export function labProcesses(name = ''): number[] {
  const root = join(tracking(), labGroup(), name)
  return [...subgroups(root), root].flatMap(processesOf)
}

/** Kills every process of the lab and waits until the last one is gone. */
export async function killLabProcesses(): Promise<void> {
  await waitFor('the processes of the lab to end', 30, () => {
    const processes = labProcesses()
    for (const pid of processes) kill(pid)
    return processes.length === 0
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was quicker.
  }
}

/** Removes the lab's groups; they must be empty. */
export async function removeLabCgroups(): Promise<void> {
  // runc makes groups in a v2 hierarchy beside the v1 ones, too.
  const groups = [...hierarchies(), join(mount, 'unified')].flatMap((hierarchy) => {
    const root = join(hierarchy, labGroup())
    return existsSync(root) ? [...subgroups(root), root] : []
  })
  // A group stays busy for a moment after its last process has ended.
  await waitFor(
    'the cgroups of the lab to become empty',
    10,
    () => groups.filter(removed).length === groups.length,
  )
}

function removed(group: string): boolean {
  try {
    rmdirSync(group)
  } catch {
    return !existsSync(group)
  }
  return true
}
