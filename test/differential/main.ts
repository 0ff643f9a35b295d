/**
 * The lab's API server and `explain -f` judge the same objects, and all on which they differ is printed.
 *
 *     node test/differential/main.ts [HOW-MANY|all] [WORDS-OF-A-CHANGE]
 */
import { join } from 'node:path'
import { labKubeconfig, programs } from '../lab/index.ts'
import { judge } from './compare.ts'
import { chosen } from './choose.ts'

const [most = '2000', words = ''] = process.argv.slice(2)
const mutants = chosen(most === 'all' ? Infinity : Number(most)).filter(({ what }) => what.includes(words))
const judged = await judge(mutants, {
  kubectl: join(await programs('kubernetes'), 'kubectl'),
  kubeconfig: labKubeconfig(),
  executable: join(import.meta.dirname, '..', '..', 'dist', 'kubectl-affinity'),
})
const differ = judged.filter(({ refusal, errors }) => (refusal === undefined) !== (errors.length === 0))
for (const { what, refusal, errors } of differ)
  console.log(
    `${what}\n    server  ${refusal ?? 'takes it'}\n    ours    ${errors.join('\n            ') || 'no error'}`,
  )
const refused = judged.filter(({ refusal }) => refusal !== undefined).length
console.log(
  `${judged.length} objects, ${refused} refused by the API server, agreed on ${judged.length - differ.length} (${((1 - differ.length / judged.length) * 100).toFixed(2)} %)`,
)
