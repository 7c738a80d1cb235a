import { Duration } from 'aws-cdk-lib'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import type { Settings } from '../settings.ts'
import type { Catalogue } from './catalogue.ts'
import { PipelineFunction } from './functions.ts'
import type { Lake } from './lake.ts'
import type { Notices } from './notices.ts'
import type { Releases } from './releases.ts'
import type { Workgroup } from './workgroup.ts'

/** What the steps of a run work with. */
export interface Surroundings {
  readonly lake: Lake
  readonly workgroup: Workgroup
  readonly catalogue: Catalogue
  readonly notices: Notices
  readonly failures: Queue
  readonly releases: Releases
}

/** The three steps. Checking and publishing read what deliveries said, so they see the whole lake. */
export function steps(scope: Construct, settings: Settings, surroundings: Surroundings): Steps {
  const { lake, workgroup, catalogue, notices, releases } = surroundings
  const analyse = new PipelineFunction(scope, 'analyse', settings, {
    description: 'Pins the deliveries that count and computes every model of a quarter',
    memory_mb: 1769,
    timeout: Duration.minutes(15),
    temporary_mb: 4096,
    duckdb_mb: 900,
  })
    .reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/')
    .writes(lake, 'models/', 'runs/')
    .queries(workgroup, catalogue, lake)
  analyse.function.addEnvironment('SKAFFERI_ENGINE', settings.stage.engine)
  const check = new PipelineFunction(scope, 'check', settings, {
    description: 'Looks for what must not be in a run',
    memory_mb: 1769,
    timeout: Duration.minutes(10),
    temporary_mb: 4096,
  }).reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/')
  const publish = new PipelineFunction(scope, 'publish', settings, {
    description: 'Makes a release of a run, without what would tell of single farms, and tells its findings',
    memory_mb: 3008,
    timeout: Duration.minutes(15),
    temporary_mb: 4096,
  })
    .reads(lake, 'commits/', 'curated/', 'rolled/', 'runs/', 'models/', 'releases/')
    .writes(lake, 'releases/')
    .tells(notices.topic)
    .pointsTo(releases)
  return { analyse, check, publish }
}

/** A run's steps, in their order. */
export interface Steps {
  readonly analyse: PipelineFunction
  readonly check: PipelineFunction
  readonly publish: PipelineFunction
}
