-- one row: a product group in a zone from which some production was reported within eight quarters
-- answers: where supply is known, though it be 0
-- leaves out: zones where it is unknown
with int_supply_statuses as (
  select distinct zones.zoning, zones.zone, production.product_group, 'reported' as supply_status
  from stg_production as production
  join int_place_zones as zones on zones.place = production.place
  join int_quarters as quarters on quarters.quarter_index = production.quarter_index
  where quarters.age < 8 and zones.has_gaps
)

select * from int_supply_statuses
