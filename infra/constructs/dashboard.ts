import { Duration } from 'aws-cdk-lib'
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import { ownMetric, visible, type Watched } from './watch.ts'

/** Price of Athena per terabyte, docs/operations.md. */
const USD_PER_TERABYTE = 5
const TERABYTE = 1_000_000_000_000
const DAY = Duration.days(1)

/** How the pipeline is doing, and what it costs, on one page. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, settings: Settings, watched: Watched) {
    super(scope, id)
    const { stage } = settings
    const { functions, landing, failures, machine, http } = watched
    const own = (name: string) => ownMetric(stage, name, DAY, Stats.SUM)
    const graph = (title: string, ...left: IMetric[]) => new GraphWidget({ title, left, width: 8 })
    const bytes = own('BytesScanned')
    const cost = new MathExpression({
      expression: `bytes / ${TERABYTE} * ${USD_PER_TERABYTE}`,
      usingMetrics: { bytes },
      period: DAY,
      label: 'USD a day, without the minimum of each query',
    })
    new CloudWatchDashboard(this, 'Dashboard', {
      dashboardName: `skafferi-${stage.name}`,
      widgets: [
        [
          graph(
            'Deliveries a day',
            own('LandingsAccepted'),
            own('LandingsRefused'),
            own('LandingsDuplicate'),
            own('LandingsFailed'),
          ),
          graph('Rows a day', own('RowsAccepted'), own('RowsRefused')),
          graph('Waiting', visible(landing.queue), visible(landing.failed), visible(failures)),
        ],
        [
          graph('Runs', machine.metricSucceeded(), machine.metricFailed(), machine.metricTimedOut()),
          graph('Bytes scanned by Athena', bytes),
          graph('Cost of queries', cost),
        ],
        [
          graph('Errors of functions', ...functions.map(({ function: one }) => one.metricErrors())),
          graph(
            'Longest duration',
            ...functions.map(({ function: one }) => one.metricDuration({ statistic: Stats.MAXIMUM })),
          ),
          graph('API', http.metricCount(), http.metricClientError(), http.metricServerError()),
        ],
        [
          graph('Sources', own('SourcesLate'), own('SourcesMissing'), own('LandingsUnfinished')),
          graph(
            'Age of the newest release, days',
            ownMetric(stage, 'NewestReleaseAgeDays', DAY, Stats.MAXIMUM),
          ),
        ],
      ],
    })
  }
}
