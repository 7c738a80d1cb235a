-- one row: a step of a product group in a zone
-- answers: whether its capacity, and that of every step on the path to it, was reported within eight quarters
-- leaves out: how much it is
with reported as (
  select distinct cells.cell, processing.step
  from stg_processing as processing
  join int_quarters as quarters on quarters.quarter_index = processing.quarter_index
  join int_place_cells as cells
    on cells.place = processing.place and cells.product_group = processing.product_group
  where quarters.age < 8
),

paths as (
  select
    ancestors.cell,
    ancestors.step,
    ancestors.distance,
    case when reported.step is null then 'unreported' else 'reported' end as status
  from int_cell_ancestors as ancestors
  left join reported on reported.cell = ancestors.cell and reported.step = ancestors.ancestor
),

int_capacity_statuses as (
  select
    cell,
    step,
    -- reported < unreported, so that the largest is the worst
    max(case when distance = 0 then status end) as step_status,
    max(status) as path_status
  from paths
  group by cell, step
)

select * from int_capacity_statuses
