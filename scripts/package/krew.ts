import { stringify } from 'yaml'
import { archiveName, executableName, type Platform } from './platforms.ts'

export const project = 'https://github.com/kubectl-affinity/kubectl-affinity'

/** An archive with its checksum. */
export interface Released {
  platform: Platform
  sha256: string
}

/** What krew's index wants to know about a version. The name of the file must be the name of the plugin. */
export function krewManifest(version: string, released: readonly Released[]): string {
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'affinity' },
    spec: {
      version: `v${version}`,
      homepage: project,
      shortDescription: 'Prove and explain sticky sessions of Services',
      description: [
        'Someone\'s sessions jump between pods, or all clients hang on one. This plugin sends real requests from inside the cluster and judges whether clients stay on their pod (session affinity, "sticky sessions"): sticky, spread or broken, with the probability of being wrong, and what happened to the endpoints meanwhile.',
        'It leaves nothing in the cluster, and exit codes and JSON make it fit for pipelines.',
      ].join('\n\n'),
      caveats:
        'Shell completion is not installed by krew. "kubectl affinity completion --help" says how to add it.',
      platforms: released.map(({ platform, sha256 }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri: `${project}/releases/download/v${version}/${archiveName(platform, version)}`,
        sha256,
        bin: executableName(platform),
      })),
    },
  }
  return stringify(manifest, { lineWidth: 100 })
}
