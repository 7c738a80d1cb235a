-- one row: a step in a zone in which somebody has a processing row in the asked quarter
-- answers: how many processors there are, and which part of the capacity the largest has
-- leaves out: earlier quarters; the share is null where there is no capacity
with processors as (
  select
    zones.zoning,
    zones.zone,
    processing.product_group,
    processing.step,
    processing.processor,
    sum(processing.capacity_kg) as capacity_kg
  from stg_processing as processing
  join int_place_zones as zones on zones.place = processing.place
  join int_quarters as quarters on quarters.quarter_index = processing.quarter_index
  where quarters.age = 0 and zones.has_gaps
  group by zones.zoning, zones.zone, processing.product_group, processing.step, processing.processor
),

int_processors_counted as (
  select
    zoning,
    zone,
    product_group,
    step,
    count(*) as processors,
    cast(max(capacity_kg) as double) / nullif(cast(sum(capacity_kg) as double), 0e0) as largest_processor_share
  from processors
  group by zoning, zone, product_group, step
)

select * from int_processors_counted
