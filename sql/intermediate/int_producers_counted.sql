-- one row: a product group in a zone in which somebody has a production row in the asked quarter
-- answers: how many producers there are, and which part of what is on offer the largest has
-- leaves out: earlier quarters; the share is null where nothing is on offer
with producers as (
  select cells.cell, production.producer, sum(production.available_kg) as available_kg
  from stg_production as production
  join int_quarters as quarters on quarters.quarter_index = production.quarter_index
  join int_place_cells as cells
    on cells.place = production.place and cells.product_group = production.product_group
  where quarters.age = 0
  group by cells.cell, production.producer
),

int_producers_counted as (
  select
    cell,
    count(*) as producers,
    cast(max(available_kg) as double) / nullif(cast(sum(available_kg) as double), 0e0) as largest_producer_share
  from producers
  group by cell
)

select * from int_producers_counted
