import { refOf } from '../../../model/cluster/object.ts'
import { onceFor } from '../../kit/objects/once.ts'
import { analyzer, type Report, reportAbout, type View } from '../../analyzer.ts'
import { areClosed, namedDoors, typesWithDoors } from '../routes/closed.ts'
import { madeDoors } from '../routes/entry-points.ts'

const code = 'AFF-TRA-ENTRY-POINT'

const naming = onceFor((view: View) =>
  typesWithDoors
    .flatMap((type) => view.objects(type))
    .map((object) => ({ object, ...namedDoors(object, view.store) }))
    .filter(({ names }) => names.length > 0),
)

/** Routes at entry points that Traefik does not have. */
export const entryPoints = analyzer({
  codes: [code],
  applies: (view) => naming(view).length > 0,
  analyse: (view, report: Report) => {
    const made = madeDoors(view.store)
    if (made === undefined) {
      const reason = view.source === 'files' ? 'not-in-files' : 'not-known'
      return report.cannot(code, { what: 'the entry points of Traefik', reason })
    }
    for (const { object, names, field } of naming(view).filter((one) => areClosed(one.names, made)))
      reportAbout(report, refOf(object))(code, {
        message: `Traefik has no entry point ${names.join(', ')}: its arguments make ${made.join(', ')}`,
        why: 'It passes over a route that has none of its entry points, and says so in its log and its dashboard only: no request comes this way.',
        mend: [
          `name one of these in ${field}`,
          `let Traefik run with --entryPoints.${names[0]}.address=:PORT, and give its Service a port for it`,
        ],
        field,
      })
  },
})
