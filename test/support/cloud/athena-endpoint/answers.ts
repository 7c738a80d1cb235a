import { type Execution, unloadOf } from './executions.ts'
import type { Refusal } from './faults.ts'

/** A call that is answered with an error. */
export class RefusedCall extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** Athena's answer to a call that makes no sense. */
export const invalid = (message: string, code = 'INVALID_INPUT') =>
  new RefusedCall({ name: 'InvalidRequestException', message, code })

/** Page size of results, header included. */
const PAGE = 1000

/** A query as GetQueryExecution tells of it; scripted states come first. */
export function described(execution: Execution): object {
  const { id, sql, workgroup, database, reason, failure, submitted, ended } = execution
  const state = execution.first.shift() ?? execution.state
  const isFinal = state !== 'RUNNING' && state !== 'QUEUED'
  const took = (isFinal ? ended : Date.now()) - submitted
  const athena_error = failure && {
    ErrorCategory: failure.category,
    ErrorType: failure.type,
    Retryable: failure.is_retryable,
    ErrorMessage: failure.message,
  }
  return {
    QueryExecutionId: id,
    Query: sql,
    StatementType: 'DML',
    SubstatementType: unloadOf(sql) ? 'UNLOAD' : 'SELECT',
    WorkGroup: workgroup,
    QueryExecutionContext: { Database: database, Catalog: 'awsdatacatalog' },
    Status: {
      State: state,
      SubmissionDateTime: submitted / 1000,
      ...(isFinal && reason !== undefined ? { StateChangeReason: reason } : {}),
      ...(isFinal && athena_error ? { AthenaError: athena_error } : {}),
    },
    Statistics: {
      DataScannedInBytes: execution.bytes_scanned,
      EngineExecutionTimeInMillis: took,
      TotalExecutionTimeInMillis: took + 2,
      QueryQueueTimeInMillis: 1,
      QueryPlanningTimeInMillis: 1,
    },
  }
}

/** A page of results: the header is the first row of the first, a null is a cell without text. */
export function page(
  { answer, state }: Execution,
  { NextToken, MaxResults }: Record<string, unknown>,
): object {
  if (state !== 'SUCCEEDED') throw invalid(`Query has not yet finished. Current state: ${state}`)
  const { columns = [], rows = [] } = answer ?? {}
  const all = [columns.map(({ name }) => name), ...rows]
  const from = Number(NextToken ?? 0)
  const to = Math.min(from + Number(MaxResults ?? PAGE), all.length)
  return {
    ResultSet: {
      ResultSetMetadata: {
        ColumnInfo: columns.map(({ name, type, precision, scale }) => ({
          CatalogName: 'hive',
          Name: name,
          Label: name,
          Type: type,
          Precision: precision,
          Scale: scale,
          Nullable: 'UNKNOWN',
          CaseSensitive: type === 'varchar',
        })),
      },
      Rows: all
        .slice(from, to)
        .map((row) => ({ Data: row.map((text) => (text === null ? {} : { VarCharValue: text })) })),
    },
    ...(to < all.length ? { NextToken: String(to) } : {}),
  }
}
