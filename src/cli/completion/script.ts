/**
 * The file `kubectl_complete-affinity` that kubectl looks for on the PATH when the user presses Tab. It only passes the
 * words on, so it need not change when the plugin does. `os` as Go names it.
 */
export function completionScript(os: string): string {
  if (os === 'windows' || os === 'win32') {
    return '@echo off\r\nkubectl-affinity __complete %* 2>nul\r\n'
  }
  return [
    '#!/bin/sh',
    '# kubectl calls this to complete the words after "kubectl affinity".',
    '# Nothing may show up on the screen of somebody who types, so errors are dropped.',
    'exec kubectl-affinity __complete "$@" 2>/dev/null',
    '',
  ].join('\n')
}
