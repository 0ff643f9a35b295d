import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  apiServerUrl,
  bridge,
  controlPlaneLoopback,
  podNetworks,
  serviceNetworks,
} from '../nodes/addresses.ts'
import { labProcesses, makeDaemonCgroup } from '../machine/cgroups.ts'
import { componentKubeconfigPath, tokenFile } from './credentials.ts'
import { kubeconfigPath, loadBalancers, statePath } from '../paths.ts'
import { pkiPath } from './pki.ts'
import { startDaemon, waitFor, waitForDaemon, type Daemon } from '../machine/process.ts'
import { isServing } from './ready.ts'
import { presentState } from './state.ts'

/** Where the data of all API servers is. */
export const etcdUrl = `http://${controlPlaneLoopback}:2379`
const etcdPeerUrl = `http://${controlPlaneLoopback}:2380`

/** Starts a program of the control plane with these options. */
function start(name: string, program: string, options: Readonly<Record<string, string>>): Daemon {
  mkdirSync(statePath('log'), { recursive: true })
  return startDaemon({
    command: [program, ...Object.entries(options).map(([option, value]) => `--${option}=${value}`)],
    log: statePath('log', `${name}.log`),
    cgroup: makeDaemonCgroup(join('control-plane', name)),
  })
}

/** Starts the API server and waits until it is ready. */
export async function startApiServer(): Promise<void> {
  const daemon = start('apiserver', join(presentState().parts.programs.kubernetes, 'kube-apiserver'), {
    'etcd-servers': etcdUrl,
    'bind-address': bridge.address,
    'advertise-address': bridge.address,
    'secure-port': '6443',
    'tls-cert-file': pkiPath('apiserver.crt'),
    'tls-private-key-file': pkiPath('apiserver.key'),
    'client-ca-file': pkiPath('ca.crt'),
    'token-auth-file': tokenFile(),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': pkiPath('service-accounts.key'),
    'service-account-signing-key-file': pkiPath('service-accounts.key'),
    'service-cluster-ip-range': serviceNetworks.join(','),
    'allow-privileged': 'true',
    'kubelet-client-certificate': pkiPath('kubelet-client.crt'),
    'kubelet-client-key': pkiPath('kubelet-client.key'),
    // Nobody resolves the nodes' names; with the default, logs and exec would try to.
    'kubelet-preferred-address-types': 'InternalIP',
  })
  await waitForDaemon(daemon, 'the API server', 60, () => isServing(apiServerUrl))
}

const apiServerProcesses = (): number[] => labProcesses(join('control-plane', 'apiserver'))

/** Ends the API server as a crash would; startApiServer brings it back with all its data. */
export async function stopApiServer(): Promise<void> {
  for (const pid of apiServerProcesses()) process.kill(pid, 'SIGKILL')
  await waitFor('the API server to end', 10, () => apiServerProcesses().length === 0)
}

/** Starts etcd, the API server, the controllers and the scheduler. */
export async function startControlPlane(): Promise<void> {
  const { kubernetes, runtime } = presentState().parts.programs
  start('etcd', join(runtime, 'etcd'), {
    'data-dir': statePath('etcd'),
    'listen-client-urls': etcdUrl,
    'advertise-client-urls': etcdUrl,
    'listen-peer-urls': etcdPeerUrl,
    'initial-advertise-peer-urls': etcdPeerUrl,
    'initial-cluster': `default=${etcdPeerUrl}`,
    // The data is as short-lived as the lab, and the disk may be slow.
    'unsafe-no-fsync': 'true',
  })
  await startApiServer()
  start('controller-manager', join(kubernetes, 'kube-controller-manager'), {
    kubeconfig: componentKubeconfigPath('system:kube-controller-manager'),
    'bind-address': controlPlaneLoopback,
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    // Scenarios take the API server away, several in a row: with the default of 50 s all nodes would be given up, and with
    // them the endpoints of every Service.
    'node-monitor-grace-period': '5m',
    // With the default it takes four seconds to get its own credentials.
    'kube-api-qps': '200',
    'kube-api-burst': '400',
    'service-account-private-key-file': pkiPath('service-accounts.key'),
    'root-ca-file': pkiPath('ca.crt'),
    'cluster-cidr': podNetworks.join(','),
    // The nodes come with their pod networks; a controller would hand them out in another order.
    'allocate-node-cidrs': 'false',
  })
  start('scheduler', join(kubernetes, 'kube-scheduler'), {
    kubeconfig: componentKubeconfigPath('system:kube-scheduler'),
    'bind-address': controlPlaneLoopback,
    'leader-elect': 'false',
  })
  startDaemon({
    command: [process.execPath, loadBalancers, kubeconfigPath()],
    log: statePath('log', 'load-balancers.log'),
    cgroup: makeDaemonCgroup(join('control-plane', 'load-balancers')),
  })
}
