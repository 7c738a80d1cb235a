-- one row: a product group in a zone in which somebody has a production row in the asked quarter
-- answers: how many producers there are, and which part of what is on offer the largest has
-- leaves out: earlier quarters; the share is null where nothing is on offer
with producers as (
  select
    zones.zoning,
    zones.zone,
    production.product_group,
    production.producer,
    sum(production.available_kg) as available_kg
  from stg_production as production
  join int_place_zones as zones on zones.place = production.place
  join int_quarters as quarters on quarters.quarter_index = production.quarter_index
  where quarters.age = 0 and zones.has_gaps
  group by zones.zoning, zones.zone, production.product_group, production.producer
),

int_producers_counted as (
  select
    zoning,
    zone,
    product_group,
    count(*) as producers,
    cast(max(available_kg) as double) / nullif(cast(sum(available_kg) as double), 0e0) as largest_producer_share
  from producers
  group by zoning, zone, product_group
)

select * from int_producers_counted
