import {
  type AthenaClient,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  type WorkGroup,
} from '@aws-sdk/client-athena'
import { SkafferiError } from '../errors.ts'
import { AthenaError, refusalOf } from './athena-errors.ts'

const ENGINE_VERSION = 'Athena engine version 3'

/** Throws unless the workgroup can run our statements and store what they find. */
export async function checkWorkgroup(client: AthenaClient, name: string): Promise<void> {
  const subject = `workgroup ${name}`
  const asked = client.send(new GetWorkGroupCommand({ WorkGroup: name }))
  const { WorkGroup: workgroup } = await asked.catch((error: Error) => {
    if (/not found/i.test(error.message))
      throw wrong(
        `no workgroup ${name} in this account and region`,
        'SKAFFERI_ATHENA_WORKGROUP names the one that the stack made',
        error,
      )
    throw new AthenaError(subject, refusalOf(error))
  })
  const { State, Configuration } = workgroup as WorkGroup
  if (State === 'DISABLED') throw wrong(`${subject} is disabled`, 'enable it in Athena’s console')
  const { SelectedEngineVersion, EffectiveEngineVersion } = Configuration?.EngineVersion ?? {}
  const version = EffectiveEngineVersion ?? SelectedEngineVersion
  if (version !== ENGINE_VERSION)
    throw wrong(`${subject} runs ${version ?? 'an unknown engine'}`, `set it to "${ENGINE_VERSION}"`)
  const stores =
    Configuration?.ResultConfiguration?.OutputLocation ??
    Configuration?.ManagedQueryResultsConfiguration?.Enabled
  if (!stores)
    throw wrong(`${subject} has no place for results`, 'give it a location in S3, or managed results')
}

/** Throws unless the database describes this very lake. */
export async function checkDatabase(client: AthenaClient, database: string, lake_url: string): Promise<void> {
  const subject = `database ${database}`
  const request = { CatalogName: 'AwsDataCatalog', DatabaseName: database, TableName: 'inputs' }
  const asked = client.send(new GetTableMetadataCommand(request))
  const { TableMetadata } = await asked.catch((error: Error) => {
    if (error.name === 'MetadataException' && !/denied|authorized|permission/i.test(error.message))
      throw wrong(
        `${subject} has no table inputs in this account and region`,
        'SKAFFERI_GLUE_DATABASE names the one that the stack made; deploy the stack if there is none',
        error,
      )
    throw new AthenaError(subject, refusalOf(error))
  })
  const described = TableMetadata?.Parameters?.location?.replace(/\/models\/inputs\/*$/, '')
  if (described !== lake_url)
    throw wrong(
      `${subject} describes the lake ${described ?? '(of unknown location)'}, not ${lake_url}`,
      'name the lake and the database of the same stack',
    )
}

const wrong = (what: string, remedy: string, cause?: unknown) =>
  new SkafferiError('usage', `${what}: ${remedy}`, { cause })
