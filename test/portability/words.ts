const list = (text: string) => new Set(text.trim().split(/\s+/))

/** Words that make up the SQL we write; none is a name, so a name beside an operand must come after `as`. */
export const keywords = list(`
  all and as asc between by case cast cross current desc distinct else end escape except exists extract false filter
  following from full group grouping groups having in inner intersect interval is join left like limit
  materialized not null nulls offset on or order outer over partition preceding range right row rows select sets then
  true unbounded union using values when where window with within
`)

/** Keywords after which parentheses are not a call. */
export const notCalls = list(`
  all and as between by case distinct else except exists filter from group having in intersect is join like not on
  or order over select sets then union using values when where with
`)

/** Reserved by Trino, by DuckDB, or by Athena's DDL: refused or surprising as a name somewhere. */
export const reserved = list(`
  all alter analyse analyze and any array as asc asymmetric between both by case cast check collate column constraint
  create cross cube current_catalog current_date current_path current_role current_schema current_time
  current_timestamp current_user date deallocate default deferrable delete desc describe distinct do drop else end
  escape except execute exists extract false fetch for foreign from full group grouping having in initially inner
  insert intersect interval into is join json_array json_exists json_object json_query json_table json_value lambda
  lateral leading left like limit listagg localtime localtimestamp natural normalize not null offset on only or order
  outer pivot placing prepare primary qualify recursive references returning right rollup row select show skip some
  summarize symmetric table then timestamp to trailing trim true uescape union unique unnest unpivot user using
  values variadic when where window with
`)

/** Window functions for which a frame changes the result. */
export const framed = list(
  'any_value avg bool_and bool_or count count_if first_value last_value max max_by min min_by sum',
)

/** Window functions that read the order of rows and take no frame. */
export const ordered = list('row_number rank dense_rank lag lead')
