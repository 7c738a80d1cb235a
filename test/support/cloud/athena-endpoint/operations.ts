import { setTimeout as sleep } from 'node:timers/promises'
import { type CatalogueTable, glueTableInput } from '../../../../schemas/catalogue.ts'
import { described, invalid, page, RefusedCall } from './answers.ts'
import type { Backend } from './backend.ts'
import { type Execution, execute, type Started, unloadOf } from './executions.ts'
import type { Faults, Refusal } from './faults.ts'

interface Served {
  readonly backend: Backend
  readonly catalogue: readonly CatalogueTable[]
  readonly faults: Faults
  readonly lake_url: string
  readonly database: string | undefined
  readonly workgroup: string | undefined
}

type Body = Record<string, unknown>

/** Athena's calls, as far as we make them. */
export class Operations {
  /** Every query that was started, in order. */
  readonly executions: Execution[] = []
  /** How often each call was made. */
  readonly calls: Record<string, number> = {}
  /** Settings that a workgroup may have. */
  readonly workgroup = {
    state: 'ENABLED',
    version: 'Athena engine version 3',
    output: 's3://results/',
    cutoff: 10 ** 10,
  }
  readonly #served: Served
  readonly #tokens = new Map<string, Started & { readonly execution: Promise<Execution> }>()

  constructor(served: Served) {
    this.#served = served
  }

  async call(operation: string, body: Body): Promise<object | 'lost'> {
    this.calls[operation] = (this.calls[operation] ?? 0) + 1
    switch (operation) {
      case 'StartQueryExecution':
        return await this.#start(body)
      case 'GetQueryExecution':
        refuse(this.#served.faults.look)
        return { QueryExecution: described(this.#look(body)) }
      case 'StopQueryExecution':
        refuse(this.#served.faults.stop)
        this.#find(body).stop.abort()
        return {}
      case 'GetQueryResults':
        refuse(this.#served.faults.results)
        return page(this.#find(body), body)
      case 'GetWorkGroup':
        return this.#workgroup(body)
      case 'GetTableMetadata':
        return this.#table(body)
      default:
        throw new RefusedCall({ name: 'UnknownOperationException', message: operation })
    }
  }

  async close(): Promise<void> {
    for (const { stop } of this.executions) stop.abort()
    while (this.executions.some(({ state }) => state === 'RUNNING')) await sleep(5)
  }

  async #start(body: Body): Promise<object | 'lost'> {
    const { faults, backend } = this.#served
    const next = faults.start.shift()
    if (next !== undefined && next !== 'lost') throw new RefusedCall(next)
    const context = body.QueryExecutionContext as { Database: string }
    const started: Started = {
      sql: String(body.QueryString),
      token: String(body.ClientRequestToken),
      workgroup: String(body.WorkGroup),
      database: context.Database,
    }
    this.#assertWorkgroup(started.workgroup)
    const execution = await this.#once(started, () => this.#new(backend, started))
    return next === 'lost' ? next : { QueryExecutionId: execution.id }
  }

  /** The query of the same token, or a new one; the same token for something else is an error. */
  async #once(started: Started, start: () => Promise<Execution>): Promise<Execution> {
    const { token, sql, database } = started
    if (token.length < 32 || token.length > 128)
      throw invalid('ClientRequestToken must have 32 to 128 characters')
    const known = this.#tokens.get(token)
    if (known && (known.sql !== sql || known.database !== database))
      throw invalid('Idempotent parameters do not match')
    const execution = known?.execution ?? start()
    this.#tokens.set(token, { ...started, execution })
    return await execution
  }

  async #new(backend: Backend, started: Started): Promise<Execution> {
    if (Buffer.byteLength(started.sql) > 262_144) throw invalid('Query string is too long')
    const text = unloadOf(started.sql)?.select ?? started.sql
    await backend.check(text).catch((error: Error) => {
      throw invalid(error.message, 'MALFORMED_QUERY')
    })
    const execution = execute(backend, started, this.#served.faults.queries.shift() ?? {})
    this.executions.push(execution)
    return execution
  }

  #look(body: Body): Execution {
    const execution = this.#find(body)
    execution.looks++
    return execution
  }

  #find(body: Body): Execution {
    const found = this.executions.find(({ id }) => id === body.QueryExecutionId)
    if (found) return found
    throw invalid(`QueryExecution ${body.QueryExecutionId} was not found`)
  }

  #assertWorkgroup(name: string): void {
    if (name !== (this.#served.workgroup ?? name)) throw invalid(`WorkGroup ${name} is not found.`)
  }

  #workgroup({ WorkGroup: name }: Body): object {
    this.#assertWorkgroup(String(name))
    const { state, version, output, cutoff } = this.workgroup
    const Configuration = {
      EngineVersion: { SelectedEngineVersion: version, EffectiveEngineVersion: version },
      ...(output ? { ResultConfiguration: { OutputLocation: output } } : {}),
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: cutoff,
    }
    return { WorkGroup: { Name: name, State: state, Configuration } }
  }

  #table({ DatabaseName, TableName }: Body): object {
    const { catalogue, lake_url, database } = this.#served
    const table = catalogue.find(({ name }) => name === TableName)
    if (!table || DatabaseName !== (database ?? DatabaseName))
      throw new RefusedCall({
        name: 'MetadataException',
        message: `EntityNotFoundException: Entity Not Found: ${DatabaseName}.${TableName}`,
      })
    const { Name, Parameters, PartitionKeys, StorageDescriptor, TableType } = glueTableInput(table, lake_url)
    const { Location, InputFormat, OutputFormat, Columns } = StorageDescriptor
    const described = {
      ...Parameters,
      location: Location,
      inputformat: InputFormat,
      outputformat: OutputFormat,
    }
    return { TableMetadata: { Name, TableType, Columns, PartitionKeys, Parameters: described } }
  }
}

/** Answers with the next scripted refusal, if there is one. */
function refuse(refusals: Refusal[]): void {
  const next = refusals.shift()
  if (next) throw new RefusedCall(next)
}
