-- one row: a zoning
-- answers: which divisions into zones there are, and which of them have gaps
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'zonings'
),

stg_zonings as (
  select
    zonings.zoning,
    zonings.position,
    zonings.name_sv,
    zonings.name_en,
    zonings.has_gaps
  from zonings
  join effective on effective.row_name = zonings.delivery
)

select * from stg_zonings
