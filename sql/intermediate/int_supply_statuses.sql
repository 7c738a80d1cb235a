-- one row: a product group in a zone from which some production was reported within eight quarters
-- answers: where supply is known, though it be 0
-- leaves out: zones where it is unknown
with int_supply_statuses as (
  select distinct cells.cell, 'reported' as supply_status
  from stg_production as production
  join int_quarters as quarters on quarters.quarter_index = production.quarter_index
  join int_place_cells as cells
    on cells.place = production.place and cells.product_group = production.product_group
  where quarters.age < 8
)

select * from int_supply_statuses
