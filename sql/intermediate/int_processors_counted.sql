-- one row: a step in a zone in which somebody has a processing row in the asked quarter
-- answers: how many processors there are, and which part of the capacity the largest has
-- leaves out: earlier quarters; the share is null where there is no capacity
with processors as (
  select cells.cell, processing.step, processing.processor, sum(processing.capacity_kg) as capacity_kg
  from stg_processing as processing
  join int_quarters as quarters on quarters.quarter_index = processing.quarter_index
  join int_place_cells as cells
    on cells.place = processing.place and cells.product_group = processing.product_group
  where quarters.age = 0
  group by cells.cell, processing.step, processing.processor
),

int_processors_counted as (
  select
    cell,
    step,
    count(*) as processors,
    cast(max(capacity_kg) as double) / nullif(cast(sum(capacity_kg) as double), 0e0) as largest_processor_share
  from processors
  group by cell, step
)

select * from int_processors_counted
