-- one row: a definition of local
-- answers: in which zoning and by which rule something is local
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'local_definitions'
),

stg_local_definitions as (
  select
    local_definitions.definition,
    local_definitions.zoning,
    local_definitions.rule,
    local_definitions.name_sv,
    local_definitions.name_en
  from local_definitions
  join effective on effective.row_name = local_definitions.delivery
)

select * from stg_local_definitions
