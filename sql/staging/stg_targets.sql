-- one row: a target of a place, from a quarter on
-- answers: what share somebody wants to reach
-- leaves out: what a newer delivery replaced
with effective as (
  select row_name
  from inputs
  where dataset = 'targets'
),

stg_targets as (
  select
    targets.place,
    targets.product_group,
    targets.definition,
    targets.measure_unit,
    targets.share,
    targets.valid_from,
    targets.reference,
    cast(substr(targets.valid_from, 1, 4) as bigint) * 4
      + cast(substr(targets.valid_from, 7, 1) as bigint) - 1 as first_index
  from targets
  join effective on effective.row_name = targets.delivery
)

select * from stg_targets
